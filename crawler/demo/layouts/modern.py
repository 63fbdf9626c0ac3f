"""A site with sitemaps: an index, one for news, one or more for everything; adverts between paragraphs."""

import gzip
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from crawler.demo.layouts.base import Layout, Response, section_named
from crawler.demo.profiles import SECTIONS
from crawler.demo.truth import DemoArticle, DemoPage, PageKind

_PER_SITEMAP: Final = 500
# A news sitemap lists two days (developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap).
_NEWS_SPAN: Final = timedelta(days=2)


class Modern(Layout):
    """Addresses by section and number; sections list the newest twenty and no more."""

    family: ClassVar[str] = "modern"
    page_size: ClassVar[int] = 20

    @staticmethod
    def address(number: int, title: str, section: str, published_at: datetime) -> str:
        """Section and number."""
        del title, published_at
        return f"ar/{SECTIONS[section]}/{number}"

    def page(self, path: str, query: dict[str, str]) -> Response | None:
        """Home, sections, sitemaps, a video."""
        del query
        if path == "/":
            return self._listing(None)
        if path == "/sitemap.xml":
            return self._xml(
                "sitemap_index.xml", parts=range(1, self._parts() + 1), changed=self.newest() or self.now
            )
        if path == "/sitemaps/news.xml":
            recent = [
                article for article in self.edition.listed() if article.published_at > self.now - _NEWS_SPAN
            ]
            return self._xml("sitemap_news.xml", articles=recent)
        if path.startswith("/sitemaps/articles-") and path.endswith(".xml.gz"):
            return self._part(path.removeprefix("/sitemaps/articles-").removesuffix(".xml.gz"))
        if path == "/ar/video/1":
            return self.render("video.html", heading="شاهد: الموج يصل إلى الكورنيش")
        if path == "/ar/about":
            return self.about()
        if path.startswith("/ar/") and (section := section_named(path.removeprefix("/ar/"))):
            return self._listing(section)
        return None

    def _listing(self, section: str | None) -> Response:
        articles = self.edition.listed(section)[: self.page_size]
        return self.render("listing.html", self.newest(), articles=articles, section=section)

    def _xml(self, template: str, **values: Any) -> Response:
        return self.render(
            template,
            self.newest(),
            content_type="application/xml; charset=utf-8",
            **values,
        )

    def _parts(self) -> int:
        return max(1, -(-len(self.edition.listed()) // _PER_SITEMAP))

    def _part(self, number: str) -> Response | None:
        if not number.isdecimal() or not 1 <= int(number) <= self._parts():
            return None
        articles: list[DemoArticle] = self.edition.listed()[(int(number) - 1) * _PER_SITEMAP :][:_PER_SITEMAP]
        return self.render(
            "sitemap.xml",
            self.newest(),
            content_type="application/gzip",
            encode=lambda text: gzip.compress(text.encode(), mtime=0),
            articles=articles,
        )

    def robots_lines(self) -> tuple[str, ...]:
        """Where the sitemap is."""
        return ("", f"Sitemap: {self.edition.base}sitemap.xml")

    def other_pages(self) -> list[DemoPage]:
        """Home, sections, video, about, private, sitemaps."""
        return self.pages(
            ("", PageKind.HOME),
            ("ar/culture", PageKind.LISTING),
            ("ar/video/1", PageKind.VIDEO),
            ("ar/about", PageKind.ABOUT),
            ("private/drafts", PageKind.PRIVATE),
            ("sitemap.xml", PageKind.SITEMAP),
            ("sitemaps/news.xml", PageKind.SITEMAP),
            ("sitemaps/articles-1.xml.gz", PageKind.SITEMAP),
        )

    def seed(self) -> dict[str, object]:
        """The sitemap index."""
        return {"sitemaps": [f"{self.edition.base}sitemap.xml"]}
