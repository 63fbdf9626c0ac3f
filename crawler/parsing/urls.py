"""One page, one address: the URL to fetch, and the key under which a page is known.

`absolute_url` makes any link fetchable without changing what it asks for. `canonical_url` also takes away
what only tells how a reader came (tracking) or in which dress the page is served (AMP, print).
`url_key` goes further and is never fetched: it forgets what two addresses of one page may differ in.
`page_id` is made of the key; `former_page_ids` are those of earlier rules, under which pages may be stored.
"""

import hashlib
import ipaddress
import re
import unicodedata
from functools import lru_cache
from itertools import filterfalse
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import idna

from crawler.errors import KhabarError

MAX_URL_LENGTH = 4096
"""Characters. An Arabic headline of 200 letters makes about 1,200 in percent-encoding; 4 KB leaves room."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
# RFC 3986, 2.3 and 3.3: what an escape need not hide, and what may stand in a path or query as it is.
_NEEDLESS_ESCAPE = re.compile(r"%(?:2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])")
_UNSAFE_IN_PATH = re.compile(r"(?:%[0-9a-fA-F]{2})+|%|[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]+")
_UNSAFE_IN_QUERY = re.compile(r"(?:%[0-9a-fA-F]{2})+|%|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%]+")
# In a key all of ASCII is decoded but "/?#%&=", which would then be read as something else.
_PLAIN_IN_KEY = re.compile(r"%(?:2[0-24789A-E]|3[0-9A-CE]|[4-6][0-9A-F]|7[0-9A-E])")

_HOST = re.compile(r"\A[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?\Z")
_DROPPED = str.maketrans("", "", "\t\r\n")
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?;]*", re.IGNORECASE)
# ASP.NET's session, where the reader takes no cookies: "/(S(lit3py55t21z5v55vlm25s55))/news/5".
_SESSION_SEGMENT = re.compile(r"/\((?:[A-Z]\([^()/]{1,200}\)){1,4}\)(?=/|\Z)")
# Servers that take no notice of case in any part of an address.
_CASELESS_PAGE = re.compile(r"\.(?:aspx?|ashx|cfm)(?:/|\Z)", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9]+")
# Words in one of the usual cases, with a number before or behind; anything else may be an opaque id, of which
# two may differ by case alone.
_WORD = re.compile(
    r"\A[0-9]{0,20}(?:[A-Z]+|[a-z]+|[A-Z][a-z]+|[a-z]{2,}(?:[A-Z][a-z]{2,})+|(?:[A-Z][a-z]{2,})+)[0-9]{0,20}\Z"
)
# With the letter before them, to which a combining mark may belong.
_NON_ASCII_ESCAPES = re.compile(r"([A-Za-z]?)((?:%[89A-F][0-9A-F])+)")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)\Z", re.IGNORECASE)
# A segment that can be an article's own, not a section's: "/news/amp/" may be a list of AMP pages.
_VARIANT_SEGMENT = re.compile(r"(/[^-/_.%0-9]*+[-_.%0-9][^/]*+)/(?:amp|print)(/?)\Z", re.IGNORECASE)
_VARIANT_SUFFIX = re.compile(r"([^/])\.amp(\.html?)?\Z", re.IGNORECASE)
_VARIANT_HOST = re.compile(r"(?:www\d?|amp|m)\.(?=[^.]+\.[^.])")

_TRACKING_PREFIXES = (
    "utm_",
    "mtm_",
    "matomo_",
    "piwik_",
    "pk_",
    "hsa_",
    "at_",
    "ns_",
    "fb_",
    "__cf_chl_",
    "trk_",
)
_TRACKING = frozenset(
    {
        "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid",
        "ttclid", "igshid", "igsh", "mibextid", "sfnsn", "rdid", "srsltid", "tblci", "mc_cid", "mc_eid",
        "mkt_tok", "_ga", "_gl", "_hsenc", "_hsmi", "_openstat", "vero_id", "oly_anon_id", "oly_enc_id",
        "wickedid", "s_cid", "xtor", "cmpid", "ocid", "smid", "ref_src", "ref_url", "__twitter_impression",
        "_branch_match_id", "phpsessid", "jsessionid", "_wpnonce",
        # WordPress and Jetpack: the same page with a comment form opened, or shared.
        "replytocom", "like_comment", "share", "nb",
        # Another dress of the same page.
        "amp", "amp_markup", "noamp", "nonamp", "print", "printable", "printer_friendly",
    }
)  # fmt: skip
# These may also choose what is shown, so they go only with a value that names where the reader came from.
_ORIGIN_NAMES = frozenset({"ref", "source", "src", "from", "via"})
_ORIGINS = frozenset(
    {"rss", "feed", "twitter", "facebook", "fb", "telegram", "whatsapp", "google", "home", "email"}
)
_DRESS_NAMES = frozenset({"outputtype", "output", "view", "format", "type"})
_DRESSES = frozenset({"amp", "print", "printable"})


class InvalidURLError(KhabarError, ValueError):
    """This is no address of a page on the web; the message says why. Skip the link."""


def absolute_url(url: str, base: str | None = None) -> str:
    """Make a link fetchable: absolute, ASCII, in RFC 3986's normal form, without its fragment.

    The host is lower case and in IDNA form, default ports and dot segments are gone, escapes are upper case
    and only where they are needed, so that an Arabic path is the same whether it came raw or encoded.

    Args:
        url: The link as published.
        base: The URL of the page it was found on, for relative links.

    Raises:
        InvalidURLError: Not http(s), no or a malformed host, a user name in it, or longer than
            `MAX_URL_LENGTH`.
    """
    scheme, netloc, path, query = _parts(_link(url, base))
    return _joined(scheme, netloc, _escaped(path, _UNSAFE_IN_PATH), _escaped(query, _UNSAFE_IN_QUERY))


def usable_url(url: str | None, base: str | None = None) -> str | None:
    """The absolute form of an address; None where there is none that can be asked for.

    Args:
        url: The address as published; None or empty: there is none.
        base: What a relative one is relative to.
    """
    try:
        return absolute_url(url, base) if url else None
    except InvalidURLError:
        return None


def canonical_url(url: str, base: str | None = None, *, encoding: str = "utf-8") -> str:
    """The address under which Khabar fetches and shows a page.

    As `absolute_url`, and without tracking parameters, session ids and the marks of AMP and print
    variants. The order of the other parameters is kept: some sites depend on it.

    Args:
        url: The link as published.
        base: The URL of the page it was found on, for relative links.
        encoding: That of the page. Letters that stand unescaped in a link's query are sent in it, those of
            its path in UTF-8 (WHATWG URL, "query state").

    Raises:
        InvalidURLError: See `absolute_url`.
    """
    return _canonical(_link(url, base), "utf-8" if encoding.lower().startswith("utf") else encoding)


# A site's pages repeat their menus and sidebars: nine of ten links were seen on the page before.
@lru_cache(maxsize=8192)
def _canonical(link: str, encoding: str = "utf-8") -> str:
    scheme, netloc, path, query = _parts(link)
    path = _escaped(path, _UNSAFE_IN_PATH)
    while (plain := _plain_path(path)) != path:
        path = plain
    # "&amp;" left over from a feed that escaped its links twice.
    if encoding != "utf-8" and not query.isascii():
        query = _ascii_query(query, encoding)
    pairs = _escaped(query, _UNSAFE_IN_QUERY).replace("&amp;", "&").split("&")
    return _joined(scheme, netloc, path, "&".join(filterfalse(_is_noise, filter(None, pairs))))


@lru_cache(maxsize=8192)
def url_key(url: str) -> str:
    """What identifies a page: equal for all addresses that almost surely show the same one.

    Ignores the scheme, ``www.``, ``m.`` and ``amp.``, a trailing slash, doubled slashes, ``index.html``,
    the order of parameters, and how characters are escaped and composed (Unicode's NFC). A key is not a URL.

    Raises:
        InvalidURLError: See `absolute_url`.
    """
    return _composed(_former_key(url))


@lru_cache(maxsize=8192)
def _former_key(url: str) -> str:
    """The key without the rule that was added last, that of composition."""
    parts = urlsplit(canonical_url(url))
    path = _INDEX.sub("/", re.sub(r"/{2,}", "/", parts.path))
    query = sorted(map(_key_pair, filter(None, parts.query.split("&"))))
    key = _without_variant_host(parts.netloc) + _unescaped(path).rstrip("/")
    return f"{key}?{'&'.join(query)}" if query else key


def _composed(key: str) -> str:
    """The key with its letters composed: a Mac writes «أ» as two characters, other systems as one."""
    return _NON_ASCII_ESCAPES.sub(_compose, key) if "%" in key else key


def _compose(match: re.Match[str]) -> str:
    escaped = match[0]
    try:
        text = match[1] + bytes.fromhex(match[2].replace("%", "")).decode("utf-8")
    except UnicodeDecodeError:
        # Another encoding's letters, which have one form each.
        return escaped
    if unicodedata.is_normalized("NFC", text):
        return escaped
    return quote(unicodedata.normalize("NFC", text), safe="")


def _case_folded(key: str) -> str:
    """The key with its words and its parameters' names in lower case."""
    if key == key.lower():
        return key
    path, mark, query = key.partition("?")
    if _CASELESS_PAGE.search(path):
        # An escape's digits keep their case: they are letters of no word.
        return re.sub(r"%[0-9A-Fa-f]{2}", lambda match: match[0].upper(), key.lower())
    pairs = (pair.partition("=") for pair in query.split("&"))
    names = sorted(name.lower() + equals + value for name, equals, value in pairs)
    return _fold_words(path) + mark + "&".join(names)


def _fold_words(path: str) -> str:
    # An escape's two digits are part of no word.
    pieces = re.split(r"((?:%[0-9A-F]{2})+)", path)
    return "".join(piece if piece.startswith("%") else _TOKEN.sub(_fold, piece) for piece in pieces)


def _fold(match: re.Match[str]) -> str:
    return match[0].lower() if _WORD.match(match[0]) else match[0]


def page_id(url: str) -> str:
    """The id of a page in the store: the first 128 bits of a SHA-256, as 32 hex digits.

    That of its key, in which the case of words and of parameters' names makes no difference.

    Raises:
        InvalidURLError: See `absolute_url`.
    """
    return _hashed(_case_folded(url_key(url)))


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def former_page_ids(url: str) -> tuple[str, ...]:
    """The ids under which a page of this address may have been stored by earlier rules; mostly none.

    Raises:
        InvalidURLError: See `absolute_url`.
    """
    former = _hashed(_former_key(url))
    return () if former == page_id(url) else (former,)


@lru_cache(maxsize=8192)
def host_of(url: str) -> str:
    """The host of a URL, lower case and in IDNA form, with its port where that is not the scheme's own.

    Raises:
        InvalidURLError: See `absolute_url`.
    """
    return _parts(_link(url, None))[1]


def _link(url: str, base: str | None) -> str:
    """A link as a browser would read it, joined with its base."""
    # Browsers drop tabs and line breaks anywhere in a link and take backslashes for slashes up to the
    # query (WHATWG URL, 4.4); so do the readers of the templates that have them.
    link = url if url.isprintable() else url.translate(_DROPPED)
    link = link.strip(" \x00\x0b\x0c\u200e\u200f\ufeff")
    if "\\" in link:
        head, mark, rest = link.partition("?")
        link = head.replace("\\", "/") + mark + rest
    if len(link) > MAX_URL_LENGTH:
        raise InvalidURLError(f"{link[:80]}…: longer than {MAX_URL_LENGTH} characters")
    if not base or link[:8].lower().startswith(("http://", "https://")):
        return link
    try:
        if link.startswith("/") and not link.startswith("//"):
            # What urljoin comes to for most links of a page, at a tenth of its cost.
            return _origin(base) + link
        return urljoin(base, link)
    except ValueError as error:
        raise InvalidURLError(f"{link[:200]}: {error}") from None


@lru_cache(maxsize=64)
def _origin(base: str) -> str:
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}"


