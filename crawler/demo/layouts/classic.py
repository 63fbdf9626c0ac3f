"""A site of the early two-thousands: tables, no classes, ``article.php?id=N``, an Atom feed."""

from datetime import datetime
from typing import ClassVar, Final

from crawler.demo.layouts.base import Layout, Response
from crawler.demo.profiles import SECTIONS
from crawler.demo.truth import DemoPage, PageKind

_CATEGORIES: Final = {str(number): name for number, name in enumerate(SECTIONS, start=1)}


class Classic(Layout):
    """Paragraphs parted by line breaks; a version for print of every article; missing pages answer 200."""

    family: ClassVar[str] = "classic"
    page_size: ClassVar[int] = 15

    @staticmethod
    def address(number: int, title: str, section: str, published_at: datetime) -> str:
        """The article's number as a parameter."""
        del title, section, published_at
        return f"article.php?id={number}"

    def page(self, path: str, query: dict[str, str]) -> Response | None:
        """Home, categories, Atom, the version for print, a video."""
        page = query.get("page")
        if path in {"/", "/index.php"}:
            return self._listing(None, "index.php?", page)
        if path == "/cat.php" and (section := _CATEGORIES.get(query.get("id", ""))):
            return self._listing(section, f"cat.php?id={query['id']}&", page)
        if path == "/atom.php":
            return self._feed(page)
        if path == "/print.php":
            article = self.edition.at(f"/article.php?id={query.get('id')}")
            if article and article.removed is None:
                return self.render("print.html", article.modified_at, article=article)
        if path == "/about.php":
            return self.about()
        if path == "/video.php":
            return self.render("video.html", heading="تسجيل مصور: عبور النهر بالقوارب")
        if path in {"/article.php", "/print.php"}:
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
            categories=_CATEGORIES,
        )

    def _feed(self, page: str | None) -> Response | None:
        if (chunk := self.chunk(page)) is None:
            return None
        articles, number, older = chunk
        return self.render(
            "atom.xml",
            self.newest(),
            content_type="application/atom+xml; charset=utf-8",
            articles=articles,
            page=number,
            older=older,
            updated=self.newest() or self.now,
        )

    def other_pages(self) -> list[DemoPage]:
        """Home, listings, video, a stale link, a version for print, about, private, the feed."""
        newest = self.edition.listed()[:1]
        return self.pages(
            ("", PageKind.HOME),
            ("index.php?page=2", PageKind.LISTING),
            ("cat.php?id=2", PageKind.LISTING),
            ("video.php?id=3", PageKind.VIDEO),
            ("article.php?id=77", PageKind.SOFT_404),
            *((f"print.php?id={article.id}", PageKind.PRINT) for article in newest),
            ("about.php", PageKind.ABOUT),
            ("private/drafts.php", PageKind.PRIVATE),
            ("atom.php", PageKind.FEED),
        )

    def seed(self) -> dict[str, object]:
        """An Atom feed."""
        return {"feeds": [f"{self.edition.base}atom.php"]}
