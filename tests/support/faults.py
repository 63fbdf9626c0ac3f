"""What goes wrong between a made-up site and its reader, to be switched on for a URL or a whole site."""

import inspect
import random
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from typing import Any, Final, Self

from crawler.demo import DemoSite, Newsroom
from crawler.demo.edition import route
from crawler.demo.layout import Response
from crawler.demo.server import Answer, Ending

_CHUNK: Final = 64 * 1024
_MEGABYTE: Final = 1024 * 1024


class Fault(StrEnum):
    """Kinds of faults; the functions below say which options each takes."""

    STATUS = "status"
    REDIRECT_LOOP = "redirect_loop"
    REDIRECT_HOST = "redirect_host"
    REDIRECT_PRIVATE = "redirect_private"
    BINARY = "binary"
    IMAGE = "image"
    PDF = "pdf"
    HUGE = "huge"
    TRUNCATED = "truncated"
    DRIP = "drip"
    RESET = "reset"
    EMPTY = "empty"
    GZIP_BOMB = "gzip_bomb"
    BROTLI_BOMB = "brotli_bomb"
    DAMAGED_ENCODING = "damaged_encoding"
    SHORT_LENGTH = "short_length"
    CHALLENGE = "challenge"
    LOGIN = "login"
    GEO_BLOCK = "geo_block"
    NO_CHARSET = "no_charset"
    WRONG_CHARSET = "wrong_charset"
    NESTING = "nesting"


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a fault happens: the page's true response, its URL, and the home page of another site."""

    page: Callable[[], Response]
    url: str
    other: str


_HTML: Final = ("Content-Type", "text/html; charset=utf-8")


def _whole(body: bytes, *headers: tuple[str, str], status: int = 200) -> Answer:
    return Answer(status, headers or (_HTML,), (body,), len(body))


def _status(_: Scene, *, code: int = 503, retry_after: int | str | None = None) -> Answer:
    """Answer with a status; `retry_after` is seconds or an HTTP date."""
    headers = [_HTML]
    if retry_after is not None:
        headers.append(("Retry-After", str(retry_after)))
    body = b"" if code in {204, 304} else f"<html><title>{code}</title><h1>{code}</h1></html>".encode()
    return _whole(body, *headers, status=code)


def _redirect(to: str, code: int) -> Answer:
    return _whole(b"", ("Location", to), status=code)


def _redirect_loop(scene: Scene, *, code: int = 302) -> Answer:
    """Redirect to the page itself."""
    return _redirect(scene.url, code)


def _redirect_host(scene: Scene, *, to: str | None = None, code: int = 302) -> Answer:
    """Redirect to another site; by default to another one of the newsroom."""
    return _redirect(to or scene.other, code)


def _redirect_private(_: Scene, *, to: str = "http://10.255.255.1/internal", code: int = 302) -> Answer:
    """Redirect into a private network (RFC 1918)."""
    return _redirect(to, code)


def _binary(_: Scene, *, size: int = 4096) -> Answer:
    """Noise that calls itself HTML."""
    return _whole(random.Random(size).randbytes(size))


def _image(_: Scene) -> Answer:
    """A picture where a page is expected."""
    return _whole(b"\x89PNG\r\n\x1a\n" + bytes(64), ("Content-Type", "image/png"))


