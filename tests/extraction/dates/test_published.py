"""When an article was published: each rule on small pages, on both of its sides."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from crawler.extraction.dates.published import Published, find_published
from crawler.model.article import DatePrecision, Hints
from tests.support.dated_pages import NOW, TITLE, URL, ZONE, at, find, ld, meta, page

# ---- where a date is read, and which source is believed


SOURCES = [
    (ld("2024-12-04T10:30:00+03:00"), "", None, URL, "2024-12-04T10:30:00+03:00", "json-ld"),
    (meta("2024-12-04T10:30:00+03:00"), "", None, URL, "2024-12-04T10:30:00+03:00", "meta"),
    (meta("الأربعاء، 04 كانون الأول 2024 - 10:30 م"), "", None, URL, "2024-12-04T22:30:00+03:00", "meta"),
    (meta("2024-12-04 10:30", "datePublished"), "", None, URL, "2024-12-04T10:30:00+03:00", "meta"),
    (
        '<meta itemprop="datePublished" content="2024-12-04">',
        "",
        None,
        URL,
        "2024-12-04T00:00:00+03:00",
        "meta",
    ),
    (
        "",
        "<time datetime='2024-12-04T10:30:00+03:00'>قديم</time>",
        None,
        URL,
        "2024-12-04T10:30:00+03:00",
        "time",
    ),
    ("", "<time>٤ كانون الأول ٢٠٢٤ ١٠:٣٠</time>", None, URL, "2024-12-04T10:30:00+03:00", "time"),
    (
        "",
        "<abbr class='published' title='2024-12-04T07:30:00Z'>4 ديسمبر</abbr>",
        None,
        URL,
        "2024-12-04T07:30:00+00:00",
        "meta",
    ),
    (
        "",
        "<span itemprop='datePublished' content='2024-12-04T07:30:00Z'>4</span>",
        None,
        URL,
        "2024-12-04T07:30:00+00:00",
        "meta",
    ),
    (
        "",
        "",
        Hints(published_at=datetime(2024, 12, 4, 7, 30, tzinfo=UTC)),
        URL,
        "2024-12-04T07:30:00+00:00",
        "feed",
    ),
    ("", "", None, "https://example.org/2024/12/04/bridge/", "2024-12-04T00:00:00+03:00", "url"),
    ("", "", None, "https://example.org/news/2024-12-04-bridge", "2024-12-04T00:00:00+03:00", "url"),
    ("", "", None, "https://example.org/20241204/bridge", "2024-12-04T00:00:00+03:00", "url"),
    ("", "<div>دمشق - 4 كانون الأول 2024 - 10:30 ص</div>", None, URL, "2024-12-04T10:30:00+03:00", "text"),
]


@pytest.mark.parametrize(("head", "below", "hints", "url", "expected", "source"), SOURCES)
def test_each_source_is_read(
    head: str, below: str, hints: Hints | None, url: str, expected: str, source: str
) -> None:
    found = find(page(head, below=below), url=url, hints=hints)
    assert (at(found), found.source, found.flags) == (expected, source, ())


def test_the_more_trusted_source_wins() -> None:
    """Each source states another day; they are taken away one by one, the best first."""
    head_ld, head_meta = ld("2024-12-01T10:00:00+03:00"), meta("2024-12-02T10:00:00+03:00")
    time = "<time datetime='2024-12-03T10:00:00+03:00'></time>"
    hints: Hints | None = Hints(published_at=datetime(2024, 12, 4, 10, 0, tzinfo=ZONE))
    url, text = "https://example.org/2024/12/05/x", "<p>6 كانون الأول 2024 - 10:00</p>"
    days = []
    for step in range(6):
        found = find(
            page(
                (head_ld if step < 1 else "") + (head_meta if step < 2 else ""),
                below=(time if step < 3 else "") + text,
            ),
            url=url if step < 5 else URL,
            hints=hints if step < 4 else None,
        )
        days.append((found.published_at.day if found.published_at else None, found.source))
    assert days == [(1, "json-ld"), (2, "meta"), (3, "time"), (4, "feed"), (5, "url"), (6, "text")]


def test_a_page_without_a_date_has_none() -> None:
    assert find(page()) == Published()


def test_a_day_inside_a_slug_is_the_storys_not_the_articles() -> None:
    assert (
        find(page(), url="https://example.org/news/ten-years-after-2011-03-15-protests").published_at is None
    )
    assert find(page(), url="https://example.org/news/2024/13/45/x").published_at is None


def test_a_day_that_no_site_was_online_on_is_no_date() -> None:
    assert find(page(meta("1970-01-01T00:00:00Z"))).published_at is None
    assert (
        find(page(meta("0001-01-01T00:00:00")), url="https://example.org/1948/05/15/x").published_at is None
    )


# ---- precision


def test_a_day_is_refined_by_a_minute_of_the_same_day() -> None:
    found = find(page(ld("2024-12-04"), below="<time datetime='2024-12-04T10:30:00+03:00'></time>"))
    assert (at(found), found.precision, found.source) == (
        "2024-12-04T10:30:00+03:00",
        DatePrecision.MINUTE,
        "time",
    )
    visible = find(page(meta("2024-12-04"), below="<div class='date'>الأربعاء 4/12/2024 10:30 م</div>"))
    assert (at(visible), visible.source) == ("2024-12-04T22:30:00+03:00", "text")


def test_a_day_is_not_refined_by_a_minute_of_another_day() -> None:
    found = find(page(ld("2024-12-04"), below="<time datetime='2024-12-06T10:30:00+03:00'></time>"))
    assert (at(found), found.precision) == ("2024-12-04T00:00:00+03:00", DatePrecision.DAY)


@pytest.mark.parametrize(
    "midnight", ["2024-12-04T00:00:00+03:00", "2024-12-04T00:00:00Z", "2024-12-03T21:00:00Z"]
)
def test_a_day_written_as_midnight_is_a_day(midnight: str) -> None:
    found = find(page(ld(midnight)))
    assert (at(found), found.precision) == ("2024-12-04T00:00:00+03:00", DatePrecision.DAY)


def test_a_minute_past_midnight_is_a_time() -> None:
    found = find(page(ld("2024-12-04T00:01:00+03:00")))
    assert found.precision is DatePrecision.MINUTE


# ---- JSON-LD


def test_the_articles_node_is_chosen_among_others() -> None:
    others = ld("2020-01-01T10:00:00Z", "WebSite") + ld("2020-01-02T10:00:00Z", "VideoObject")
    graph = (
        '<script type="application/ld+json">{"@context": "https://schema.org", "@graph": ['
        '{"@type": "WebPage", "datePublished": "2020-01-03"}, {"@type": ["Article", "NewsArticle"],'
        ' "headline": "سطر\nمكسور", "datePublished": "2024-12-04T10:30:00+03:00"}]}</script>'
    )
    assert at(find(page(others + graph))) == "2024-12-04T10:30:00+03:00"


def test_a_related_storys_node_is_not_the_articles() -> None:
    related = ld(
        "2024-11-11T10:00:00Z",
        headline="خبر آخر لا صلة له بما سبق أبداً",
        url="https://example.org/news/1-other",
    )
    own = ld("2024-12-04T10:30:00Z", headline=TITLE, url=URL)
    assert at(find(page(related + own))) == "2024-12-04T10:30:00+00:00"
    assert find(page(related)).published_at is None
    listed = (
        '<script type="application/ld+json">{"@type": "ItemList", "itemListElement": ['
        '{"@type": "NewsArticle", "datePublished": "2024-11-11T10:00:00Z"}]}</script>'
    )
    assert find(page(listed)).published_at is None


def test_the_page_node_counts_where_no_article_node_does_and_after_meta() -> None:
    node = ld("2024-12-04T10:30:00Z", "WebPage", url=URL)
    assert (at(find(page(node))), find(page(node)).source) == ("2024-12-04T10:30:00+00:00", "json-ld")
    assert at(find(page(node + meta("2024-12-05T10:30:00Z")))) == "2024-12-05T10:30:00+00:00"


# ---- zones


def test_a_time_without_zone_is_read_in_the_sites_zone_with_its_history() -> None:
    assert at(find(page(ld("2021-01-15 10:00:00")))) == "2021-01-15T10:00:00+02:00"
    assert at(find(page(ld("2021-07-15 10:00:00")))) == "2021-07-15T10:00:00+03:00"
    assert at(find(page(ld("2023-01-15 10:00:00")))) == "2023-01-15T10:00:00+03:00"
    assert (
        at(find(page(ld("2023-01-15 10:00:00")), zone=ZoneInfo("Asia/Beirut"))) == "2023-01-15T10:00:00+02:00"
    )


def test_a_time_without_zone_yields_to_the_same_clock_with_one() -> None:
    found = find(page(ld("2024-12-04 14:30:05") + meta("2024-12-04T10:30:05Z")))
    assert (at(found), found.source) == ("2024-12-04T10:30:05+00:00", "meta")


def test_a_time_without_zone_stands_beside_another_clock() -> None:
    found = find(page(ld("2024-12-04 14:30:05") + meta("2024-12-04T09:12:44Z")))
    assert (at(found), found.source) == ("2024-12-04T14:30:05+03:00", "json-ld")


def test_one_wall_time_in_two_zones_goes_to_the_better_supported() -> None:
    """A plugin that stamps UTC as local time, beside two that don't."""
    utc, false = "2024-12-04T10:30:05+00:00", "2024-12-04T10:30:05+03:00"
    found = find(page(ld(utc) + meta(utc) + ld(false, "BlogPosting")))
    assert (at(found), found.flags) == (utc, ("zone-conflict",))


