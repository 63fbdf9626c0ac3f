"""A site as WordPress makes it: feed with paging, JSON-LD, related articles inside the article."""

from datetime import datetime
from typing import ClassVar
from urllib.parse import quote

from crawler.demo.layouts.base import Layout, Response, section_named
from crawler.demo.layouts.rest import posts_answer
from crawler.demo.truth import DemoPage, PageKind
from crawler.model.period import ZONE

_SLUG_WORDS = 7


class WordPress(Layout):
    """Addresses by date and headline; the headline comes again as a bold first paragraph."""

    family: ClassVar[str] = "wordpress"
    page_size: ClassVar[int] = 10

    @staticmethod
    def address(number: int, title: str, section: str, published_at: datetime) -> str:
        """The permalink: date and the first words of the headline."""
        del number, section
        words = "".join(letter if letter.isalnum() else " " for letter in title).split()
        return f"{published_at.astimezone(ZONE):%Y/%m/%d}/{quote('-'.join(words[:_SLUG_WORDS]))}/"

    def page(self, path: str, query: dict[str, str]) -> Response | None:
        """Home, categories, tags, feed, short links, a video post."""
        parts = path.strip("/").split("/")
        if path == "/" and query.get("p"):
            return self._short_link(query["p"])
        if path == "/feed/":
            return self._feed(query.get("paged"))
        if path == "/wp-json/wp/v2/posts" and self.rest:
            return posts_answer(self, query)
        if path == "/about/":
            return self.about()
        if path == "/video-harvest-from-above/":
            return self.render("video.html", heading="فيديو: موسم القطاف من الجو")
        page = parts[parts.index("page") + 1] if "page" in parts[:-1] else None
        if path == "/" or parts[0] == "page":
            return self._listing(None, "", page)
        if parts[0] == "category" and len(parts) > 1 and (section := section_named(parts[1])):
            return self._listing(section, f"category/{parts[1]}/", page)
        if parts[0] == "tag" and len(parts) > 1 and (section := section_named(parts[1])):
            return self._listing(section, f"tag/{parts[1]}/", page)
        # Any address that carries only tracking parameters shows the page without them.
        if query and all(key.startswith("utm_") for key in query) and self.edition.at(path):
            return self.respond(path)
        return None

    def _listing(self, section: str | None, path: str, page: str | None) -> Response | None:
        if (chunk := self.chunk(page, section)) is None:
            return None
        articles, number, older = chunk
        popular = self.edition.listed()[3:8]
        return self.render(
            "listing.html",
            self.newest(),
            articles=articles,
            page=number,
            older=older,
            path=path,
            section=section,
            popular=popular,
        )

    def _feed(self, page: str | None) -> Response | None:
        if (chunk := self.chunk(page)) is None:
            return None
        return self.render(
            "feed.xml",
            self.newest(),
            content_type="application/rss+xml; charset=UTF-8",
            articles=chunk[0],
            built=self.newest() or self.now,
        )

    def _short_link(self, number: str) -> Response | None:
        for article in self.edition.listed():
            if str(article.id) == number:
                return Response(301, b"", location=article.url)
        return None

    def robots_lines(self) -> tuple[str, ...]:
        """As WordPress has it."""
        return ("Disallow: /wp-admin/", "Allow: /wp-admin/admin-ajax.php")

    def other_pages(self) -> list[DemoPage]:
        """Home, listing, category, tag, video, about, private, feed."""
        return self.pages(
            ("", PageKind.HOME),
            ("page/2/", PageKind.LISTING),
            ("category/agriculture/", PageKind.LISTING),
            ("tag/economy/", PageKind.TAG),
            ("video-harvest-from-above/", PageKind.VIDEO),
            ("about/", PageKind.ABOUT),
            ("private/drafts/", PageKind.PRIVATE),
            ("feed/", PageKind.FEED),
        )

    def seed(self) -> dict[str, object]:
        """A feed, and the REST interface where it is offered."""
        rest = {"wordpress": True} if self.rest else {}
        return {"feeds": [f"{self.edition.base}feed/"], **rest}
