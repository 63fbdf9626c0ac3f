"""Whether a link leads to an article: by the seed's patterns, or by the shape of address and link text.

The shapes are those of the outlets the shipped seeds are about: dates and long slugs (WordPress), ``?p=ID``,
``/news/article/ID``, ``/node/ID``, latin slugs that end in an id, opaque ids.
"""

import re
import sys
from functools import lru_cache
from itertools import chain
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.model.site import Site
from crawler.parsing.article_urls import ARTICLE_PARAMETERS, article_numbers, has_own_number

MIN_TITLE_WORDS = 4
"""Headlines have four words and more; menu entries («أخبار محلية», "Contact us") have fewer."""

MIN_SLUG_WORDS = 4
"""A slug with so many words is a headline."""

_MEDIA = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|pdf|docx?|xlsx?|pptx?|zip|rar|gz|7z|mp[34]|m4[av]|ogg|wav|webm"
    r"|avi|mov|flv|css|js|json|xml|rss|atom|txt|apk|exe|woff2?)\Z",
    re.IGNORECASE,
)  # fmt: skip
# A section with one of these names anywhere in the path holds lists, forms or files, not articles.
_NEVER = frozenset(
    {"tag", "tags", "category", "categories", "cat", "topic", "topics", "author", "authors", "writer",
     "writers", "feed", "feeds", "rss", "rss.php", "wp-json", "wp-admin", "wp-content", "wp-includes",
     "wp-login.php", "xmlrpc.php", "cdn-cgi", "login", "logout", "signin", "signup", "register", "account",
     "search", "cart", "checkout", "newsletter", "subscribe", "sitemap", "embed", "trackback", "comments",
     "attachment", "share", "like", "likes", "print", "ajax", "api", "وسم", "وسوم", "الوسم", "تصنيف",
     "تصنيفات", "قسم", "كاتب", "الكاتب", "كتاب", "بحث"}
)  # fmt: skip
# As the last segment these are the pages that every site has about itself.
_ABOUT = frozenset(
    {"about", "about-us", "aboutus", "contact", "contact-us", "contactus", "privacy", "privacy-policy",
     "terms", "terms-of-use", "terms-of-service", "terms-and-conditions", "cookie-policy", "disclaimer",
     "advertise", "advertise-with-us", "jobs", "careers", "team", "our-team", "faq", "archive", "archives",
     "home", "index", "من-نحن", "عن-الموقع", "اتصل-بنا", "إتصل-بنا", "تواصل-معنا", "سياسة-الخصوصية",
     "شروط-الاستخدام", "اتفاقية-الاستخدام", "أعلن-معنا", "اعلن-معنا", "فريق-العمل", "هيئة-التحرير",
     "للإعلان", "وظائف"}
)  # fmt: skip
_PAGING = re.compile(r"/page/\d+/?\Z|/(?:page|p)-?\d{1,3}/?\Z", re.IGNORECASE)
_NEVER_QUERY = frozenset(
    {"s", "cat", "tag", "author", "paged", "page", "feed", "search", "q", "attachment_id", "m"}
)
_ARTICLE_QUERY = frozenset({"p", "id", "newsid"})
_LISTING_BASES = frozenset(
    {"tag", "tags", "category", "categories", "cat", "author", "authors", "writer", "writers", "وسم", "وسوم",
     "الوسم", "تصنيف", "تصنيفات", "كاتب", "الكاتب"}
)  # fmt: skip
_LISTING_QUERY = frozenset({"cat", "tag", "author", "paged", "m"})
_PAGE_PATH = re.compile(r"/page/\d{1,6}/?\Z", re.IGNORECASE)
_DATED = re.compile(r"/(?:19|20)\d{2}/(?:0?[1-9]|1[0-2])(?:/(?:0?[1-9]|[12]\d|3[01]))?/([^/]+)")
_DATE_ARCHIVE = re.compile(r"/(?:19|20)\d{2}(?:/\d{1,2}){0,2}/?\Z")
_INDEX = re.compile(r"(?<=/)(?:index|default)\.(?:html?|php|aspx?)\Z", re.IGNORECASE)
_SUFFIX = re.compile(r"\.(?:html?|php|aspx?|jsp|shtml)\Z", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[\u064b-\u065f\u0670]+[^\W_]+)*")
# An id of four digits and more, alone or after a short prefix, at either end of a slug.
_ID = re.compile(r"(?:\A[A-Za-z]{0,3}|[-_])(\d{4,})\Z|\A(\d{4,})[-_]")
_YEAR = re.compile(r"(?:19|20)\d\d\Z")
_BORDER = re.compile(r"[-_\s]+")
_OPAQUE = re.compile(r"\A(?=[^\d\n]*\d)[A-Za-z0-9_-]{8,}\Z")
_ALWAYS, _NEVER_ARTICLE = (0, True), (sys.maxsize, False)
_DECIDED = {_ALWAYS: True, _NEVER_ARTICLE: False}


def is_article_link(url: str, text: str, site: Site, *, is_teaser: bool = False) -> bool:
    """Judge one link of a site's page.

    Args:
        url: The link, canonical.
        text: The longest text under which the page links there; may be empty.
        site: The seed. Where it has `article` patterns, they alone decide; `exclude` always holds.
        is_teaser: The link stands in a heading, or holds one or an image, as teasers do and menus do not.
    """
    by_address = judge_address(url, site)
    return has_article_shape(url, text, is_teaser=is_teaser) if by_address is None else by_address