def test_a_false_utc_yields_to_the_real_offset_on_a_tie_and_to_what_was_converted() -> None:
    utc, local = "2024-12-04T10:30:05+00:00", "2024-12-04T10:30:05+03:00"
    assert at(find(page(meta(utc) + ld(local)))) == local
    assert at(find(page(ld(utc) + meta(local)))) == local
    converted = Hints(published_at=datetime(2024, 12, 4, 7, 30, 5, tzinfo=UTC))
    assert at(find(page(ld(utc) + meta(utc) + ld(local, "BlogPosting")), hints=converted)) == local
    three = ld(utc) + meta(utc) + ld(utc, "WebPage", url=URL)
    assert at(find(page(three + ld(local, "BlogPosting")))) == utc
    assert at(find(page(three + ld(local, "BlogPosting")), hints=converted)) == local
    shown = "<div class='date'>4 كانون الأول 2024 - 13:30</div>"
    assert at(find(page(ld(utc) + meta(local), below=shown))) == utc


def test_the_same_instant_in_two_zones_is_no_conflict() -> None:
    found = find(page(ld("2024-12-04T07:30:00Z") + meta("2024-12-04T10:30:00+03:00")))
    assert (at(found), found.flags) == ("2024-12-04T07:30:00+00:00", ())


# ---- the future, and the last change


