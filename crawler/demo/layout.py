"""What all made-up sites have in common: routing, rendering, robots.txt, pages that are no articles."""

import base64
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from crawler.demo.dates import indic_digits, long_date
from crawler.demo.edition import Edition
from crawler.demo.profiles import SECTIONS, Profile
from crawler.demo.truth import DemoArticle, DemoPage, PageKind
from crawler.model.period import ZONE

# A page takes a fraction of a millisecond to render; keeping the last few serves conditional requests.
_KEPT_PAGES: Final = 512

_PIXEL: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True, slots=True)
class Response:
    """What a URL answers: the body as it leaves, and when it last changed."""

    status: int
    body: bytes
    content_type: str = "text/html; charset=UTF-8"
    last_modified: datetime | None = None
    location: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def etag(self) -> str:
        """A strong validator: the body's hash."""
        return f'"{blake2b(self.body, digest_size=10).hexdigest()}"'


@cache
def templates() -> Environment:
    """The templates of all sites; everything put into them is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(str(files("crawler.demo"))) / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        long_date=long_date,
        indic=indic_digits,
        iso=lambda moment: moment.astimezone(ZONE).isoformat(timespec="seconds"),
        rfc822=format_datetime,
        local=lambda moment, pattern: moment.astimezone(ZONE).strftime(pattern),
        slug=SECTIONS.__getitem__,
    )
    return environment


class Layout(ABC):
    """One site's look: turns a requested path into a response. Thread-safe.

    Args:
        edition: The site's articles.
        now: What the pages' header gives as today.
        crawl_delay: Seconds for robots.txt to ask for, or None.
    """

    family: ClassVar[str]
    page_size: ClassVar[int]

    def __init__(self, edition: Edition, now: datetime, crawl_delay: float | None = None) -> None:
        self.edition = edition
        self.now = now
        self.crawl_delay = crawl_delay
        self.rest = False
        """Whether a site that has a REST interface offers it."""
        self._kept: OrderedDict[tuple[str, object], Response] = OrderedDict()
        self._lock = Lock()

    @staticmethod
    @abstractmethod
    def address(number: int, title: str, section: str, published_at: datetime) -> str:
        """The path of an article."""

    @abstractmethod
    def page(self, path: str, query: dict[str, str]) -> Response | None:
        """Any page but articles, robots.txt and pictures; None where there is none."""

    @abstractmethod
    def other_pages(self) -> list[DemoPage]:
        """Pages that are no articles, one example of each sort or more."""

    @abstractmethod
    def seed(self) -> dict[str, object]:
        """The keys of this site's seed that say where its articles are found."""

    @property
    def profile(self) -> Profile:
        """Whose site this is."""
        return self.edition.profile

    def respond(self, target: str) -> Response:
        """Answer a request for a path with query; the escapes in the path are undone."""
        article = self.edition.at(target)
        version: object = article or self.edition.version
        with self._lock:
            if (kept := self._kept.get((target, version))) is not None:
                self._kept.move_to_end((target, version))
                return kept
        response = self._article(article) if article else self._other(target)
        with self._lock:
            self._kept[target, version] = response
            while len(self._kept) > _KEPT_PAGES:
                self._kept.popitem(last=False)
        return response

    def _article(self, article: DemoArticle) -> Response:
        if article.removed is not None:
            return self.missing(article.removed)
        return self.render(
            "article.html",
            article.modified_at,
            article=article,
            related=self.edition.related(article),
            number=article.id,
        )

    def _other(self, target: str) -> Response:
        path, _, query = target.partition("?")
        if path == "/robots.txt":
            return Response(200, self.robots().encode(), "text/plain; charset=utf-8")
        if path.startswith("/uploads/") and path.endswith(".png"):
            return Response(200, _PIXEL, "image/png")
        if path.startswith("/private/"):
            return self.render(
                "message.html", heading="مسودات التحرير", message="هذه الصفحة لفريق التحرير فقط."
            )
        values = {key: texts[-1] for key, texts in parse_qs(query).items()}
        return self.page(path, values) or self.missing(404)

    def robots(self) -> str:
        """The text of robots.txt."""
        lines = ["User-agent: *", "Disallow: /private/", *self.robots_lines()]
        if self.crawl_delay is not None:
            lines.insert(2, f"Crawl-delay: {self.crawl_delay:g}")
        return "\n".join(lines) + "\n"

    def robots_lines(self) -> Sequence[str]:
        """What this layout adds to robots.txt."""
        return ()

    def render(
        self,
        template: str,
        last_modified: datetime | None = None,
        *,
        status: int = 200,
        content_type: str = "text/html; charset=UTF-8",
        encode: Callable[[str], bytes] = str.encode,
        **values: object,
    ) -> Response:
        """Render one of the family's templates."""
        text = (
            templates()
            .get_template(f"{self.family}/{template}")
            .render(
                site=self.profile,
                base=self.edition.base,
                now=self.now,
                sections=SECTIONS,
                rest=self.rest,
                **values,
            )
        )
        return Response(status, encode(text), content_type, last_modified)

    def missing(self, status: int) -> Response:
        """The page that says that there is no page."""
        return self.render(
            "message.html",
            status=status,
            heading="الصفحة غير موجودة",
            message="عذراً، الصفحة التي تبحث عنها غير موجودة أو ربما نُقلت إلى عنوان آخر.",
        )

    def about(self) -> Response:
        """Who makes the site."""
        return self.render(
            "message.html",
            heading="من نحن",
            message=f"{self.profile.name} موقع إخباري متخيَّل للعرض والاختبار، ولا وجود لأشخاصه وأحداثه.",
        )

    def chunk(
        self, page: str | None, section: str | None = None
    ) -> tuple[list[DemoArticle], int, bool] | None:
        """A listing's page: its articles, its number, whether older ones follow; None past the end."""
        number = int(page) if page and page.isdecimal() else 1
        listed = self.edition.listed(section)
        start = (number - 1) * self.page_size
        if number < 1 or (start >= len(listed) and number > 1):
            return None
        taken = listed[start : start + self.page_size]
        return taken, number, start + self.page_size < len(listed)

    def listing(self, section: str | None, path: str, page: str | None, **values: Any) -> Response | None:
        """A page of a listing; None past its end."""
        if (chunk := self.chunk(page, section)) is None:
            return None
        articles, number, older = chunk
        return self.render(
            "listing.html",
            self.newest(),
            articles=articles,
            page=number,
            older=older,
            path=path,
            section=section,
            **values,
        )

    def newest(self) -> datetime | None:
        """When anything on the site last changed."""
        return max((article.modified_at for article in self.edition.articles()), default=None)

    def pages(self, *paths: tuple[str, PageKind]) -> list[DemoPage]:
        """Name pages by their paths."""
        base = self.edition.base
        return [DemoPage(self.profile.id, base + path, kind) for path, kind in paths]


def section_of(slug: str | None) -> str | None:
    """The section whose word in addresses this is."""
    return next((name for name, word in SECTIONS.items() if word == slug), None)
