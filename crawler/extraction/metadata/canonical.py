"""The address an article is known by, and when a page's own word on it is not to be trusted."""

import ipaddress
import re
from urllib.parse import unquote, urldefrag, urlsplit

from crawler.extraction.metadata.meta import Metadata
from crawler.parsing.article_query import article_numbers

_PREFIXES = re.compile(r"\A(?:www\d?|m|mobile|amp|wap)\.")
_TWIN = re.compile(r"/(?:amp|print|feed|embed)/?\Z|\.amp(?:\.html?)?\Z", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default|home)\.(?:html?|php|aspx?)\Z", re.IGNORECASE)
_NUMBER = re.compile(r"\d{3,}")
_WORD = re.compile(r"[^\W\d_]{3,}")
_LANGUAGE_ROOT = re.compile(r"\A/?(?:[a-z]{2}(?:[-_][a-z]{2})?)?/?\Z", re.IGNORECASE)


def canonical_url(url: str, metadata: Metadata) -> str:
    """The page's canonical address.

    `link rel=canonical` and `og:url` are followed when they name this article on this site: not the home
    page, not
    another host, not an address of another article (as templates with a forgotten placeholder do).

    Args:
        url: The address that the page was fetched from.
        metadata: The page's statements.

    Returns:
        An absolute address without fragment; `url` itself (without fragment and AMP suffix) where the page's
        word is not trusted.
    """
    own = urldefrag(url)[0]
    for told in (*metadata.canonicals[:2], *metadata.meta.get("og:url", ())[:2]):
        address = urldefrag(told)[0]
        if names_same_article(own, address):
            return _INDEX.sub("/", address) if _INDEX.search(address) and not _INDEX.search(own) else address
    return _TWIN.sub("/", own) if _TWIN.search(urlsplit_path(own)) and not urlsplit(own).query else own


def names_same_article(url: str, told: str) -> bool:
    """Whether the canonical address that a page tells can be that of the page fetched from `url`."""
    try:
        own, other = urlsplit(url), urlsplit(told)
        own_host, other_host = _host(own.hostname), _host(other.hostname)
    except ValueError:
        return False
    if not own_host and other_host:
        return not is_home(told)
    if (
        other.scheme not in ("http", "https")
        or not other_host
        or own_host != other_host
        or _is_address(other_host)
    ):
        return False
    own_path, other_path = _path(own.path), _path(other.path)
    if own_path == other_path:
        # Where the query chooses the article, a canonical address without it names another page.
        return (
            not own.query
            or bool(other.query)
            or (own_path not in ("", "/") and not _article_query(own.query, own.path))
        )
    if _LANGUAGE_ROOT.match(other_path) and not other.query:
        return False
    if _LANGUAGE_ROOT.match(own_path):
        return bool(own.query)  # ?p=123 → the article's name: nothing to compare
    numbers, other_numbers = (
        set(_NUMBER.findall(own_path + own.query)),
        set(_NUMBER.findall(other_path + other.query)),
    )
    if numbers and other_numbers:
        return bool(numbers & other_numbers)
    words = set(_WORD.findall(own_path.rsplit("/", 1)[-1].lower()))
    other_words = set(_WORD.findall(other_path.lower()))
    return bool(words) and 2 * len(words & other_words) >= len(words)


def urlsplit_path(url: str) -> str:
    """The path of an address; empty where it can't be read."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def is_home(url: str) -> bool:
    """Whether an address is that of a home page: no path, or a language's root, and no query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.netloc and _LANGUAGE_ROOT.match(_path(parts.path))) and not _article_query(
        parts.query, parts.path
    )


def host_labels(url: str) -> list[str]:
    """The parts of an address's host: what a site that signs with its own name signs with."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return []
    return [host, *host.split(".")]


def _host(host: str | None) -> str:
    return _PREFIXES.sub("", (host or "").lower().rstrip("."))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _path(path: str) -> str:
    path = unquote(_INDEX.sub("/", _TWIN.sub("/", path)))
    return path.rstrip("/").lower()


def _article_query(query: str, path: str) -> bool:
    """Whether the query chooses the article, as in ``?p=123`` or ``news.php?id=5``."""
    return bool(article_numbers(query)) or (
        bool(query) and path.lower().endswith((".php", ".asp", ".aspx", ".jsp"))
    )