def test_a_future_date_gives_way_to_another_and_is_flagged() -> None:
    found = find(page(ld("2031-01-01T10:00:00Z") + meta("2024-12-04T10:30:00Z")))
    assert (at(found), found.source, found.flags) == ("2024-12-04T10:30:00+00:00", "meta", ("future",))
    text = find(page(ld("2031-01-01T10:00:00Z"), below="<div>نشر في 4 كانون الأول 2024</div>"))
    assert (at(text), text.source, text.flags) == ("2024-12-04T00:00:00+03:00", "text", ("future",))


def test_local_time_that_was_stamped_as_utc_is_read_as_local_when_it_lies_ahead() -> None:
    found = find(page(ld("2024-12-20T11:30:00Z")))  # An hour and a half before it could have been.
    assert (at(found), found.flags) == ("2024-12-20T11:30:00+03:00", ("future",))


def test_a_time_hours_ahead_in_any_zone_is_today_at_the_latest() -> None:
    found = find(page(ld("2024-12-20T13:30:00Z")))
    assert (at(found), found.precision) == ("2024-12-20T00:00:00+03:00", DatePrecision.DAY)
    assert found.flags == ("future",)


def test_a_time_a_little_ahead_is_a_clock_that_runs_fast() -> None:
    assert find(page(ld("2024-12-20T12:05:00+03:00"))).flags == ()


def test_a_date_far_ahead_that_stands_alone_is_no_date() -> None:
    found = find(page(ld("2031-01-01T10:00:00Z")))
    assert (found.published_at, found.source, found.flags) == (None, None, ("future",))


