"""Pages that somebody saved as files: what address each is of, and when it was saved.

Browsers, SingleFile and HTTrack write address or time into a comment at the page's beginning; MHTML
(RFC 2557) has them in its headers. A mirror by wget has the address in its path. Where no time is written,
the file's own counts: wget gives it the time that the server names.
"""

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from html import unescape
from urllib.parse import quote, urlsplit

from crawler.importing.records import Payload, UnreadableError, plausible_time

_SAVED_FROM = re.compile(rb"<!--\s{0,9}saved from url=\(\d{1,9}\)([^\s>]{1,8000})\s{0,9}-->")
_SINGLE_FILE = re.compile(
    rb"Page saved with SingleFile\s{1,9}url:\s{0,9}(\S{1,8000})\s{1,9}saved date:\s{0,9}([^\r\n<]{1,100})"
)
_HTTRACK = re.compile(
    rb"<!-- Mirrored from ([^\s<>]{1,8000}) by HTTrack Website Copier/[^\n<>]{1,60}, "
    rb"([^\n<>,]{3,9}, [^\n<>]{1,60}?) -->"
)
_CANONICAL = re.compile(
    rb"""<link\b[^<>]{0,500}?\brel\s{0,3}=\s{0,3}["']?canonical["'\s][^<>]{0,2000}>|"""
    rb"""<meta\b[^<>]{0,500}?\bproperty\s{0,3}=\s{0,3}["']og:url["'][^<>]{0,2000}>""",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    rb"""\b(?:href|content)\s{0,3}=\s{0,3}["']?(https?://[^"'\s<>]{1,8000})""", re.IGNORECASE
)
_HOST = re.compile(
    r"(?:[a-z0-9_-]{1,63}\.){1,9}[a-z]{2,63}(?:[:+]\d{1,5})?|(?:\d{1,3}\.){3}\d{1,3}(?:[:+]\d{1,5})?",
    re.IGNORECASE,
)
_JS_DATE = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})")
_PAGE = re.compile(
    rb"\A\s{0,99}(?:\xef\xbb\xbf)?\s{0,99}<(?:!doctype\s{1,9}html|html|head|body|!--)", re.IGNORECASE
)
_PATH_SAFE = "%/:@!$&'()*+,;=~"
_INDEX = re.compile(r"/index\.html?\Z", re.IGNORECASE)

MOST_PARTS = 10_000
"""Parts of an MHTML file: a page with its images has some hundreds."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a saved page came from, and when, as far as it says so."""

    url: str
    saved_at: datetime | None = None


def is_page(head: bytes) -> bool:
    """Whether a file that begins so is a page."""
    return _PAGE.match(head) is not None


def is_mhtml(head: bytes) -> bool:
    """Whether a file that begins so is a page in MHTML."""
    start = head[:4096].lower()
    return b"multipart/related" in start and (b"mime-version:" in start or start.startswith(b"from:"))


def origin_of(head: bytes, path: str) -> Origin | None:
    """Where a saved page came from; None where neither it nor its path says so.

    Args:
        head: Its beginning.
        path: Its path within what is imported, with slashes.
    """
    if is_mhtml(head):
        return _mhtml_origin(head)
    if match := _SINGLE_FILE.search(head):
        return Origin(_text(match[1]), _js_date(_text(match[2])))
    if match := _SAVED_FROM.search(head):
        return Origin(_text(match[1]))
    if match := _HTTRACK.search(head):
        return Origin(f"http://{_text(match[1])}", _mail_date(_text(match[2])))
    return _by_path(head, path)


def _by_path(head: bytes, path: str) -> Origin | None:
    """The address of a page in a mirror: a host, and the path on it."""
    stated = _canonical(head)
    parts = path.split("/")
    at = next((number for number, part in enumerate(parts[:-1]) if _HOST.fullmatch(part)), None)
    if at is None:
        return Origin(stated) if stated else None
    host, name = parts[at].replace("+", ":"), "/".join(parts[at + 1 :])
    if stated is not None and _host(stated) == host.removeprefix("www.") and _same_name(stated, name):
        return Origin(stated)
    address, _, query = name.partition("?")
    address = _INDEX.sub("/", f"/{address}")
    # "%" stays: what was escaped in the address is escaped in the name.
    url = f"http://{host}{quote(address, safe=_PATH_SAFE)}"
    return Origin(f"{url}?{quote(query, safe=_PATH_SAFE + '?')}" if query else url)


def _canonical(head: bytes) -> str | None:
    """The address that a page states as its own."""
    for tag in _CANONICAL.finditer(head):
        if address := _ADDRESS.search(tag[0]):
            return unescape(_text(address[1]))
    return None


def _same_name(url: str, name: str) -> bool:
    """Whether a mirror may have saved an address under a name: tools add endings and an index."""
    path = urlsplit(url).path.strip("/")
    bare = re.sub(r"(?:/?index)?\.html?\Z", "", name.partition("?")[0], flags=re.IGNORECASE)
    return path == bare.strip("/") or path == name.strip("/") or quote(bare.strip("/"), safe="/%") == path


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower().removeprefix("www.")
    except ValueError:
        return ""


def _mhtml_origin(head: bytes) -> Origin | None:
    message = email.message_from_bytes(
        head.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", policy=email.policy.compat32
    )
    url = str(message.get("Snapshot-Content-Location") or "")
    if not url and (match := re.search(rb"\r?\nContent-Location:[ \t]{0,9}(https?://\S{1,8000})", head)):
        url = _text(match[1])
    return Origin(url, _mail_date(str(message.get("Date") or ""))) if url else None


def mhtml_page(body: bytes) -> Payload:
    """The page of an MHTML file, without what belongs to it.

    Raises:
        UnreadableError: No page is in it.
    """
    if body.count(b"\nContent-Type:") > MOST_PARTS:
        raise UnreadableError(f"more than {MOST_PARTS} parts")
    try:
        message = email.message_from_bytes(body, policy=email.policy.default)
        part = next(part for part in message.walk() if part.get_content_type() == "text/html")
        content = part.get_payload(decode=True)
        charset = part.get_content_charset()
    except (StopIteration, ValueError, LookupError, RecursionError, AttributeError):
        raise UnreadableError("no page is in it") from None
    if not isinstance(content, bytes):
        raise UnreadableError("no page is in it")
    return Payload(content, f"text/html; charset={charset}" if charset else None)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").strip()


def _mail_date(text: str) -> datetime | None:
    try:
        return plausible_time(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError):
        return None


def _js_date(text: str) -> datetime | None:
    """A time as JavaScript writes it: ``Mon Nov 30 2026 10:00:00 GMT+0300 (…)``."""
    match = _JS_DATE.match(text)
    if match is None:
        return None
    try:
        return plausible_time(datetime.strptime(" ".join(match.groups()), "%b %d %Y %H:%M:%S %z"))
    except ValueError:
        return None