def _parts(link: str) -> tuple[str, str, str, str]:
    """Scheme, host with port, path and query, the last two not yet escaped anew."""
    try:
        split = urlsplit(link)
        port = split.port
    except ValueError as error:
        raise InvalidURLError(f"{link[:200]}: {error}") from None
    scheme = split.scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        raise InvalidURLError(f"{link[:200]}: not an http or https address")
    if "@" in split.netloc:
        raise InvalidURLError(f"{link[:200]}: carries a user name or password")
    host = _host(split.hostname or "", link)
    netloc = host if port is None or port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"
    return scheme, netloc, split.path, split.query


def _host(host: str, link: str) -> str:
    if ":" in host:
        try:
            return f"[{ipaddress.IPv6Address(host).compressed}]"
        except ValueError:
            raise InvalidURLError(f"{link[:200]}: malformed IPv6 address") from None
    host = host.rstrip(".").lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise InvalidURLError(f"{link[:200]}: malformed host: {error}") from None
    if not _HOST.match(host) or ".." in host:
        raise InvalidURLError(f"{link[:200]}: " + ("malformed host" if host else "has no host"))
    return host


def _joined(scheme: str, netloc: str, path: str, query: str) -> str:
    url = urlunsplit((scheme, netloc, _without_dots(path), query, ""))
    if len(url) > MAX_URL_LENGTH:
        raise InvalidURLError(f"{url[:80]}…: longer than {MAX_URL_LENGTH} characters")
    return url


