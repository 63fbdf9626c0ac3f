"""A portal of its own make: paged listings, no feed, the date in words alone, odd charsets."""

import re
from datetime import datetime
from typing import ClassVar, Final

from crawler.demo.layouts.base import Layout, Response, section_named
from crawler.demo.truth import DemoArticle, DemoPage, PageKind

_LEGACY: Final = 7
"""Every article whose number divides by this is served in windows-1256, as if from an older system."""

_CHARSET: Final = re.compile(r'<meta charset="utf-8">', re.IGNORECASE)


def in_windows_1256(text: str) -> bytes:
    """A page as an old system sends it: windows-1256, and not a word about it."""
    return _CHARSET.sub("", text).encode("cp1256", "xmlcharrefreplace")


class Portal(Layout):
    """Numbered addresses; see-also paragraphs between the others; missing pages answer 200."""

    family: ClassVar[str] = "portal"
    page_size: ClassVar[int] = 15

    @staticmethod
    def address(number: int, title: str, section: str, published_at: datetime) -> str:
        """The article's number."""
        del title, section, published_at
        return f"news/{number}"

    @staticmethod
    def is_legacy(article: DemoArticle) -> bool:
        """Whether the article is served in windows-1256 without a declared charset."""
        return article.id % _LEGACY == 0

    def _article(self, article: DemoArticle) -> Response:
        if article.removed is not None or not self.is_legacy(article):
            return super()._article(article)
        return self.render(
            "article.html",
            article.modified_at,
            content_type="text/html",
            encode=in_windows_1256,
            article=article,
            related=self.edition.related(article),
            number=article.id,
        )

    def page(self, path: str, query: dict[str, str]) -> Response | None:
        """Home, the listing of all news, sections, a video; other numbers of articles end in a soft 404."""
        if path == "/":
            return self._listing(None, "/news", "1")
        if path == "/news":
            return self._listing(None, "/news", query.get("page"))
        if path == "/about":
            return self.about()
        if path == "/news/video-1":
            return self.render("video.html", heading="بالفيديو: جولة في الأسواق القديمة")
        if path.startswith("/section/") and (section := section_named(path.removeprefix("/section/"))):
            return self._listing(section, path, query.get("page"))
        if path.startswith("/news/"):
            return self.missing(200)
        return None

    def _listing(self, section: str | None, path: str, page: str | None) -> Response | None:
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
        )

    def other_pages(self) -> list[DemoPage]:
        """Home, listings, video, a stale link, about, private."""
        return self.pages(
            ("", PageKind.HOME),
            ("news?page=2", PageKind.LISTING),
            ("section/economy", PageKind.LISTING),
            ("news/video-1", PageKind.VIDEO),
            ("news/19004", PageKind.SOFT_404),
            ("about", PageKind.ABOUT),
            ("private/drafts", PageKind.PRIVATE),
        )

    def seed(self) -> dict[str, object]:
        """The listing of all news, read to its end."""
        pages = -(-len(self.edition.listed()) // self.page_size)
        # One more than needed today: what is published tomorrow pushes the oldest onto a new page.
        return {"listings": [{"url": f"{self.edition.base}news", "pages": pages + 1}]}
