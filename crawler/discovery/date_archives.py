"""Date archives: listings of one day, month or year (``/2024/03/``), and where the earlier ones are.

One template makes the addresses of all of a site's archives. It is read from those that the site links (the
list of months beside its pages, a calendar), or is WordPress's own (Template Hierarchy, "Date").
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from lxml.html import HtmlElement

from crawler.discovery.listing import PAGE_NAMES, page_number, parse_listing
from crawler.discovery.window import Span, Window
from crawler.model.article import Discovered
from crawler.model.site import Site
from crawler.parsing.article_urls import chooses_article
from crawler.parsing.markup import parse_html
from crawler.parsing.urls import url_key, usable_url

Unit = Literal["month", "day", "year"]
UNITS: tuple[Unit, ...] = ("month", "day", "year")
"""The best first: a month's listing is neither one of hundreds nor a thousand pages long."""

SHARES = {"month": timedelta(days=1), "day": timedelta(minutes=1), "year": timedelta(days=1)}
"""What a listing must have in common with a window of time to be asked for."""

MIN_DATES = {"month": 2, "day": 2, "year": 3}
"""Different dates that links of one template must have: a single one may be anything with a number in it."""

EARLIEST = 1995
"""No news site's archive begins before."""

FULL_PAGE = 10
"""WordPress's default of posts on a page: one with fewer is the last of its archive."""

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_MONTH = r"(?P<month>0?[1-9]|1[0-2])"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
# The date ends the path: "/2024/03/", "/archive/2024-3-5", "/2024_03_01_archive.html" (old Blogger).
_IN_PATH = re.compile(
    rf"/(?:(?:archives?|أرشيف|الأرشيف)[-_])?{_YEAR}(?:(?P<mark>[/_-]){_MONTH}(?:(?P=mark){_DAY})?)?"
    rf"(?:_archive)?(?:\.html?)?/?\Z"
)
_IN_VALUE = re.compile(rf"{_YEAR}(?P<mark>[/-]){_MONTH}(?:(?P=mark){_DAY})?\Z")
_PACKED = re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])?\Z")
_NAMES = {"y": "year", "year": "year", "yyyy": "year", "m": "month", "month": "month", "mm": "month",
          "monthnum": "month", "d": "day", "day": "day", "dd": "day"}  # fmt: skip
_MARKS = {name: f"{{{unit}}}" for name, unit in _NAMES.items()}
_PLAIN = re.compile(r"/\?(?:p|m)=\d")
_INDEX = re.compile(r"/(?:archives?|أرشيف|الأرشيف)(?:\.(?:html?|php|aspx?))?/?\Z", re.IGNORECASE)
_PAGE_PATH = re.compile(r"/page[/-]\d{1,6}/?\Z", re.IGNORECASE)
_WORDPRESS = re.compile(
    rb"""<meta\b[^<>]*content=["']WordPress\b|https://api\.w\.org/|/wp-content/(?:themes|plugins)/""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DateArchive:
    """One dated listing: its address, and the stretch of time that it lists, by the site's clock."""

    url: str
    span: Span


@dataclass(frozen=True, slots=True)
class DateArchiveTemplate:
    """What the addresses of a site's dated listings have in common.

    `pattern` is an address with ``{year}``, ``{month}`` and ``{day}``; `padded` says that months and days
    below ten have a zero. `pages` is how further pages are named where none is linked: by ``path`` or
    ``query``, as WordPress does; None: they are not guessed. `linked`: the site links such listings itself.
    """

    pattern: str
    unit: Unit
    padded: bool = True
    pages: Literal["path", "query"] | None = None
    linked: bool = True

    def url(self, day: date) -> str:
        """The address of the listing that holds a day."""
        width = "02" if self.padded else ""
        return (
            self.pattern.replace("{year}", f"{day.year:04}")
            .replace("{month}", f"{day.month:{width}}")
            .replace("{day}", f"{day.day:{width}}")
        )

    def archives(self, window: Window, now: datetime, zone: tzinfo) -> Iterator[DateArchive]:
        """The listings of the window, the newest first.

        One of which the window holds next to nothing (`SHARES`) is left out: it would be read as a whole for
        what the next window brings.

        Args:
            window: Which time of publication is wanted.
            now: There are none of later days.
            zone: The site's clock, by which its listings are made.
        """
        since, until = window.bounds
        until = min(until, now)
        day = until.astimezone(zone).date()
        while day.year >= EARLIEST:
            span = _span(day, self.unit, zone)
            if span.end <= since:
                return
            shared = min(span.end, until) - max(span.start, since)
            if shared >= SHARES[self.unit]:
                yield DateArchive(self.url(day), span)
            day = (span.start - timedelta(hours=12)).astimezone(zone).date()

    def guessed_page(self, url: str) -> str | None:
        """The address of the page after `url`, as WordPress names it; None: it is not to be guessed."""
        parts, following = urlsplit(url), (page_number(url) or 1) + 1
        if self.pages == "path":
            path = _PAGE_PATH.sub("", parts.path).rstrip("/")
            return urlunsplit(parts._replace(path=f"{path}/page/{following}/"))
        if self.pages == "query":
            query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "paged"]
            return urlunsplit(parts._replace(query=urlencode([*query, ("paged", str(following))])))
        return None