def _escaped(text: str, unsafe: re.Pattern[str]) -> str:
    """Percent-encode what must be, decode what need not be, leave reserved characters as published."""
    try:
        return unsafe.sub(_escape, text)
    except UnicodeEncodeError:
        raise InvalidURLError(f"{text[:80]!r}: has characters that are not text") from None


def _ascii_query(query: str, encoding: str) -> str:
    """A query whose letters beyond ASCII are escaped in the page's encoding; UTF-8 where it has not all."""
    try:
        return "".join(
            letter if letter.isascii() else quote(letter.encode(encoding), safe="") for letter in query
        )
    except (UnicodeEncodeError, LookupError):
        return query


def _escape(match: re.Match[str]) -> str:
    text = match[0]
    if not text.startswith("%"):
        return quote(text, safe="")
    if text == "%":
        return "%25"
    return _NEEDLESS_ESCAPE.sub(_decoded, text.upper())


def _decoded(match: re.Match[str]) -> str:
    return chr(int(match[0][1:], 16))


def _without_dots(path: str) -> str:
    """Resolve "." and ".." (RFC 3986, 5.2.4)."""
    segments: list[str] = []
    parts = path.removeprefix("/").split("/")
    for index, segment in enumerate(parts):
        last = index == len(parts) - 1
        if segment == "..":
            if segments:
                segments.pop()
        elif segment != ".":
            segments.append(segment)
            continue
        if last:
            segments.append("")
    return "/" + "/".join(segments)


