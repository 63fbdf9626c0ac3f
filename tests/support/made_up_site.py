"""A site whose every answer a test writes itself, on loopback, and a log of what it was asked."""

import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from crawler.model.site import Site

_TEXT = (
    "المدينة القديمة السوق المجلس السكان الطريق المياه المدرسة الطلاب الحديقة العمال المصنع الموسم القمح "
    "الزيتون المشروع الترميم الجسر النهر الساحل المرفأ القرية الأهالي اللجنة الدورة المعرض الكتاب الفريق "
    "المباراة الملعب المشفى الأطباء اللقاح الطقس الأمطار السد الكهرباء الشبكة الخبز الأسعار التجار البلدية"
)
_WORDS = _TEXT.split()


@dataclass(frozen=True)
class Answer:
    """What an address answers."""

    body: str | bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class MadeUpSite:
    """Pages by path and query, or ``path?*`` for any; `answers` may be changed while the site is up.

    Args:
        tls: Serves https with this.
        host: The loopback address to listen at.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.answers: dict[str, Answer | Callable[[Mapping[str, str]], Answer]] = {}
        self.asked: list[str] = []
        self.moments: list[float] = []
        self.headers: list[dict[str, str]] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                owner.moments.append(time.monotonic())
                owner.asked.append(self.path)
                owner.headers.append({name.lower(): value for name, value in self.headers.items()})
                any_query = f"{self.path.partition('?')[0]}?*"
                answer = owner.answers.get(self.path) or owner.answers.get(any_query, Answer("not here", 404))
                if callable(answer):
                    answer = answer(owner.headers[-1])
                body = answer.body.encode() if isinstance(answer.body, str) else answer.body
                self.send_response(answer.status)
                for name, value in {"Content-Type": "text/html; charset=utf-8", **answer.headers}.items():
                    self.send_header(name, value)
                if "Content-Length" not in answer.headers:
                    self.send_header("Content-Length", str(len(body)))
                else:
                    # It is not what it says: only the end of the connection shows where the body ends.
                    self.close_connection = True
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

        self._server = Server((host, 0), Handler)
        if tls is not None:
            # A handshake that is broken off is the point of a test, not an error to print.
            self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.base = (
            f"http{'s' if tls else ''}://{f'[{host}]' if ':' in host else host}:{self._server.server_port}"
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> "MadeUpSite":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def forget(self) -> None:
        self.asked.clear()
        self.moments.clear()
        self.headers.clear()

    def article(self, path: str, published: datetime | None = None, links: str = "") -> str:
        """Serve an article with a unique text; returns its address."""
        self.answers[path] = Answer(article_page(self.base + path, published, links))
        return self.base + path

    def site(self, **seed: object) -> Site:
        """The seed."""
        values = {"id": "made-up", "name": "موقع مصنوع", "url": f"{self.base}/", "private": True, "delay": 0}
        return Site.model_validate({**values, **seed})


def article_page(url: str, published: datetime | None, links: str = "") -> str:
    """An article's page, the text made from its address."""
    chance = random.Random(url.partition("//")[2].partition("/")[2])
    title = " ".join(chance.sample(_WORDS, 6))
    text = "".join(f"<p>{' '.join(chance.choices(_WORDS, k=40))}.</p>" for _ in range(4))
    time = f'<meta property="article:published_time" content="{published.isoformat()}">' if published else ""
    return (
        f'<html lang="ar" dir="rtl"><head><title>{title}</title><meta property="og:type" content="article">'
        f'<link rel="canonical" href="{url}">{time}</head><body><article><h1>{title}</h1>'
        f'<div class="entry-content">{text}</div></article>{links}</body></html>'
    )


def listing_page(paths: list[str], older: str | None = None) -> str:
    """A listing with headlines."""
    chance = random.Random(1)
    items = "".join(f'<h2><a href="{path}">{" ".join(chance.sample(_WORDS, 6))}</a></h2>' for path in paths)
    tail = f'<a rel="next" href="{older}">الصفحة التالية</a>' if older else ""
    return f'<html lang="ar"><head><title>أخبار</title></head><body>{items}{tail}</body></html>'


def sitemap(paths: Mapping[str, str | None], base: str, kind: str = "url") -> str:
    """A sitemap, or an index with ``kind="sitemap"``: paths with their times of change."""
    root = "urlset" if kind == "url" else "sitemapindex"
    rows = "".join(
        f"<{kind}><loc>{base}{path}</loc>{f'<lastmod>{time}</lastmod>' if time else ''}</{kind}>"
        for path, time in paths.items()
    )
    return f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</{root}>'


@contextmanager
def made_up_site() -> Iterator[MadeUpSite]:
    """A site that is up while the context lasts."""
    with MadeUpSite() as site:
        yield site