@dataclass(frozen=True, slots=True)
class DatedAddress:
    """An address that ends in a date: its pattern, the unit and numbers of its date.

    `may_be_padded`: the numbers of its month and day can have leading zeros.
    """

    pattern: str
    unit: Unit
    numbers: tuple[int, ...]
    may_be_padded: bool


@dataclass(frozen=True, slots=True)
class DateArchivePage:
    """What one page of a dated listing names: articles, and the listing's next page."""

    articles: list[Discovered]
    next_url: str | None = None


def find_archives(
    body: bytes, url: str, site: Site, charset: str | None = None
) -> tuple[list[DateArchiveTemplate], list[Discovered], str | None]:
    """Find out how a site's dated listings are addressed, from its home page or its index of archives.

    Args:
        body: The page as served, decompressed.
        url: Where it was fetched.
        site: The seed.
        charset: What the HTTP header claims, if it does.

    Returns:
        The templates, the best first; the articles that the page names; and the address of an index of
        archives that it links.
    """
    root = parse_html(body, charset)
    if root is None:
        return [], [], None
    links = list(_links(root, url, site))
    templates = _linked_templates(links)
    if _WORDPRESS.search(body) is not None:
        # Sites without "pretty" addresses link "/?p=1".
        is_pretty = not any(map(_PLAIN.search, links))
        templates = _with_wordpress(templates, site, is_pretty=is_pretty)
    # A section's own archives hold a part of what the whole site's hold: the shorter address goes first.
    templates.sort(key=lambda template: (UNITS.index(template.unit), len(template.pattern)))
    templates = [template for template in templates if not site.excludes(template.url(date(2024, 3, 5)))]
    index = next(filter(_is_index, links), None)
    return templates, parse_listing(body, url, site, charset).articles, index


def _is_index(link: str) -> bool:
    """Whether a link leads to an index of archives, by its address."""
    return _INDEX.search(unquote(urlsplit(link).path)) is not None


def _linked_templates(links: Iterable[str]) -> list[DateArchiveTemplate]:
    """The templates of which links show enough dates."""
    by_template: dict[tuple[str, Unit], list[DatedAddress]] = {}
    for address in filter(None, map(read_archive, links)):
        by_template.setdefault((address.pattern, address.unit), []).append(address)
    return [
        DateArchiveTemplate(pattern, unit, all(address.may_be_padded for address in addresses))
        for (pattern, unit), addresses in by_template.items()
        if len({address.numbers for address in addresses}) >= MIN_DATES[unit]
    ]


def _with_wordpress(
    templates: list[DateArchiveTemplate], site: Site, *, is_pretty: bool
) -> list[DateArchiveTemplate]:
    """The templates of a site made by WordPress, which has archives of months and names their pages."""
    pages: Literal["path", "query"] = "path" if is_pretty else "query"
    templates = [replace(template, pages=pages) for template in templates]
    if any(template.unit == "month" for template in templates):
        return templates
    home = site.url if site.url.endswith("/") else f"{site.url}/"
    own = f"{home}{{year}}/{{month}}/" if is_pretty else f"{home}?m={{year}}{{month}}"
    return [*templates, DateArchiveTemplate(own, "month", True, pages, linked=False)]