def test_the_time_of_change_is_read_from_every_source() -> None:
    time = "<time class='updated' datetime='2024-12-06T10:00:00+03:00'></time>"
    own = meta("2024-12-04T10:30:00+03:00")
    for head, below, hints in (
        (ld("2024-12-04T10:30:00+03:00", dateModified="2024-12-06T10:00:00+03:00"), "", None),
        (own + meta("2024-12-06T10:00:00+03:00", "article:modified_time"), "", None),
        (own, time, None),
        (own, "", Hints(modified_at=datetime(2024, 12, 6, 10, 0, tzinfo=ZONE))),
    ):
        found = find(page(head, below=below), hints=hints)
        assert (at(found), found.flags) == ("2024-12-04T10:30:00+03:00", ())
        assert found.modified_at is not None
        assert found.modified_at.isoformat() == "2024-12-06T10:00:00+03:00"


def test_a_change_before_publication_is_left_out_and_flagged() -> None:
    found = find(page(ld("2024-12-04T10:30:00Z", dateModified="2024-12-01T10:30:00Z")))
    assert (found.modified_at, found.flags) == (None, ("modified-before-published",))
    other = find(
        page(
            ld("2024-12-04T10:30:00Z", dateModified="2024-12-01T10:30:00Z")
            + meta("2024-12-05T10:30:00Z", "article:modified_time")
        )
    )
    assert other.modified_at is not None
    assert (other.modified_at.day, other.flags) == (5, ())


def test_a_change_in_the_future_is_left_out_and_flagged() -> None:
    found = find(page(ld("2024-12-04T10:30:00Z", dateModified="2031-12-01T10:30:00Z")))
    assert (found.modified_at, found.flags) == (None, ("modified-future",))


def test_the_last_change_stated_as_publication_gives_way_to_an_older_address() -> None:
    head = ld("2024-12-18T10:30:00Z", dateModified="2024-12-18T10:30:00Z")
    found = find(page(head), url="https://example.org/2024/12/04/x/")
    assert (at(found), found.source, found.flags) == ("2024-12-04T00:00:00+03:00", "url", ("contradicted",))
    same = find(page(head), url="https://example.org/2024/12/18/x/")
    assert (at(same), same.flags) == ("2024-12-18T10:30:00+00:00", ())
    unchanged = find(page(ld("2024-12-18T10:30:00Z")), url="https://example.org/2024/12/04/x/")
    assert (at(unchanged), unchanged.flags) == ("2024-12-18T10:30:00+00:00", ())


# ---- <time> elements


def test_the_time_beside_the_headline_is_taken_not_one_of_a_column_or_card() -> None:
    own = "<time class='entry-date' datetime='2024-12-04T10:30:00+03:00'></time>"
    other = "<time class='entry-date' datetime='2024-11-11T10:30:00+03:00'></time>"
    for wrapped in (
        f"<aside>{other}</aside>",
        f"<header>{other}</header>",
        f"<nav>{other}</nav>",
        f"<div class='latest-news'>{other}</div>",
        f"<div id='sidebar'>{other}</div>",
        f"<article><h3>خبر آخر</h3>{other}</article>",
        f"<ul><li>{other}</li></ul>",
        f"<a href='/news/1-other'>{'عنوان خبر آخر طويل لا صلة له بهذا الخبر ' * 2}{other}</a>",
    ):
        assert at(find(page(above=wrapped, below=own, after=wrapped))) == "2024-12-04T10:30:00+03:00", wrapped
        assert find(page(above=wrapped, after=wrapped)).published_at is None, wrapped


def test_a_time_in_the_articles_own_header_or_in_a_wrapper_with_a_sidebar_counts() -> None:
    own = "<time datetime='2024-12-04T10:30:00+03:00'></time>"
    header = f"<header class='entry-header'><h1>{TITLE}</h1>{own}</header>"
    assert at(find(page(heading=header))) == "2024-12-04T10:30:00+03:00"
    wrapped = page(below=own).replace("class='wrap'", "class='content-sidebar latest'")
    assert at(find(wrapped)) == "2024-12-04T10:30:00+03:00"
    permalink = f"<a href='/news/4812-bridge'>{own}</a>"
    assert at(find(page(below=permalink))) == "2024-12-04T10:30:00+03:00"


