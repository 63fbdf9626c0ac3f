"""Redirects without a status: pages that hold nothing but the way to another, and ways that pass a gate.

A browser follows a meta refresh or a script that assigns a location; to a reader such a page is not there.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from lxml import etree, html

from crawler.parsing.article_urls import linked_url
from crawler.parsing.encoding import decode

REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""Statuses whose Location is followed (RFC 9110, section 15.4)."""

MOST_REDIRECTS = 5
"""Redirects in a row that are followed: RFC 9309, 2.3.1.2, for robots.txt; more than honest sites need."""

MOST_BYTES = 32 * 1024
"""A page that only points elsewhere is small; larger ones are not looked at."""

MOST_TEXT = 400
"""Characters of visible text that such a page may have: "you are being redirected", a link, a footer."""

MOST_SECONDS = 60
"""A refresh after a longer time keeps a page fresh; it does not lead away."""

MOST_COOKIES = 20
"""Cookies that are carried through a chain of redirects; RFC 6265, 6.1, asks browsers for 50."""

MOST_COOKIE_CHARS = 4096
"""Length of one cookie, name and value, as in RFC 6265, 6.1."""

_HINT = re.compile(rb"http-equiv|location", re.IGNORECASE)
_SILENT = frozenset({"script", "style", "template", "noscript", "title", "head"})
_SECONDS = re.compile(r"\A\s*(\d{0,6})[\d.]{0,9}(?=[\s;,u]|\Z)", re.IGNORECASE)
_URL_WORD = re.compile(r"url\s{0,9}=\s{0,9}", re.IGNORECASE)
_STRING = r"""(?:"([^"\n]{1,2000})"|'([^'\n]{1,2000})')"""
_LOCATION = re.compile(
    rf"""(?<![\w$])location(?:\s{{0,5}}\.\s{{0,5}}href)?\s{{0,5}}=\s{{0,5}}{_STRING}(?!\s{{0,20}}[+.])"""
    rf"""|(?<![\w$])location\s{{0,5}}\.\s{{0,5}}(?:replace|assign)\s{{0,5}}\(\s{{0,5}}{_STRING}\s{{0,5}}\)""",
    re.IGNORECASE,
)
"""An assignment of one whole string; what is put together from pieces is not known before it runs."""
_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)


def page_redirect(body: bytes, url: str, charset: str | None = None) -> str | None:
    """Where a page leads that holds nothing but a redirect; None for any other.

    Args:
        body: The page, decompressed.
        url: Its address.
        charset: What the HTTP header declares.
    """
    if len(body) > MOST_BYTES or not _HINT.search(body):
        return None
    source = decode(body, charset)
    try:
        tree = html.document_fromstring(
            source.replace("\0", "").encode(), parser=html.HTMLParser(encoding="utf-8")
        )
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    if _has_text(tree):
        return None
    base = next((element.get("href", "") for element in tree.iter("base")), "")
    return _first_elsewhere((*_meta_targets(tree), *_script_targets(tree)), base, url)


def refresh_header_target(value: str, url: str) -> str | None:
    """Where a Refresh header leads; None where it only reloads, or waits for long."""
    target = _refresh_target(value)
    return _first_elsewhere([target] if target else [], "", url)


def _first_elsewhere(targets: Iterable[str], base: str, url: str) -> str | None:
    """The first target that is another address of the web; browsers take the first refresh, too."""
    page = url.partition("#")[0]
    try:
        base = urljoin(url, base)
    except ValueError:
        return None
    for target in targets:
        address = linked_url(target, base)
        if address is not None and address.partition("#")[0] != page:
            return address
    return None


def _has_text(tree: html.HtmlElement) -> bool:
    """Whether a page shows more text than one that leads elsewhere does."""
    length = 0
    for text in chain.from_iterable(map(_shown_texts, tree.iter())):
        length += len(" ".join(text.split()))
        if length > MOST_TEXT:
            return True
    return False


def _shown_texts(element: html.HtmlElement) -> Iterator[str]:
    """The text at the beginning of an element, and that behind it."""
    parent = element.getparent()
    if parent is not None and parent.tag in _SILENT:
        return
    if isinstance(element.tag, str) and element.tag not in _SILENT:
        yield element.text or ""
    yield element.tail or ""


def _meta_targets(tree: html.HtmlElement) -> Iterator[str]:
    refreshes = filter(_is_refresh, tree.iter("meta"))
    return filter(None, (_refresh_target(element.get("content", "")) for element in refreshes))


def _is_refresh(element: html.HtmlElement) -> bool:
    """Whether a `meta` element is a refresh that browsers with scripts obey."""
    if element.get("http-equiv", "").strip().lower() != "refresh":
        return False
    # What stands in noscript leads browsers without scripts, often to a page that asks for them.
    return next(element.iterancestors("noscript"), None) is None


def _refresh_target(content: str) -> str | None:
    """The address in a refresh's content (HTML standard, 4.2.5.3), where it is due soon."""
    seconds = _SECONDS.match(content)
    if seconds is None or int(seconds[1] or 0) > MOST_SECONDS:
        return None
    target = content[seconds.end() :].lstrip(" \t\r\n\f;,")
    if url_word := _URL_WORD.match(target):
        target = target[url_word.end() :]
    target = target.strip()
    if target.startswith(("'", '"')):
        target = target[1:].partition(target[0])[0]
    return target or None


def _script_targets(tree: html.HtmlElement) -> Iterator[str]:
    for element in tree.iter("script"):
        for match in _LOCATION.finditer(element.text or ""):
            yield _ESCAPED.sub(_unescaped, next(filter(None, match.groups())))


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code:
        return chr(int(code, 16))
    return str(match[3])


def is_gate(url: str, origin: str) -> bool:
    """Whether an address that `origin` redirects to asks for something and leads back afterwards.

    Consent walls, logins and bot checks carry the address they were called from, in their own query: plain,
    encoded, or in base 64. They need not be known by their words.
    """
    gate = urlsplit(url)
    path = unquote(urlsplit(origin).path).rstrip("/")
    if len(path) < 2 or unquote(gate.path).rstrip("/").endswith(path):
        return False
    for _, value in parse_qsl(gate.query):
        for address in _forms(value):
            if address.partition("?")[0].rstrip("/").endswith(path):
                return True
    return False


def _forms(value: str) -> Iterator[str]:
    """A query's value as it may have been before it was encoded."""
    for text in (value, _from_base64(value)):
        yield text
        yield unquote(text)
        yield unquote(unquote(text))


def _from_base64(value: str) -> str:
    padded = value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4)
    try:
        return base64.b64decode(padded, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def with_cookies(cookies: dict[str, str], set_cookie_headers: Iterable[str]) -> dict[str, str]:
    """The cookies of a chain of redirects after one more answer.

    Args:
        cookies: The cookies so far, by name.
        set_cookie_headers: The answer's Set-Cookie headers.
    """
    jar = dict(cookies)
    for header in set_cookie_headers:
        name, equals, value = header.partition(";")[0].strip().partition("=")
        if not name or not equals:
            continue
        if len(name) + len(value) <= MOST_COOKIE_CHARS:
            jar[name] = value
    return dict(list(jar.items())[-MOST_COOKIES:])
