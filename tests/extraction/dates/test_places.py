"""Dates for machines wherever templates put them, and the order of day and month by the page's evidence."""

import pytest

from tests.support.dated_pages import BODY, TITLE, at, find, ld, meta, page

TIME = '<time datetime="2024-12-04T10:30:00+03:00">4 كانون الأول</time>'
MOMENT = "2024-12-04T10:30:00+03:00"
LONG = "سامر الحلبي مراسل صحفي يكتب عن الجسور والأنهار في وسط البلاد منذ سنوات"


@pytest.mark.parametrize(
    "markup",
    [
        # in the article's own foot
        page(after="").replace("</article>", f"<footer>{TIME}</footer></article>"),
        page(after="").replace("</article>", f"</article><footer>{TIME}</footer>"),
        page(after="").replace("</article>", f"<div class='post-footer'>{TIME}</div></article>"),
        page(after="").replace("</article>", f"</article><div class='article__footer'>{TIME}</div>"),
        # in a list of facts below the headline
        page(below=f"<ul class='facts'><li>{TIME}</li><li>دمشق</li></ul>"),
        page(below=f"<ul><li><a href='/author/7'>سامر الحلبي</a></li><li>{TIME}</li></ul>"),
        # in a link that has the form of a card
        page(below=f"<a class='card' href='/author/7'><span>{LONG}</span>{TIME}</a>"),
        page(below=f"<a href='/news/4812-bridge#top'><b>{TITLE}</b>{TIME}</a>"),
        page(below=f"<li class='card'><a href='/author/7'>{LONG}</a>{TIME}</li>"),
        # microdata and other attributes
        page(below="<span itemprop='datePublished' content='2024-12-04T10:30:00+03:00'>أمس</span>"),
        page(below="<span itemprop='datePublished'>2024-12-04T10:30:00+03:00</span>"),
        page(below="<span itemprop='datePublished'>4 كانون الأول 2024 10:30</span>"),
        page(below="<div itemprop='dateCreated datePublished' content='2024-12-04T10:30:00+03:00'></div>"),
        page(below="<span property='schema:datePublished' content='2024-12-04T10:30:00+03:00'></span>"),
        page(below="<span class='when' datetime='2024-12-04T10:30:00+03:00'></span>"),
        page(below="<relative-time datetime='2024-12-04T07:30:00Z'>قبل أيام</relative-time>"),
        page(below="<span data-datetime='2024-12-04T10:30:00+03:00'></span>"),
        page(below="<span class='date' data-timestamp='1733297400'></span>"),
        page(below="<span class='date' data-time='/Date(1733297400000)/'></span>"),
        # Blogger
        page(
            after="<div class='post-footer'><div class='post-footer-line post-footer-line-1'>"
            "<span class='post-timestamp'>في <a class='timestamp-link' href='/news/4812-bridge'>"
            "<abbr class='published' itemprop='datePublished' title='2024-12-04T10:30:00+03:00'>10:30 ص"
            "</abbr></a></span></div></div>"
        ),
        page(below="<abbr class='published' title='2024-12-04T10:30:00+03:00'>10:30 ص</abbr>"),
        page(head=ld("/Date(1733297400000)/")),
        page(head=ld("2024-12-04").replace('"2024-12-04"', "1733297400")),
        page(head=ld("2024-12-04").replace('"2024-12-04"', "1733297400000")),
    ],
)
def test_a_machine_readable_date_is_read_wherever_it_stands(markup: str) -> None:
    published = find(markup)
    assert published.published_at is not None
    assert published.published_at.isoformat().replace("07:30:00+00:00", "10:30:00+03:00") == MOMENT


@pytest.mark.parametrize(
    "markup",
    [
        # The foot of the site, cards of other stories, the commenters' times, a menu's clock.
        page(after=f"<footer class='site-footer'><a href='/a'>أ</a> {TIME} © 2024</footer>"),
        page(after=f"<footer><ul><li><a href='/x'>من نحن</a></li></ul>{TIME} جميع الحقوق محفوظة</footer>"),
        page(after=f"<div class='related'><a href='/news/1'>{LONG}</a>{TIME}</div>"),
        page(after=f"<ul><li><a href='/news/1'>{LONG}</a>{TIME}</li></ul>"),
        page(after=f"<ul><li><h3><a href='/news/1'>خبر آخر</a></h3>{TIME}</li></ul>"),
        page(below=f"<a href='/news/1'><b>{LONG}</b>{TIME}</a>"),
        page(after=f"<ol class='comment-list'><li><cite>أبو أحمد</cite> {TIME}</li></ol>"),
        page(after=f"<div id='comments'><i itemprop='datePublished' content='2024-12-04'></i>{TIME}</div>"),
        page(above=f"<nav>{TIME}</nav>"),
        page(below="<span data-time='10:30'></span><span data-timestamp='soon'></span>"),
    ],
)
def test_a_date_of_something_else_is_left(markup: str) -> None:
    assert find(markup).published_at is None


LINE = "<div class='meta'>{}</div>"


@pytest.mark.parametrize(
    ("markup", "day"),
    [
        # Another date of the page says which number is the day.
        (
            page(below=LINE.format("03/04/2024 10:30"), after="<div class='related'>12/25/2023</div>"),
            "2024-03-04",
        ),
        (
            page(below=LINE.format("03/04/2024 10:30"), after="<div class='related'>25/12/2023</div>"),
            "2024-04-03",
        ),
        # So do the address, metadata, and the day of the last change.
        (
            page(head=meta("2024-03-04", "og:updated_time"), below=LINE.format("03/04/2024 10:30")),
            "2024-03-04",
        ),
        (
            page(head=meta("2024-04-03", "og:updated_time"), below=LINE.format("03/04/2024 10:30")),
            "2024-04-03",
        ),
        # The form of American software, unless the page speaks against it.
        (page(below=LINE.format("3/4/2024 12:31:00 PM")), "2024-03-04"),
        (page(below=LINE.format("3/4/2024 12:31:00 PM"), after="<i>25/12/2023</i>"), "2024-04-03"),
        (page(head=meta("12/4/2024 12:31:00 PM")), "2024-12-04"),
        # The locale, where nothing else tells.
        (page(below=LINE.format("03/04/2024")), "2024-04-03"),
        (page(below=LINE.format("03/04/2024")).replace("<html>", "<html lang='en-US'>"), "2024-04-03"),
    ],
)
def test_the_order_of_day_and_month_is_the_pages_own(markup: str, day: str) -> None:
    assert (at(find(markup)) or "").startswith(day)


def test_an_american_page_in_english_is_month_first() -> None:
    title = "A new bridge over the river opens"
    markup = page(below=LINE.format("03/04/2024")).replace(TITLE, title).replace(BODY, "<p>It opened.</p>")
    markup = markup.replace("<html>", "<html lang='en-US'>")
    assert (at(find(markup, title=title)) or "").startswith("2024-03-04")


def test_the_address_settles_the_order_and_the_line_gives_the_minute() -> None:
    markup = page(below=LINE.format("12/4/2024 10:30"))
    assert at(find(markup, url="https://example.org/2024/12/04/bridge")) == MOMENT


def test_a_time_far_ahead_is_none() -> None:
    assert find(page(head=meta("2062-10-31T20:28:28+03:00"))).published_at is None
