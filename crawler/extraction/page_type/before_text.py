"""What type of page a page is by its head, its URL and the classes of its body, before its text is read.

The functions answer for what is certain; `weigh` scores the rest, for `after_text` to decide by.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from crawler.extraction.density import linked_headings
from crawler.extraction.metadata.jsonld import node_types
from crawler.extraction.metadata.meta import Metadata
from crawler.extraction.page import Page
from crawler.parsing.arabic import bare
from crawler.parsing.article_urls import is_home

_FEED = re.compile(
    r"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*+|<\?.{0,500}?\?>\s*+)*+<(rss|feed|rdf:rdf|urlset|"
    r"sitemapindex)\b",
    re.IGNORECASE | re.DOTALL,
)
_ARCHIVE_CLASSES = frozenset(
    (
        *("archive", "category", "tag", "tax", "author", "date", "search", "search-results"),
        *("search-no-results", "error404", "post-type-archive", "paged"),
    )
)
_HOME_CLASSES = frozenset(
    ("home", "homepage", "home-page", "front", "page-front", "amp-home", "is-home", "front-page")
)
_ARTICLE_CLASSES = frozenset(
    (
        *("single", "single-post", "node-type-article", "page-node-type-article"),
        *("article-page", "article_page", "single_post"),
    )
)
_ARTICLE_PREFIXES = ("postid-", "single-", "node-article")
_SITE_TYPES = frozenset(("website", "blog", "object", "profile"))
"""Values of `og:type` of pages that are no article."""
_SITE_PAGE = re.compile(
    r"(?:من نحن|عن الموقع|اتصل بنا|تواصل معنا|اعلن معنا|للاعلان معنا|سياسه (?:الخصوصيه|النشر|الاستخدام|"
    r"التحرير|ملفات الارتباط)|(?:شروط|اتفاقيه|سياسات?) (?:الاستخدام|الخدمه|النشر)|"
    r"شروط واحكام(?: الاستخدام)?|الشروط والاحكام|خريطه الموقع|هييه التحرير|فريق (?:العمل|التحرير)|"
    r"privacy policy|terms (?:of (?:use|service)|and conditions)|about(?: us)?|contact(?: us)?|"
    r"advertise(?: with us)?|cookie policy|site ?map|hakkimizda|iletisim|iletişim|künye|"
    r"gizlilik politikasi)"
    r"(?=\W*\Z|\s[-–—|])"
)
_LISTING_TYPES = frozenset({"collectionpage", "searchresultspage", "itemlist", "blog", "profilepage"})
_LISTING_PATH = re.compile(
    r"/(?:category|categories|tags?|topics?|authors?|section|archives?|search|writer|label|التصنيف|تصنيف|"
    r"وسم|الوسوم|كاتب|page)/[^/]+/?(?:page/\d+/?)?\Z|/page/\d+/?\Z",
    re.IGNORECASE,
)
_LISTING_QUERY = re.compile(r"(?:^|&)(?:s|q|search|tag|cat|category|author|paged)=", re.IGNORECASE)
_PAGE_QUERY = re.compile(r"(?:^|&)(?:page|pg|pagenum|pageno)=\d{1,4}(?:&|\Z)", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"(?:ال)?(?:صفحه|page|sayfa|rupel)\W{0,3}\d{1,4}(?:\W{1,9}(?:من|of|/)\W{1,9}\d{1,4})?"
)
_QUERY_OF_PAGE = re.compile(
    r"(?:^|&)(?!(?:page|paged|pg|cat|tag|lang|language|m|s|q|search|author|ver|v|ref|utm_\w{1,20}|fbclid|gclid)=)"
    r"(?:[\w-]{1,40}=[^&]{0,300}\d|[\w-]{1,40}=[^&]{12,300}|[^&=]{1,200}/[^&=]{6,300})",
    re.IGNORECASE,
)
"""A query that can choose one page of many: a number, a name or a path, in no parameter of a list's."""
_TITLE_PARTS = re.compile(r"\s(?:[-–—|•·»«/]|::)\s")