def _pdf(_: Scene) -> Answer:
    """A document where a page is expected."""
    return _whole(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n", ("Content-Type", "application/pdf"))


def _huge(_: Scene, *, size: int = 100 * _MEGABYTE, declared: bool = True) -> Answer:
    """A page of `size` bytes, made while it is sent; undeclared, its length is not told beforehand."""
    ending = Ending.KEEP if declared else Ending.CLOSE
    return Answer(200, (_HTML,), _paragraphs(size), size if declared else None, ending=ending)


def _paragraphs(size: int) -> Iterator[bytes]:
    head = b"<html><body>".ljust(64)
    yield head[:size]
    left = size - len(head)
    line = "<p>سطر طويل لا ينتهي من صفحة كبيرة جداً.</p>\n".encode()
    block = (line * (_CHUNK // len(line) + 1))[:_CHUNK]
    while left > 0:
        yield block[:left]
        left -= len(block)


def _truncated(scene: Scene, *, missing: int = 2000) -> Answer:
    """Promise the whole body, send all but the last `missing` bytes, and close."""
    page = scene.page()
    sent = page.body[: max(0, len(page.body) - missing)]
    headers = (("Content-Type", page.content_type),)
    return Answer(page.status, headers, (sent,), len(page.body), ending=Ending.CLOSE)


def _drip(scene: Scene, *, chunk: int = 16, interval: float = 0.5) -> Answer:
    """Send `chunk` bytes every `interval` seconds."""
    page = scene.page()
    pieces = (page.body[start : start + chunk] for start in range(0, len(page.body), chunk))
    return Answer(page.status, (("Content-Type", page.content_type),), pieces, len(page.body), pause=interval)


def _reset(scene: Scene, *, after: int = 0) -> Answer:
    """Reset the connection after `after` bytes of the body; with 0, before anything is answered."""
    page = scene.page()
    if not after:
        return Answer(0, (), (), None, ending=Ending.RESET)
    headers = (("Content-Type", page.content_type),)
    return Answer(page.status, headers, (page.body[:after],), len(page.body), ending=Ending.RESET)


def _empty(_: Scene) -> Answer:
    """200, and nothing in it."""
    return _whole(b"")


@cache
def _bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    block = b" " * _MEGABYTE
    parts = [packer.compress(b"<html><body><p>")]
    parts += [packer.compress(block[: min(_MEGABYTE, size - done)]) for done in range(0, size, _MEGABYTE)]
    return b"".join((*parts, packer.flush()))


def _gzip_bomb(_: Scene, *, size: int = 64 * _MEGABYTE) -> Answer:
    """A small body that unpacks to `size` bytes and a little more."""
    return _whole(_bomb(size), _HTML, ("Content-Encoding", "gzip"))


_BROTLI_BOMB: Final = bytes.fromhex(
    "cbffff3ff8a541787ce02421859c960800635217235ef5fecf03ffffffe0970088c32200ddfb3ffeffffc12f0110870500baf7"
    "7ffcffff835f02200e0b0074effff8ffff07bf04401c1600e8defff1ffff0f7e0980382c00d0bdffe3ffff1ffc1200715800a0"
    "7bffc7ffff3ff82500e2b00040f7fe2f1c00f04b00140107040002"
)
"""The start of a page and 64 MB of spaces, as brotli 1.2 packs them: 129 bytes."""


def _brotli_bomb(_: Scene) -> Answer:
    """A body of 129 bytes that unpacks to 64 MB and a little more."""
    return _whole(_BROTLI_BOMB, _HTML, ("Content-Encoding", "br"))


def _damaged_encoding(_: Scene, *, encoding: str = "br") -> Answer:
    """Noise that calls itself packed."""
    return _whole(random.Random(1).randbytes(4096), _HTML, ("Content-Encoding", encoding))


def _short_length(scene: Scene, *, missing: int = 2000) -> Answer:
    """Send the whole body, but say that it is `missing` bytes shorter."""
    page = scene.page()
    length = max(1, len(page.body) - missing)
    headers = (("Content-Type", page.content_type),)
    return Answer(page.status, headers, (page.body,), length, ending=Ending.CLOSE)


def _challenge(_: Scene, *, code: int = 200) -> Answer:
    """The page of a protection service that wants to see a browser."""
    body = (
        '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>'
        '<meta name="robots" content="noindex,nofollow"><meta http-equiv="refresh" content="360"></head>'
        '<body class="no-js"><div class="main-wrapper">'
        "<h1>Checking your browser before accessing the site.</h1>"
        '<noscript>Enable JavaScript and cookies to continue</noscript><form id="challenge-form" '
        'action="/?__cf_chl_f_tk=demo" method="POST"></form></div>'
        '<script>window._cf_chl_opt={cType:"managed"};</script></body></html>'
    )
    return _whole(body.encode(), _HTML, ("Cache-Control", "no-store"), status=code)


def _login(_: Scene, *, code: int = 200) -> Answer:
    """A wall that only lets members in."""
    body = (
        '<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8">'
        "<title>تسجيل الدخول</title></head>"
        "<body><h1>تسجيل الدخول</h1><p>هذا المحتوى متاح للمشتركين فقط. يرجى تسجيل الدخول للمتابعة.</p>"
        '<form action="/login" method="post"><input name="user"><input type="password" name="password">'
        "<button>دخول</button></form></body></html>"
    )
    return _whole(body.encode(), status=code)


def _geo_block(_: Scene, *, language: str = "ar", code: int = 200) -> Answer:
    """What readers of a country see that the site shuts out."""
    texts = {
        "ar": ("عذراً", "هذا المحتوى غير متاح في بلدك. يرجى التواصل مع إدارة الموقع."),
        "en": ("Sorry", "This content is not available in your country due to licensing restrictions."),
    }
    title, sentence = texts[language]
    body = f"<!DOCTYPE html><html lang={language}><head><meta charset=utf-8><title>{title}</title></head>"
    return _whole(f"{body}<body><h1>{title}</h1><p>{sentence}</p></body></html>".encode(), status=code)


def _recoded(scene: Scene, content_type: str) -> Answer:
    page = scene.page()
    text = page.body.decode().replace('<meta charset="utf-8">', "").replace('<meta charset="UTF-8">', "")
    text = text.replace("; charset=utf-8", "")
    return _whole(
        text.encode("cp1256", "xmlcharrefreplace"), ("Content-Type", content_type), status=page.status
    )


def _no_charset(scene: Scene) -> Answer:
    """The page in windows-1256, with no charset named anywhere."""
    return _recoded(scene, "text/html")


def _wrong_charset(scene: Scene) -> Answer:
    """The page in windows-1256, said to be UTF-8."""
    return _recoded(scene, "text/html; charset=utf-8")


def _nesting(_: Scene, *, depth: int = 50_000) -> Answer:
    """Blocks within blocks, `depth` of them, round one paragraph."""
    body = "<html><body>" + "<div>" * depth + "<p>في القاع</p>" + "</div>" * depth + "</body></html>"
    return _whole(body.encode())


_FAULTS: Final[dict[Fault, Callable[..., Answer]]] = {
    Fault.STATUS: _status,
    Fault.REDIRECT_LOOP: _redirect_loop,
    Fault.REDIRECT_HOST: _redirect_host,
    Fault.REDIRECT_PRIVATE: _redirect_private,
    Fault.BINARY: _binary,
    Fault.IMAGE: _image,
    Fault.PDF: _pdf,
    Fault.HUGE: _huge,
    Fault.TRUNCATED: _truncated,
    Fault.DRIP: _drip,
    Fault.RESET: _reset,
    Fault.EMPTY: _empty,
    Fault.GZIP_BOMB: _gzip_bomb,
    Fault.BROTLI_BOMB: _brotli_bomb,
    Fault.DAMAGED_ENCODING: _damaged_encoding,
    Fault.SHORT_LENGTH: _short_length,
    Fault.CHALLENGE: _challenge,
    Fault.LOGIN: _login,
    Fault.GEO_BLOCK: _geo_block,
    Fault.NO_CHARSET: _no_charset,
    Fault.WRONG_CHARSET: _wrong_charset,
    Fault.NESTING: _nesting,
}


@dataclass(slots=True)
class Switched:
    """A fault that is switched on; `left` is how many more requests meet it, None for all.

    Raises:
        TypeError: The fault takes no such option.
    """

    fault: Fault
    options: dict[str, Any]
    left: int | None = None

    def __post_init__(self) -> None:
        inspect.signature(_FAULTS[self.fault]).bind(None, **self.options)

    def answer(self, scene: Scene) -> Answer:
        """What the reader gets instead of the page."""
        return _FAULTS[self.fault](scene, **self.options)


class FaultyNewsroom(Newsroom):
    """A newsroom whose sites can be made to fail."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._faults: dict[tuple[str, str | None], Switched] = {}
        self._guard = threading.Lock()

    def __enter__(self) -> Self:
        super().__enter__()
        for site in self.sites:
            self._servers[site.id].intercept = partial(self._intercept, site)
        return self

    def fault(
        self, where: DemoSite | str, kind: Fault | str, *, times: int | None = None, **options: Any
    ) -> None:
        """Let a fault happen.

        Args:
            where: A URL, or a site for all of its pages but robots.txt. A fault of a URL goes before
                its site's.
            kind: Which; a number is short for that status, as ``"503"``.
            times: How many requests meet it; None for all until it is cleared.
            options: Of the fault, such as ``code`` and ``retry_after`` of a status.

        Raises:
            ValueError: There is no such fault.
            TypeError: The fault has no such option.
            KeyError: The URL belongs to none of the sites.
        """
        if kind.isdecimal():
            kind, options = Fault.STATUS, {"code": int(kind), **options}
        switched = Switched(Fault(kind), options, times)
        with self._guard:
            self._faults[self._place(where)] = switched

    def clear_fault(self, where: DemoSite | str) -> None:
        """Let pages be served as they should again."""
        with self._guard:
            self._faults.pop(self._place(where), None)

    def _place(self, where: DemoSite | str) -> tuple[str, str | None]:
        if isinstance(where, DemoSite):
            return where.id, None
        return self._site_of(where), route(where)

    def _intercept(
        self, site: DemoSite, target: str, url: str, page: Callable[[], Response]
    ) -> Answer | None:
        switched = self._switched(site.id, target)
        if switched is None:
            return None
        following = self.sites[(self.sites.index(site) + 1) % len(self.sites)]
        return switched.answer(Scene(page, url, following.url))

    def _switched(self, site: str, target: str) -> Switched | None:
        with self._guard:
            key = (site, target) if (site, target) in self._faults else (site, None)
            switched = self._faults.get(key)
            # A site's robots.txt stays readable unless it is named itself.
            if switched is None or (key[1] is None and target == "/robots.txt"):
                return None
            if switched.left is not None:
                switched.left -= 1
                if switched.left <= 0:
                    del self._faults[key]
            return switched
