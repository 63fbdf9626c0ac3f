"""Sitemaps (sitemaps.org 0.9) with Google's news extension, indexes of them, and plain lists of addresses."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from lxml import etree

from crawler.discovery.errors import SourceError
from crawler.discovery.feed import parse_feed
from crawler.discovery.window import Window, page_span, sitemap_span
from crawler.model.article import Discovered, Hints
from crawler.model.crawl import SourceKind
from crawler.model.site import Site
from crawler.parsing.content import content_of
from crawler.parsing.dates.feed_times import parse_time
from crawler.parsing.encoding import decode
from crawler.parsing.markup import MarkupError, xml_source
from crawler.parsing.plain_text import one_line
from crawler.parsing.urls import InvalidURLError, absolute_url, canonical_url

MAX_ENTRIES = 50_000
"""The protocol's limit for one sitemap; what comes after it is not read, and `truncated` says so."""
MAX_BYTES = 50 * 1024 * 1024
"""The protocol's limit for one sitemap, decompressed."""

_REASONS = {
    "empty": "answer_empty",
    "html": "answer_page_for_sitemap",
    "json": "answer_json_for_sitemap",
    "gzip": "answer_damaged_gzip",
    "unknown": "answer_no_sitemap",
}
_NEWS = ("{http://www.google.com/schemas/sitemap-news/", "{https://www.google.com/schemas/sitemap-news/")
_EXTENSIONS = frozenset({"news", "image", "video", "xhtml", "mobile", "pagemap"})
_ROOT = re.compile(rb"<(?:[\w-]{1,20}:)?(\w+)")
_END = re.compile(rb"</(?:[\w-]{1,20}:)?(?:urlset|sitemapindex)\s*>|\A<[^<>]*/>\s*\Z", re.IGNORECASE)

REACHES_BACK = 20
"""Pages from before the window by which sitemaps show that they reach back so far: more than the «من نحن» and
"Contact" of every site, which are older than all its news."""

# WordPress and its plugins put categories, tags and authors into sitemaps beside those of posts. Each of
# their addresses is a listing, whose articles stand in the sitemaps of posts.
_SUBJECT = (
    r"(?:tags?|post_?tags?|categor(?:y|ies)|cats?|authors?|users?|writers?|keywords?|taxonom(?:y|ies)"
    r"|post_?formats?|وسم|وسوم|تصنيف|تصنيفات|كاتب)"
)

LISTING_NAMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    # WordPress core
    (
        r"wp-sitemap-(?:taxonomies|users)-[\w-]{1,80}",
        ("wp-sitemap-taxonomies-category-1", "wp-sitemap-users-1"),
    ),
    # Yoast, Rank Math, All in One SEO, SEOPress; taxonomies of a shop or of an events plugin
    (
        rf"(?:[a-z]{{1,20}}[_-])?{_SUBJECT}[-_]?sitemap[-_]?\d{{0,4}}",
        ("category-sitemap", "post_tag-sitemap3", "author-sitemap", "product_cat-sitemap1", "tags_sitemap_2"),
    ),
    (r"(?:post|date)[-_]archive[-_]sitemap\d{0,4}", ("post-archive-sitemap",)),
    # XML Sitemap Generator for Google, and sites with sitemaps of their own
    (r"sitemap[-_]tax[-_][\w-]{1,80}", ("sitemap-tax-post_tag", "sitemap-tax-category-2")),
    (
        rf"sitemap[-_]{_SUBJECT}(?:[-_]?\d{{1,4}})?",
        ("sitemap-authors", "sitemap_tags_1", "sitemap-categories"),
    ),
    (rf"{_SUBJECT}(?:[-_]?\d{{1,4}})?", ("author", "tags-2", "categories")),
)  # fmt: skip
"""Patterns of whole names, without their endings, and examples of what each takes."""

_LISTINGS = re.compile("|".join(f"(?:{pattern})" for pattern, _ in LISTING_NAMES), re.IGNORECASE)
_ENDING = re.compile(r"\.(?:xml|xml\.gz|php|txt)\Z", re.IGNORECASE)
_CHOOSES = frozenset({"sitemap", "sitemap_n", "type", "map"})
"""Names of the parameters by which a site without file names chooses a sitemap (``/?sitemap=users``)."""


class SitemapError(SourceError):
    """What was served is no sitemap; `reason` is empty, html, json, gzip or unknown."""

    REASONS = _REASONS