@dataclass(frozen=True, slots=True)
class PageSignals:
    """What speaks for and against an article before its text is read."""

    article: int
    """Score of what speaks for an article."""
    listing: int
    """Score of what speaks for a listing."""
    cards: int
    """Headings that are links: the headlines of other articles."""
    is_numbered: bool
    """Whether title or URL number the page; articles over several pages are numbered too."""
    is_about_site: bool
    """Whether the document's title begins or ends in the name of a page about the site: «من نحن»."""


def is_feed(page: Page) -> bool:
    """Whether a page is an RSS or Atom feed."""
    return _xml_root(page) in ("rss", "feed", "rdf:rdf")


def is_sitemap(page: Page) -> bool:
    """Whether a page is a sitemap."""
    return _xml_root(page) in ("urlset", "sitemapindex")


def _xml_root(page: Page) -> str:
    match = _FEED.match(page.source[:5_000])
    return match.group(1).lower() if match else ""


def is_listing_page(page: Page) -> bool:
    """Whether a page is one of a listing's numbered pages."""
    return "paged" in page.metadata.body_classes and not _has_article_class(page)


def is_home_page(page: Page) -> bool:
    """Whether a page is the site's home page."""
    if _has_article_class(page):
        return False
    metadata = page.metadata
    if not is_home(page.url):
        return bool(metadata.body_classes & _HOME_CLASSES) and not page.claims_article
    if metadata.body_classes & _HOME_CLASSES:
        return True
    is_chosen = page.claims_article and _QUERY_OF_PAGE.search(urlsplit(page.url).query) is not None
    return not is_chosen and not metadata.first("article:published_time")


def is_about_site(page: Page) -> bool:
    """Whether a page is about the site: contact, terms, imprint."""
    if _has_article_class(page):
        return False
    metadata = page.metadata
    is_static = any(name.startswith("page-id-") for name in metadata.body_classes)
    if is_static and not (metadata.first("article:published_time") or metadata.linked_data.articles):
        return True
    if _SITE_PAGE.fullmatch(bare(page.first_heading)):
        return True
    return not page.claims_article and _SITE_PAGE.match(page.folded_title) is not None


def _has_article_class(page: Page) -> bool:
    return bool(page.metadata.body_classes & _ARTICLE_CLASSES)


def weigh(page: Page) -> PageSignals:
    """Score what the page's head, its classes and its URL say."""
    metadata = page.metadata
    parts = urlsplit(page.url)
    names = [bare(part) for part in title_parts(metadata)]
    by_class = _score_of_classes(metadata.body_classes)
    in_list = _LISTING_PATH.search(unquote(parts.path)) or _LISTING_QUERY.search(parts.query)
    is_numbered = any(map(_PAGE_NUMBER.fullmatch, names)) or _PAGE_QUERY.search(parts.query) is not None
    return PageSignals(
        article=max(by_class, 0) + 2 * page.claims_article,
        listing=max(-by_class, 0) + _listing_score(metadata) + 2 * (in_list is not None),
        cards=linked_headings(page.body),
        is_numbered=is_numbered,
        is_about_site=any(map(_SITE_PAGE.fullmatch, (*names[:1], *names[-1:]))),
    )


def _score_of_classes(classes: frozenset[str]) -> int:
    """What the classes of the body say: above 0 for an article, below 0 for a listing."""
    if classes & _ARTICLE_CLASSES or any(name.startswith(_ARTICLE_PREFIXES) for name in classes):
        return 2
    if classes & _ARCHIVE_CLASSES:
        return -3
    return -3 if any(name.startswith("archive") or name.endswith("-archive") for name in classes) else 0


def _listing_score(metadata: Metadata) -> int:
    """What JSON-LD and Open Graph say for a listing."""
    score = 0
    data = metadata.linked_data
    types = {kind for node in (*data.pages, *data.by_id.values()) for kind in node_types(node)}
    if types & _LISTING_TYPES and not data.articles:
        score += 2
    kind = (metadata.first("og:type") or "").lower()
    if kind in _SITE_TYPES and not metadata.first("article:published_time"):
        score += 1
    return score


def title_parts(metadata: Metadata) -> list[str]:
    """The document's title in the parts that separators make: headline, section, the site's name."""
    return [part for part in _TITLE_PARTS.split(f" {metadata.document_title or ''} ") if part.strip()]