def read_archive(url: str) -> DatedAddress | None:
    """Read an address that ends in a date and holds nothing after it; None: it is no date archive's.

    Args:
        url: The address; its page's number is left out.
    """
    parts = urlsplit(_PAGE_PATH.sub("/", url) if "?" not in url else url)
    if parts.query:
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        units = {_NAMES.get(name.lower()) for name, _ in pairs}
        return (_date_in_names if {"year", "month"} <= units else _date_in_value)(url, pairs)
    path = unquote(parts.path)
    match = _IN_PATH.search(path)
    return match and _dated_address(urlunsplit(parts._replace(path=_with_marks(path, match))), match)


def _date_in_names(url: str, pairs: list[tuple[str, str]]) -> DatedAddress | None:
    """A date over several parameters: ``?year=2024&month=03``."""
    values = {_NAMES.get(name.lower()): value for name, value in pairs}
    match = _IN_VALUE.match("-".join(values[unit] for unit in ("year", "month", "day") if unit in values))
    query = [(name, _MARKS.get(name.lower(), value)) for name, value in pairs]
    return match and _dated_address(_with_query(url, query), match)


def _date_in_value(url: str, pairs: list[tuple[str, str]]) -> DatedAddress | None:
    """A date in one parameter: ``?m=202403``, ``?date=2024-03-05``."""
    for index, (name, value) in enumerate(pairs):
        match = None if chooses_article(name) else _PACKED.match(value) or _IN_VALUE.match(value)
        if match:
            query = [*pairs[:index], (name, _with_marks(value, match)), *pairs[index + 1 :]]
            return _dated_address(_with_query(url, query), match)
    return None


def parse_archive(
    body: bytes, url: str, site: Site, charset: str | None, template: DateArchiveTemplate
) -> DateArchivePage:
    """Find the articles of one page of a dated listing, and the page that continues it.

    What only leads to another month, as calendars and "previous month" do, is not followed.
    """
    listing = parse_listing(body, url, site, charset)
    if listing.next_url and archive_key(listing.next_url) == archive_key(url):
        return DateArchivePage(listing.articles, listing.next_url)
    guess = template.guessed_page(url) if len(listing.articles) >= FULL_PAGE else None
    return DateArchivePage(listing.articles, guess)


def archive_key(url: str) -> str:
    """What all pages of one dated listing have in common."""
    parts = urlsplit(url)
    query = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0].lower() not in PAGE_NAMES
    ]
    path = _PAGE_PATH.sub("/", parts.path)
    return url_key(urlunsplit(parts._replace(path=path, query=urlencode(query))))


def _links(root: HtmlElement, url: str, site: Site) -> Iterator[str]:
    """The site's own links, those of a drop-down list of months too."""
    published = map(_published_link, root.iter("a", "area", "option", "link"))
    return filter(site.owns, filter(None, (usable_url(link, url) for link in published)))


def _published_link(element: HtmlElement) -> str:
    if element.tag != "option":
        return str(element.get("href", ""))
    value: str = element.get("value", "")
    return value if "/" in value or "?" in value else ""


def _with_marks(text: str, match: re.Match[str]) -> str:
    """The text with its date's numbers replaced by their names."""
    for unit in ("day", "month", "year"):
        if match.groupdict().get(unit):
            first, last = match.span(unit)
            text = f"{text[:first]}{{{unit}}}{text[last:]}"
    return text


def _with_query(url: str, pairs: list[tuple[str, str]]) -> str:
    return urlunsplit(urlsplit(url)._replace(query=urlencode(pairs, safe="{}/-")))


def _dated_address(pattern: str, match: re.Match[str]) -> DatedAddress | None:
    texts = list(filter(None, (match["year"], match["month"], match["day"])))
    numbers = tuple(map(int, texts))
    if numbers[0] < EARLIEST:
        return None
    units: tuple[Unit, ...] = ("year", "month", "day")
    may_be_padded = all(len(text) == len("05") for text in texts[1:])
    return DatedAddress(pattern, units[len(numbers) - 1], numbers, may_be_padded)


def _span(day: date, unit: Unit, zone: tzinfo) -> Span:
    start, end = day, day + timedelta(days=1)
    if unit == "month":
        start, end = day.replace(day=1), date(day.year + day.month // 12, day.month % 12 + 1, 1)
    elif unit == "year":
        start, end = date(day.year, 1, 1), date(day.year + 1, 1, 1)
    return Span(datetime.combine(start, time(), zone), datetime.combine(end, time(), zone))