def has_article_shape(url: str, text: str, *, is_teaser: bool = False) -> bool:
    """Judge a link by its address and text alone, whosever site it leads to; arguments as above."""
    minimum_words, untexted = _words_needed(url)
    # Worth no more than a word: «أخبار سوريا» stands in a heading too, above a block of headlines.
    return word_count(text) + is_teaser >= minimum_words if text else untexted


def judge_address(url: str, site: Site) -> bool | None:
    """Judge a link by its address alone; None where the link's text has to decide."""
    if not site.owns(url) or site.excludes(url):
        return False
    by_pattern = site.is_article_url(url)
    if by_pattern is not None:
        return by_pattern and not _MEDIA.search(unquote(urlsplit(url).path))
    return _DECIDED.get(_words_needed(url))


def is_listing_address(url: str, site: Site) -> bool:
    """Whether an address is beyond doubt a listing's: the home page, a category's, tag's, author's, date's.

    Sitemaps name such pages among their articles. Words that only make a link doubtful do not count here.
    """
    if site.is_article_url(url):
        return False
    parts = urlsplit(url)
    path = unquote(parts.path)
    segments = _segments(path.lower())
    if not segments:
        return _chooses_listing(parts.query)
    if _DATE_ARCHIVE.search(path) or _PAGE_PATH.search(path):
        return True
    # A site in several languages begins its paths with one of them.
    for place, base in enumerate(segments[:2], start=1):
        if base in _LISTING_BASES and len(segments) > place:
            return _is_listing_name(segments[place:])
    return False


def _segments(path: str) -> list[str]:
    """The parts of a path; a directory's index file stands for the directory."""
    return list(filter(None, _INDEX.sub("", path).split("/")))


def _chooses_listing(query: str) -> bool:
    """Whether a home page's query chooses a listing, or nothing at all."""
    names = {name.lower() for name, _ in parse_qsl(query)}
    return not names or bool(names & _LISTING_QUERY and not names & ARTICLE_PARAMETERS)


def _is_listing_name(segments: list[str]) -> bool:
    """Whether what stands below ``/category/`` and the like is a subject's name, rather than an article's."""
    slug = segments[-1]
    return len(segments) == 1 or not (_has_id(slug) or len(_BORDER.split(slug)) >= MIN_TITLE_WORDS)


def word_count(text: str) -> int:
    """How many words a link's text has, marks of vowels not counted as borders."""
    return len(_WORD.findall(text))


# A site's pages repeat their menus and sidebars: nine of ten links were seen on the page before.
@lru_cache(maxsize=8192)
def _words_needed(url: str) -> tuple[int, bool]:
    """How many words a link's text needs for its address to be an article's; if one without text will do."""
    parts = urlsplit(url)
    path, query = unquote(parts.path), dict(parse_qsl(parts.query))
    segments = _segments(path)
    is_home = not segments and not query
    if is_home or _MEDIA.search(path) or _is_never(path, segments, query):
        return _NEVER_ARTICLE
    ids = article_numbers(parts.query)
    # WordPress numbers its posts this way; with other names a short number may be a section's.
    if "p" in ids or has_own_number(ids.values()):
        return _ALWAYS
    minimum_words, untexted = _needed_by_path(path, segments)
    return (min(minimum_words, MIN_TITLE_WORDS) if ids else minimum_words), untexted


def _is_never(path: str, segments: list[str], query: dict[str, str]) -> bool:
    words = set(map(str.lower, segments))
    last = _SUFFIX.sub("", "".join(segments[-1:]).lower())
    names = set(map(str.lower, query))
    is_other_page = not names.isdisjoint(_NEVER_QUERY) and names.isdisjoint(_ARTICLE_QUERY)
    is_list = _PAGING.search(path) or _DATE_ARCHIVE.search(path)
    return is_other_page or last in _ABOUT or bool(is_list) or not words.isdisjoint(_NEVER)


def _has_id(segment: str) -> bool:
    """Whether a segment is or carries a number that can be an article's; a year is none."""
    numbers = filter(None, chain.from_iterable(_ID.findall(segment)))
    return not all(map(_YEAR.match, numbers))


def _needed_by_path(path: str, segments: list[str]) -> tuple[int, bool]:
    if not segments:
        return _NEVER_ARTICLE
    slug = _SUFFIX.sub("", segments[-1])
    if _DATED.search(path) or any(map(_has_id, (*segments[:-1], slug))):
        return _ALWAYS
    slug_words = len(list(filter(None, _BORDER.split(slug))))
    if slug_words >= MIN_SLUG_WORDS:
        # An image linked without text goes to an article; a menu entry's text is short.
        return MIN_TITLE_WORDS, True
    if _OPAQUE.match(slug) or any(map(str.isdecimal, segments[1:])):
        return MIN_TITLE_WORDS, False
    # The fewer words a slug has, the longer the text must be to distinguish a headline from a menu's entry.
    return MIN_TITLE_WORDS + 3 - slug_words, False