def test_a_time_of_publication_and_change_in_one_is_of_publication() -> None:
    both = "<time class='entry-date published updated' datetime='2024-12-04T10:30:00+03:00'></time>"
    assert at(find(page(below=both))) == "2024-12-04T10:30:00+03:00"
    change = "<time class='updated' datetime='2024-12-06T10:30:00+03:00'></time>"
    found = find(page(below=change))
    assert found.published_at is None
    assert found.modified_at is not None


# ---- visible text


@pytest.mark.parametrize(
    "line",
    [
        "<div class='meta'>الأربعاء 4 كانون الأول 2024</div>",
        "<div><span>الأربعاء</span> <span>4</span> <b>كانون الأول</b> <i>2024</i></div>",
        "<ul><div>بواسطة: هيئة التحرير</div><div>٤ / ١٢ / ٢٠٢٤</div></ul>",
        "<p>دمشق - خاص | 4 كانون الأول 2024</p>",
        "<div>تم نشره الأربعاء 4 كانون الأول / ديسمبر 2024</div>",
        "<div>نشر في 4 كانون الأول 2024 | آخر تحديث: 6 كانون الأول 2024</div>",
        "<div>آخر تحديث: 6 كانون الأول 2024 | تاريخ النشر: 4 كانون الأول 2024</div>",
        "<div>3 جمادى الآخرة 1446 هـ</div>",
        "<div class='date'>منذ 16 يوماً</div>",
        "<div class='info'>"
        + "<a>شارك على فيسبوك وتويتر وواتساب وتلغرام الآن</a>"
        + "<span>4-12-2024</span></div>",
        "<div class='entry-meta'><h2>عنوان فرعي 2023</h2></div><span>04/12/2024</span>",
    ],
)
def test_the_byline_is_read(line: str) -> None:
    found = find(page(below=line))
    assert (at(found), found.source, found.precision) == (
        "2024-12-04T00:00:00+03:00",
        "text",
        DatePrecision.DAY,
    )


def test_last_updated_alone_is_the_time_of_change() -> None:
    found = find(page(below="<div>نورا السيد - آخر تحديث: 6 كانون الأول 2024</div>"))
    assert found.published_at is None
    assert found.modified_at is not None
    assert found.modified_at.day == 6


def test_the_sites_own_day_above_the_page_is_not_the_articles() -> None:
    today = "الجمعة 20 كانون الأول 2024"
    for header in (
        f"<header><div>{today}</div></header>",
        f"<div class='topbar'>{today}</div>",
        f"<div><div><div>{today}</div></div></div>",
        f"<div id='today'>{today} م</div>",
        f"<div class='date-box'>{today}</div>",
    ):
        assert find(page(above=header)).published_at is None, header
        found = find(page(above=header, below="<div>4 كانون الأول 2024</div>"))
        assert at(found) == "2024-12-04T00:00:00+03:00", header


def test_a_date_right_above_the_headline_is_the_articles_unless_it_is_bare_today() -> None:
    own = f"<div class='kicker'>4 كانون الأول 2024</div><h1>{TITLE}</h1>"
    assert at(find(page(heading=own))) == "2024-12-04T00:00:00+03:00"
    today = f"<div class='kicker'>20 كانون الأول 2024</div><h1>{TITLE}</h1>"
    assert find(page(heading=today)).published_at is None
    said = f"<div class='kicker'>نشر في 20 كانون الأول 2024</div><h1>{TITLE}</h1>"
    assert at(find(page(heading=said))) == "2024-12-20T00:00:00+03:00"


def test_today_below_the_headline_is_the_articles() -> None:
    assert at(find(page(below="<div>20 كانون الأول 2024</div>"))) == "2024-12-20T00:00:00+03:00"


def test_dates_of_the_story_are_not_the_articles() -> None:
    for prose in (
        "<p>وقال رئيس البلدية إن العمل في المشروع بدأ في 15 آذار 2011 ثم توقف سنوات قبل أن يستأنف.</p>",
        "<p>"
        + "تفاصيل كثيرة عن الجسر الجديد وما حوله من شوارع وأسواق. " * 20
        + "</p><div>15 آذار 2011</div>",
        "<h2>15 آذار 2011</h2>",
        "<div>قصف على أطراف المدينة - 15 آذار 2011 (وكالة)</div>",
        "<div class='wp-caption-text'>الجسر، 15 آذار 2011</div>",
        "<div>مشروع مؤجل منذ 10 سنوات</div>",
        "<blockquote>سامر 15 آذار 2011</blockquote>",
        "<div>سامر (@samer) 15 آذار 2011</div>",
        "<figcaption>الجسر القديم، 15 آذار 2011</figcaption>",
        "<div>هل الجسر مفتوح الآن</div>",
        "<div>اليوم</div>",
    ):
        assert find(page(below=prose)).published_at is None, prose


