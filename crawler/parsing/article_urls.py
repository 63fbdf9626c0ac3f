"""Addresses of articles: what in one chooses the article, and whether two name the same page.

`crawler.parsing.urls` gives every address one form; here addresses are compared as a reader would. The one
list of query parameters (``?p=123``, ``news.php?newsid=5``, ``?id=436:slug``) is here: links are judged by
it, and a page's statement of its address.
"""

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, unquote, urljoin, urlsplit

ARTICLE_PARAMETERS = frozenset(
    {"p", "id", "nid", "newsid", "news_id", "news", "article", "articleid", "article_id", "aid", "story",
     "storyid", "story_id", "post", "postid", "post_id", "page_id", "itemid", "item_id", "item", "sid",
     "contentid", "content_id"}
)  # fmt: skip
"""Names of parameters that choose an article, in lower case."""
MAX_PARAMETERS = 50
"""Parameters of a query that are looked at."""
MAX_URL_CHARS = 4_000
"""Longer addresses are not compared."""
MIN_ARTICLE_NUMBER = 4
"""Digits of a number that can only be an article's; a shorter one may be a section's."""

# Joomla writes the number and the article's name as one value.
_NUMBERED_VALUE = re.compile(r"([0-9]{1,20})(?:[:-][^:]+)?\Z")
# Joomla's lists have numbers and names of the same form; what the query shows is said by `view`.
_LIST_VIEWS = frozenset({"category", "categories", "featured", "section", "archive", "tag", "author"})
_SCRIPTS = (".php", ".asp", ".aspx", ".jsp")
_HOST_PREFIXES = re.compile(r"\A(?:www\d?|m|mobile|amp|wap)\.")
_VARIANT = re.compile(r"/(?:amp|print|feed|embed)/?\Z|\.amp(?:\.html?)?\Z", re.IGNORECASE)
_INDEX_FILE = re.compile(r"/(?:index|default|home)\.(?:html?|php|aspx?)\Z", re.IGNORECASE)
_NUMBER = re.compile(r"\d{3,}")
_LONG_NUMBER = re.compile(r"\d{5,20}")
_WORD = re.compile(r"[^\W\d_]{3,}")
_LANGUAGE_ROOT = re.compile(r"\A/?(?:[a-z]{2}(?:[-_][a-z]{2})?)?/?\Z", re.IGNORECASE)


def chooses_article(parameter: str) -> bool:
    """Whether a parameter of this name chooses an article by its number, as "p" and "newsid" do."""
    return parameter.lower() in ARTICLE_PARAMETERS


def article_numbers(query: str) -> dict[str, str]:
    """The parameters of a query that choose an article, and their values, which are or begin with a number.

    Args:
        query: As it stands in the address.
    """
    pairs = parse_qsl(query)[:MAX_PARAMETERS]
    return {} if any(map(_shows_list, pairs)) else dict(filter(_numbers_article, pairs))


def _shows_list(parameter: tuple[str, str]) -> bool:
    """Whether a parameter, a name and a value, says that the page is a list."""
    name, value = parameter
    return name.lower() == "view" and value.lower() in _LIST_VIEWS


def _numbers_article(parameter: tuple[str, str]) -> bool:
    """Whether a parameter, a name and a value, chooses an article by its number."""
    name, value = parameter
    return chooses_article(name) and _NUMBERED_VALUE.match(value) is not None


def has_own_number(numbers: Iterable[str]) -> bool:
    """Whether one of these values can only be an article's: a long number, or one with a name.

    A short number alone may be a section's.
    """
    return any(len(number) >= MIN_ARTICLE_NUMBER for number in numbers)


def linked_url(link: str, base: str) -> str | None:
    """The http(s) address that a link leads to, as published; None where it leads to none.

    Args:
        link: The link.
        base: The URL of the page it stands on.
    """
    try:
        url = urljoin(base, link.strip())
    except ValueError:
        return None
    return url if _is_web(_split(url)) else None


def url_path(url: str) -> str:
    """The path of an address; empty where it can't be read."""
    return _split(url).path


def host_labels(url: str) -> list[str]:
    """The parts of an address's host: what a site that signs with its name signs with."""
    host = _split(url).hostname
    return [host, *host.split(".")] if host else []