def _plain_path(path: str) -> str:
    """A path without session ids, dot segments and one mark of an AMP or print variant."""
    path = _without_dots(_SESSION.sub("", path) if ";" in path else path)
    if "/(" in path:
        path = _SESSION_SEGMENT.sub("", path) or "/"
    if path.lower().rstrip("/").endswith(("/amp", "/print")):
        path = _VARIANT_SEGMENT.sub(r"\1\2", path)
    if ".amp" in path.lower():
        path = _VARIANT_SUFFIX.sub(lambda match: match[1] + (match[2] or ""), path)
    return path


def _is_noise(pair: str) -> bool:
    name, _, value = pair.partition("=")
    name, value = name.lower(), value.lower()
    return (
        name in _TRACKING
        or name.startswith(_TRACKING_PREFIXES)
        or (name in _ORIGIN_NAMES and value in _ORIGINS)
        or (name in _DRESS_NAMES and value in _DRESSES)
    )


def _without_variant_host(netloc: str) -> str:
    return _VARIANT_HOST.sub("", netloc, count=1) if _VARIANT_HOST.match(netloc) else netloc


def _key_pair(pair: str) -> str:
    name, _, value = pair.replace("+", "%20").partition("=")
    return f"{_unescaped(name)}={_unescaped(value)}"


def _unescaped(text: str) -> str:
    """Decode every escape that cannot change the meaning of the key's own punctuation."""
    return _PLAIN_IN_KEY.sub(_decoded, text)