def test_dates_beside_the_story_are_not_the_articles() -> None:
    for beside in (
        "<aside>4 كانون الأول 2024</aside>",
        "<div class='related'><div>4 كانون الأول 2024</div></div>",
        "<div class='comments'><span class='date'>4 كانون الأول 2024</span></div>",
        "<footer class='site-footer'><span class='date'>4 كانون الأول 2024</span></footer>",
        "".join(f"<div class='item-date'>{day} كانون الأول 2024</div>" for day in (1, 4, 7)),
    ):
        assert find(page(after=beside)).published_at is None, beside


def test_a_date_in_the_articles_own_footer_is_found() -> None:
    page_with_footer = page().replace(
        "</article>", "<footer><span class='date'>4 كانون الأول 2024</span></footer></article>"
    )
    assert at(find(page_with_footer)) == "2024-12-04T00:00:00+03:00"


def test_a_headline_that_is_no_heading_is_found() -> None:
    markup = page(heading=f"<div class='t'>{TITLE}</div>", below="<div>4 كانون الأول 2024</div>")
    assert at(find(markup)) == "2024-12-04T00:00:00+03:00"


# ---- words that say «published», and words that only look so


BYLINE = "<div>4 كانون الأول 2024</div>"


@pytest.mark.parametrize(
    "said",
    [
        "نشر في 4 كانون الأول 2024",
        "نُشِر: الأربعاء 4 كانون الأول 2024",
        "تم نشره في 4 كانون الأول 2024",
        "تم نشر الخبر يوم 4 كانون الأول 2024",
        "تاريخ نشر المقال: 04/12/2024",
        "بتاريخ 4 كانون الأول 2024",
        "نشر قبل 16 يوماً",
        "سامر الحلبي | نشر في 4 كانون الأول 2024 | 3 تعليقات",
        "مراسل دفتر الفرات في حماة سامر الحلبي | نشر في 4 كانون الأول 2024",
        "آخر تعديل 6 كانون الأول 2024 نشر في 4 كانون الأول 2024",
    ],
)
def test_a_date_that_is_said_to_be_of_publication_goes_before_a_nearer_one(said: str) -> None:
    for tag in ("p", "div"):
        found = find(page(below=f"<div>7 كانون الأول 2024</div><{tag}>{said}</{tag}>"))
        assert at(found) == "2024-12-04T00:00:00+03:00", tag


def test_an_author_may_run_into_the_word_published_where_it_is_no_prose() -> None:
    run_together = "<{0}><b>سامر الحلبي</b> نشر في 4 كانون الأول 2024</{0}>"
    near = "<div>7 كانون الأول 2024</div>"
    assert at(find(page(below=near + run_together.format("div")))) == "2024-12-04T00:00:00+03:00"
    assert at(find(page(below=near + run_together.format("p")))) == "2024-12-07T00:00:00+03:00"


@pytest.mark.parametrize(
    "other",
    [
        "نشرة أسعار سوق الهال ليوم 10 كانون الأول 2024",
        "نَشْرة الثلاثاء 10 كانون الأول 2024",
        "اقرأ أيضاً: نشرة الطقس ليوم 10 كانون الأول 2024",
        f"{TITLE} | نشرة الثلاثاء 10 كانون الأول 2024",
        "نشر قوات فصل في درعا 10 كانون الأول 2024",
        "نشرت الوزارة نص القرار في 10 كانون الأول 2024",
        "صدر القرار الجديد بتاريخ 10 كانون الأول 2024",
    ],
)
def test_a_bulletin_a_deployment_or_a_decree_does_not_say_when_the_article_was_published(other: str) -> None:
    for tag in ("p", "div"):
        found = find(page(below=f"{BYLINE}<{tag}>{other}</{tag}>"))
        assert at(found) == "2024-12-04T00:00:00+03:00", tag


# ---- other stories' headlines, and the article's own