@dataclass(frozen=True, slots=True)
class SitemapLink:
    """A sitemap that an index names, and when it last changed, where the index says so."""

    url: str
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What one sitemap file says."""

    pages: list[Discovered]
    sitemaps: list[SitemapLink]
    truncated: bool = False
    """The file was cut off, too large or too long: more pages exist than are named here."""
    skipped: int = 0
    """Entries without a usable address."""


def parse_sitemap(body: bytes, url: str, *, zone: ZoneInfo, site: Site | None = None) -> Sitemap:
    """Read a sitemap, an index, a feed that serves as a sitemap, or a list of addresses.

    Args:
        body: The file as served; compressed data are recognised and unpacked within `MAX_BYTES`.
        url: Where it was fetched, for relative addresses.
        zone: The site's time zone, for times without one.
        site: The seed, for a feed that gives several addresses for one page.

    Raises:
        SitemapError: This is no sitemap.
    """
    body, truncated = _decompressed(body, url)
    try:
        source = xml_source(body)
    except MarkupError as error:
        listed = _plain_list(body, url) if error.reason == "unknown" else None
        if listed is None:
            raise SitemapError(url, error.reason) from None
        return Sitemap(listed[:MAX_ENTRIES], [], truncated or len(listed) > MAX_ENTRIES)
    root = _ROOT.match(source)
    if root and root[1].lower() in (b"rss", b"feed", b"rdf"):
        feed = parse_feed(body, url, zone=zone, site=site)
        pages = [Discovered(entry.url, SourceKind.SITEMAP, entry.hints) for entry in feed.entries]
        return Sitemap(pages, [], truncated, feed.skipped)
    return _read(source, url, zone, truncated)


def _read(source: bytes, url: str, zone: ZoneInfo, truncated: bool) -> Sitemap:
    truncated = truncated or not _END.search(source[-200:])
    pages: dict[str, Discovered] = {}
    sitemaps: dict[str, SitemapLink] = {}
    skipped = 0
    # Streamed, so that a sitemap of 50 MB does not become a tree of ten times its size.
    events = etree.iterparse(
        BytesIO(source), events=("start", "end"), recover=True, resolve_entities=False, no_network=True,
        remove_comments=True, encoding="utf-8",
    )  # fmt: skip
    vocabulary = ""
    for event, element in events:
        if event == "start":
            # Whatever namespace the root claims is that of its entries: some sites claim a wrong one.
            vocabulary = vocabulary or _namespace(element.tag)
            continue
        kind = _name(element.tag, vocabulary)
        if kind not in ("url", "sitemap"):
            continue
        if len(pages) + len(sitemaps) == MAX_ENTRIES:
            truncated = True
            break
        fields = {
            _name(child.tag, vocabulary): child.text for child in element.iterdescendants(etree.Element)
        }
        location = (fields.get("loc") or "").strip()
        try:
            if not location:
                skipped += 1
            elif kind == "sitemap":
                link = absolute_url(location, url)
                sitemaps.setdefault(link, SitemapLink(link, parse_time(fields.get("lastmod"), zone)))
            else:
                page = canonical_url(location, url)
                pages.setdefault(page, Discovered(page, SourceKind.SITEMAP, _hints(fields, zone)))
        except InvalidURLError:
            skipped += 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return Sitemap(list(pages.values()), list(sitemaps.values()), truncated, skipped)


def _hints(fields: dict[str, str | None], zone: ZoneInfo) -> Hints:
    return Hints(
        title=one_line(fields.get("news:title")),
        published_at=parse_time(fields.get("news:publication_date"), zone),
        modified_at=parse_time(fields.get("lastmod"), zone),
    )


def _namespace(tag: str) -> str:
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


@lru_cache(maxsize=256)
def _name(tag: str, vocabulary: str) -> str:
    """A tag without its namespace, except that what belongs to another vocabulary keeps a prefix.

    Args:
        tag: As lxml gives it.
        vocabulary: The namespace of the root element; empty where it has none.
    """
    namespace, local = _namespace(tag), tag.rpartition("}")[2]
    if tag.startswith(_NEWS):
        return f"news:{local}"
    if not namespace:
        # A prefix that nobody declared stays in the name.
        prefix, _, local = local.rpartition(":")
        return f"{prefix}:{local}" if prefix in _EXTENSIONS else local
    return local if namespace == vocabulary or _is_sitemap_namespace(namespace) else f"other:{local}"


def _is_sitemap_namespace(namespace: str) -> bool:
    return "sitemap" in namespace and "schemas/sitemap-" not in namespace


def _decompressed(body: bytes, url: str) -> tuple[bytes, bool]:
    """The file without compression, at most `MAX_BYTES` of it, and whether anything is missing."""
    content = content_of(body, max_bytes=MAX_BYTES, cut=True)
    if content.body.startswith(b"\x1f\x8b"):
        raise SitemapError(url, "gzip")
    return content.body[:MAX_BYTES], not content.is_complete or len(content.body) > MAX_BYTES


def _plain_list(body: bytes, url: str) -> list[Discovered] | None:
    """The pages of a sitemap that is one address a line; None where the first line is none."""
    pages: dict[str, Discovered] = {}
    for line in filter(str.strip, decode(body).splitlines()):
        if not line.strip().lower().startswith(("http://", "https://")):
            if not pages:
                return None
            continue
        try:
            page = canonical_url(line, url)
        except InvalidURLError:
            continue
        pages.setdefault(page, Discovered(page, SourceKind.SITEMAP))
    return list(pages.values()) or None


def names_listings(url: str) -> bool:
    """Whether a sitemap is one of listings, by its file's name or the parameter that chooses it."""
    parts = urlsplit(url)
    file = _ENDING.sub("", unquote(parts.path).rsplit("/", 1)[-1])
    chosen = [value for name, value in parse_qsl(parts.query) if name.lower() in _CHOOSES]
    return any(_LISTINGS.fullmatch(name) for name in (file, *chosen))


class Coverage:
    """What the sitemaps of one crawl name from before its window.

    Args:
        window: The time of publication that is looked for.
    """

    def __init__(self, window: Window) -> None:
        self._border = window.since or window.until
        self._older = 0
        self._failed = False

    def note_sitemap(self, pages: Iterable[Discovered], links: Iterable[SitemapLink]) -> None:
        """Note what a sitemap names; a further one that is of an earlier time by its name counts in full."""
        if self._border is None:
            return
        for page in pages:
            span, hints = page_span(page.url), page.hints
            moment = hints.published_at or (span.end if span else hints.modified_at)
            self._older += moment is not None and moment < self._border
        for link in links:
            span = sitemap_span(link.url)
            self._older += REACHES_BACK * (span is not None and span.end <= self._border)

    def note_failed(self) -> None:
        """Note that a sitemap could not be read: what it names is unknown."""
        self._failed = True

    @property
    def reaches_back(self) -> bool:
        """Whether the sitemaps show that they name what was published before the window, and so within it."""
        return self._older >= REACHES_BACK and not self._failed
