"""Dated archives: which addresses are some, what template they have, and what of a page is followed."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.discovery.date_archives import (
    DateArchiveTemplate,
    archive_key,
    find_archives,
    parse_archive,
    read_archive,
)
from crawler.discovery.window import Window
from crawler.model.site import Site
from tests.support.made_up_site import listing_page

HOME = "https://sada.example/"
NOW = datetime(2024, 6, 15, tzinfo=UTC)


def _site(**seed: object) -> Site:
    return Site.model_validate({"id": "sada", "name": "صدى", "url": HOME, **seed})


def _page(*links: str, extra: str = "") -> bytes:
    anchors = "".join(f'<a href="{link}">x</a>' for link in links)
    return f"<html><body>{anchors}{extra}</body></html>".encode()


def _patterns(body: bytes, **seed: object) -> list[tuple[str, str]]:
    return [(template.pattern, template.unit) for template in find_archives(body, HOME, _site(**seed))[0]]


@pytest.mark.parametrize(
    ("address", "pattern", "unit"),
    [
        ("/2024/03/", "/{year}/{month}/", "month"),
        ("/2024/03/page/4/", "/{year}/{month}/", "month"),
        ("/2024/3", "/{year}/{month}", "month"),
        ("/archive/2024-03-05", "/archive/{year}-{month}-{day}", "day"),
        ("/ar/2024/03/05/", "/ar/{year}/{month}/{day}/", "day"),
        ("/archive-2024-03.html", "/archive-{year}-{month}.html", "month"),
        ("/2024_03_01_archive.html", "/{year}_{month}_{day}_archive.html", "day"),
        ("/news/2024", "/news/{year}", "year"),
        ("/?m=202403", "/?m={year}{month}", "month"),
        ("/archive?date=2024-03-05", "/archive?date={year}-{month}-{day}", "day"),
        ("/list?day=5&month=3&year=2024", "/list?day={day}&month={month}&year={year}", "day"),
    ],
)  # fmt: skip
def test_an_address_that_ends_in_a_date_is_an_archive(address: str, pattern: str, unit: str) -> None:
    read = read_archive(HOME.rstrip("/") + address)
    assert read is not None
    assert (read.pattern, read.unit) == (HOME.rstrip("/") + pattern, unit)


@pytest.mark.parametrize(
    "address",
    [
        "/2024/03/05/the-bridge-is-open",
        "/2024/13/",
        "/news/20240",
        "/news/1204/03",
        "/bulletin-2024-03-05",
        "/election-2012",
        "/?p=202403",
        "/?id=2024033",
        "/story/1999123",
        "/",
    ],
)
def test_what_holds_more_than_a_date_is_none(address: str) -> None:
    assert read_archive(HOME.rstrip("/") + address) is None


def test_a_template_is_read_off_the_links_and_one_link_alone_says_nothing() -> None:
    assert _patterns(_page("/2024/3/", "/2024/2/")) == [(f"{HOME}{{year}}/{{month}}/", "month")]
    (template,) = find_archives(_page("/2024/3/", "/2024/2/"), HOME, _site())[0]
    assert template.url(date(2024, 1, 9)) == f"{HOME}2024/1/"
    assert _patterns(_page("/2024/03/")) == []
    assert _patterns(_page("/2024/03/", "/news/2024/02/")) == []
    options = (
        '<select><option value="/2024/03/">آذار</option><option value="/2024/02/">شباط</option></select>'
    )
    assert _patterns(_page(extra=options)) == [(f"{HOME}{{year}}/{{month}}/", "month")]
    assert _patterns(_page("https://other.example/2024/03/", "https://other.example/2024/02/")) == []


def test_the_whole_sites_months_go_before_a_sections_and_before_days() -> None:
    body = _page(*(f"/{section}2024/03{day}/" for section in ("sport/", "") for day in ("", "/05", "/06")),
                 "/2024/02/", "/sport/2024/02/")  # fmt: skip
    assert [pattern.removeprefix(HOME) for pattern, _ in _patterns(body)] == [
        "{year}/{month}/",
        "sport/{year}/{month}/",
        "{year}/{month}/{day}/",
        "sport/{year}/{month}/{day}/",
    ]
    assert _patterns(_page("/2024/03/", "/2024/02/"), exclude=[r"^/20\d\d/\d\d/$"]) == []


def test_wordpress_has_months_of_its_own_and_other_systems_are_not_guessed_at() -> None:
    generator = '<meta name="generator" content="WordPress 6.5">'
    (template,) = find_archives(_page(extra=generator), HOME, _site())[0]
    assert (template.pattern, template.linked) == (f"{HOME}{{year}}/{{month}}/", False)
    assert template.guessed_page(f"{HOME}2024/03/page/2/") == f"{HOME}2024/03/page/3/"
    (plain,) = find_archives(_page("/?p=17", extra=generator), HOME, _site())[0]
    assert plain.url(date(2024, 3, 5)) == f"{HOME}?m=202403"
    assert plain.guessed_page(f"{HOME}?m=202403&paged=2") == f"{HOME}?m=202403&paged=3"
    assert _patterns(_page(extra='<meta name="generator" content="Drupal 10">')) == []


def test_an_index_of_archives_is_found_where_the_page_itself_names_none() -> None:
    assert find_archives(_page("/about", "/الأرشيف/"), HOME, _site())[2] is not None
    assert find_archives(_page("/about", "/archive-of-letters"), HOME, _site())[2] is None


def test_a_window_is_walked_from_its_newest_listing_to_its_oldest_and_no_further() -> None:
    template, zone = DateArchiveTemplate(f"{HOME}{{year}}/{{month}}/", "month"), ZoneInfo("Asia/Damascus")
    window = Window(datetime(2023, 11, 10, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC))
    urls = [archive.url.removeprefix(HOME) for archive in template.archives(window, NOW, zone)]
    assert urls == ["2024/01/", "2023/12/", "2023/11/"], "three hours of February by the site's clock"
    newest = next(template.archives(Window(since=datetime(2024, 1, 1, tzinfo=UTC)), NOW, zone))
    assert newest.url == f"{HOME}2024/06/"
    days = DateArchiveTemplate(f"{HOME}{{year}}-{{month}}-{{day}}", "day")
    window = Window(datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 3, 3, tzinfo=UTC))
    assert [archive.url[-5:] for archive in days.archives(window, NOW, zone)] == ["03-03", "03-02", "03-01"]
    years = DateArchiveTemplate(f"{HOME}{{year}}", "year")
    everything = [archive.url[-4:] for archive in years.archives(Window(until=NOW), NOW, zone)]
    assert (everything[0], everything[-1]) == ("2024", "1995")


def test_a_listings_own_next_page_is_followed_and_the_way_to_another_month_is_not() -> None:
    url, paths = f"{HOME}2024/03/", [f"/2024/03/05/story-of-the-long-day-{n}" for n in range(12)]
    template = DateArchiveTemplate(f"{HOME}{{year}}/{{month}}/", "month", pages="path")
    page = parse_archive(listing_page(paths, f"{url}page/2/").encode(), url, _site(), None, template)
    assert (len(page.articles), page.next_url) == (12, f"{url}page/2/")
    page = parse_archive(listing_page(paths, f"{HOME}2024/02/").encode(), url, _site(), None, template)
    assert page.next_url == f"{url}page/2/", "ten and more: there may be another"
    page = parse_archive(listing_page(paths[:9], f"{HOME}2024/02/").encode(), url, _site(), None, template)
    assert page.next_url is None
    assert (
        archive_key(f"{HOME}?m=202403&paged=2")
        == archive_key(f"{HOME}?m=202403")
        != archive_key(f"{HOME}?m=202402")
    )