def test_a_date_in_a_link_to_another_story_is_that_storys() -> None:
    other = "<a href='/news/4700-prices'>أسعار سوق الهال 10 كانون الأول 2024</a>"
    for teaser in (
        f"<p>{other}</p>",
        f"<div>{other}</div>",
        f"<p><strong>اقرأ أيضاً: {other}</strong></p>",
        f"<div class='meta'>{other}</div>",
        f"<div><b>مواضيع أخرى</b><br>- {other}<br></div>",
        f"<div>{other} | 3 تعليقات</div>",
    ):
        assert find(page(below=teaser)).published_at is None, teaser
        assert at(find(page(below=teaser + BYLINE))) == "2024-12-04T00:00:00+03:00", teaser
    beside = f"<div>4 كانون الأول 2024 | {other}</div>"
    assert at(find(page(below=beside))) == "2024-12-04T00:00:00+03:00"


def test_a_date_beside_or_in_a_link_to_a_writer_a_day_or_the_page_itself_counts() -> None:
    for byline in (
        "<div><a href='/writers/7'>سامر الحلبي</a> 4 كانون الأول 2024</div>",
        "<div><a href='/archive/2024-12'>4 كانون الأول 2024</a></div>",
        "<div><a href='/writers/7'>سامر الحلبي <span>4 كانون الأول 2024</span></a></div>",
        f"<div><a href='{URL}'>كتب سامر علي الحلبي 4 كانون الأول 2024</a></div>",
    ):
        assert at(find(page(below=byline))) == "2024-12-04T00:00:00+03:00", byline


REPORT = "نشرة أسعار الهال السبت 30 تشرين الثاني 2024"


def test_the_day_in_the_articles_own_headline_is_not_its_date() -> None:
    heading = f"<h1>{REPORT}</h1>"
    assert find(page(heading=heading), title=REPORT).published_at is None
    crumbs = f"<div>الرئيسية » {REPORT}</div>"
    for around in (crumbs + heading, heading + crumbs, heading + f"<div class='info'>{REPORT}</div>"):
        assert find(page(heading=around), title=REPORT).published_at is None, around
        assert at(find(page(heading=around, below=BYLINE), title=REPORT)) == "2024-12-04T00:00:00+03:00"
        assert at(find(page(heading=BYLINE + around), title=REPORT)) == "2024-12-04T00:00:00+03:00"
    plain = f"<div><font size='5'><b>{REPORT}</b></font></div>"
    assert at(find(page(heading=plain, below=BYLINE), title=REPORT)) == "2024-12-04T00:00:00+03:00"


def test_a_headline_that_is_a_bare_day_does_not_hide_the_same_day_below_it() -> None:
    day = "4 كانون الأول 2024"
    assert at(find(page(heading=f"<h1>{day}</h1>", below=BYLINE), title=day)) == "2024-12-04T00:00:00+03:00"


# ---- bylines in fields


@pytest.mark.parametrize(
    "line",
    [
        "كتب: معتز العاني | 2024-12-04 14:05 | عدد القراءات: 543",
        "كتب: معتز عبد الله العاني - دير الزور | 2024-12-04 14:05 | عدد القراءات: 543",
        "كتب: معتز عبد الله العاني - دير الزور | 2024-12-04 | 14:05 | عدد القراءات: 543",
        "كتب: معتز عبد الله العاني من دير الزور • ٤ كانون الأول ٢٠٢٤ - 2:05 م • القسم: أخبار المحافظات",
        "14:05 | 2024-12-04 | مراسلنا في ريف دير الزور الشرقي معتز العاني | طباعة | أرسل إلى صديق",
        "اليوم | 14:05 2024-12-04 | مراسلنا في ريف دير الزور الشرقي معتز العاني | طباعة | أرسل إلى صديق",
    ],
)
def test_words_in_other_fields_of_a_byline_say_nothing_against_its_date(line: str) -> None:
    for tag in ("div", "p", "td"):
        found = find(page(below=f"<{tag}>{line}</{tag}>"))
        assert (at(found), found.precision) == ("2024-12-04T14:05:00+03:00", DatePrecision.MINUTE), tag