def is_home(url: str) -> bool:
    """Whether an address is that of a home page: no path, or a language's root, and no query."""
    parts = _split(url)
    if not parts.netloc or not _LANGUAGE_ROOT.match(_plain_path(parts)):
        return False
    return not _query_chooses_article(parts)


def without_variant(url: str) -> str:
    """The address of a page without the mark of its AMP, print or feed variant."""
    parts = _split(url)
    return _VARIANT.sub("/", url) if not parts.query and _VARIANT.search(parts.path) else url


def without_index_file(url: str, *, unless_in: str) -> str:
    """An address without ``index.html`` and the like at its end, unless another address has it too."""
    return url if _INDEX_FILE.search(unless_in) else _INDEX_FILE.sub("/", url)


def same_page(url: str, other: str) -> bool | None:
    """Whether two addresses name one page; None where one is no page's (the home page, a bare fragment)."""
    paths = _compared_path(url), _compared_path(other)
    if not all(paths):
        return None
    if paths[0] == paths[1]:
        return True
    numbers, other_numbers = (_LONG_NUMBER.findall(path)[:3] for path in paths)
    return bool(numbers) and numbers == other_numbers


def names_same_article(url: str, canonical: str) -> bool:
    """Whether the canonical address that a page states can be that of the page fetched from `url`.

    Args:
        url: The address that the page was fetched from.
        canonical: The address that the page states; not the home page, another host, another article.
    """
    page, stated = _split(url), _split(canonical)
    host, stated_host = _plain_host(page), _plain_host(stated)
    if stated_host and not host:
        return not is_home(canonical)
    if stated_host != host or not _is_web(stated) or not _is_name(host):
        return False
    path, stated_path = _plain_path(page), _plain_path(stated)
    if path == stated_path:
        return bool(stated.query) or not _needs_query(page, path)
    if not stated.query and _LANGUAGE_ROOT.match(stated_path):
        return False
    if _LANGUAGE_ROOT.match(path):
        return bool(page.query)  # ?p=123 → the article's name: nothing to compare
    numbers = set(_NUMBER.findall(path + page.query))
    stated_numbers = set(_NUMBER.findall(stated_path + stated.query))
    if numbers and stated_numbers:
        return not numbers.isdisjoint(stated_numbers)
    return _share_words(path.rsplit("/", 1)[-1], stated_path)


def _split(url: str) -> SplitResult:
    """An address's parts; all empty where it can't be read."""
    try:
        parts = urlsplit(url)
        _ = parts.hostname
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def _is_web(parts: SplitResult) -> bool:
    """Whether an address is one of http or https with a host."""
    if parts.scheme not in ("http", "https"):
        return False
    return bool(parts.hostname)


def _plain_host(parts: SplitResult) -> str:
    return _HOST_PREFIXES.sub("", (parts.hostname or "").lower().rstrip("."))


def _is_name(host: str) -> bool:
    """Whether a host is a name, not an address of IP."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host != ""
    return False


def _plain_path(parts: SplitResult) -> str:
    """An address's path without variants, index files and escapes."""
    path = unquote(_INDEX_FILE.sub("/", _VARIANT.sub("/", parts.path)))
    return path.rstrip("/").lower()


def _query_chooses_article(parts: SplitResult) -> bool:
    """Whether the query chooses the article, as in ``?p=123`` or ``news.php?id=5``."""
    if not parts.query:
        return False
    if parts.path.lower().endswith(_SCRIPTS):
        return True
    return bool(article_numbers(parts.query))


def _needs_query(parts: SplitResult, path: str) -> bool:
    """Whether a canonical address without the query would name another page."""
    if not parts.query:
        return False
    return path in ("", "/") or _query_chooses_article(parts)


def _share_words(segment: str, path: str) -> bool:
    """Whether half of the words of a path's segment are in another path."""
    words = set(_WORD.findall(segment.lower()))
    shared = words.intersection(_WORD.findall(path.lower()))
    return bool(words) and 2 * len(shared) >= len(words)


@lru_cache(maxsize=256)
def _compared_path(url: str) -> str:
    """Path and query alone: host, scheme, fragment, encoding, a last slash and AMP's suffix don't count."""
    if len(url) > MAX_URL_CHARS:
        return ""
    parts = _split(url)
    path = unquote(parts.path).rstrip("/").lower().removesuffix("/amp")
    return f"{path}?{parts.query}" if parts.query not in ("", "amp=1") else path