@pytest.mark.parametrize(
    "line",
    [
        "قصف على أطراف المدينة في حماة 15 آذار 2011 | أرشيف",
        "أرشيف الوكالة | جسر قديم على نهر العاصي يعود إلى 15 آذار 2011",
        "القسم: أخبار المحافظات الشرقية والشمالية كلها | عدد القراءات: 543 | 3 تعليقات",
        "من أرشيف الموقع قبل سنوات | 15 آذار 2011 | أخبار أخرى من هذا القسم | 17 نيسان 2012",
    ],
)
def test_a_field_that_is_a_sentence_or_a_count_holds_no_date(line: str) -> None:
    assert find(page(below=f"<div>{line}</div>")).published_at is None


def test_a_headline_that_is_no_heading_is_found_by_a_title_with_the_sites_name() -> None:
    heading = f"<div><font size='5'><b>{TITLE}</b></font></div>"
    markup = page(above="<font>دفتر الفرات</font>", heading=heading, below="<div>2024-12-04 14:05</div>")
    for title in (f"دفتر الفرات :: {TITLE}", f"{TITLE} - دفتر الفرات", TITLE):
        assert at(find(markup, title=title)) == "2024-12-04T14:05:00+03:00", title
    flat = markup.replace("article>", "div>")
    assert at(find(flat)) == "2024-12-04T14:05:00+03:00"
    assert find(flat, title="دفتر الفرات :: خبر قصير").published_at is None


def test_the_whole_title_is_looked_for_before_its_longest_part() -> None:
    title = f"حماة - {TITLE}"
    other = f"<div><span>{TITLE}</span> <i>6 كانون الأول 2024</i></div>"
    markup = page(above=other, heading=f"<div>{title}</div>", below=BYLINE)
    assert at(find(markup, title=title)) == "2024-12-04T00:00:00+03:00"


# ---- any page


def test_a_naive_now_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        find(page(), now=datetime(2024, 12, 20))  # noqa: DTZ001


_TAGS = st.sampled_from(
    ["div", "p", "span", "time", "h1", "h2", "article", "header", "ul", "li", "a", "b", "form"]
)
_TEXTS = st.sampled_from(
    [
        "4 كانون الأول 2024",
        "آخر تحديث",
        "نشر",
        "10:30 م",
        "منذ ساعتين",
        "اليوم",
        "2024-12-04T10:00:00+99:99",
        TITLE,
        "-",
        "١",
    ]
)
_ATTRIBUTES = st.sampled_from(
    [
        "",
        " class='date'",
        " class='updated'",
        " class='sidebar'",
        " datetime='2024-12-04'",
        " datetime='9999-12-31T23:59:59-12:00'",
        " itemprop='datePublished' content='0001-01-01T00:00:00+14:00'",
    ]
)
_MARKUP = st.recursive(
    _TEXTS,
    lambda inner: st.builds(
        lambda tag, attribute, parts: f"<{tag}{attribute}>{''.join(parts)}</{tag}>",
        _TAGS,
        _ATTRIBUTES,
        st.lists(inner, max_size=4),
    ),
    max_leaves=25,
)
_HEADS = st.one_of(
    st.text(max_size=40).map(meta),
    st.text(max_size=60).map(lambda text: f'<script type="application/ld+json">{text}</script>'),
    _TEXTS.map(ld),
)


@settings(max_examples=150, deadline=None)
@given(_HEADS, _MARKUP, st.text(max_size=60))
def test_no_page_makes_it_raise(head: str, markup: str, path: str) -> None:
    find(page(head, below=markup, above=markup), url=f"https://example.org/{path}")


def test_hostile_pages_take_no_time() -> None:
    deep = "<div>" * 4000 + "4 كانون الأول 2024" + "</div>" * 4000
    wide = "<div>" + "<i></i>" * 40_000 + "</div>"
    nested = "<div class='date'>" * 60 + "<i> </i>" * 20_000 + "</div>" * 60
    times = "<time datetime='2024-12-04'></time>" * 20_000
    links = "<div class='date'><a href='/x'>" * 60 + "<i></i>" * 20_000 + "</a></div>" * 60
    parser = html.HTMLParser(huge_tree=True)
    for below in (deep, wide, nested, times, links):
        tree = html.document_fromstring(page(below=below), parser=parser)
        started = time.process_time()
        find_published(tree, url=URL, hints=None, timezone=ZONE, now=NOW, title=TITLE)
        assert time.process_time() - started < 2
