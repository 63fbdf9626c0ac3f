"""How each made-up site looks: its addresses, its pages and its feeds."""

import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any, ClassVar, Final
from urllib.parse import quote

from crawler.demo.layout import Layout, Response, section_of
from crawler.demo.profiles import SECTIONS
from crawler.demo.truth import DemoArticle, DemoPage, PageKind
from crawler.model.period import ZONE

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
            return self.listing(None, "index.php?", page, categories=_CATEGORIES)
        if path == "/cat.php" and (section := _CATEGORIES.get(query.get("id", ""))):
            return self.listing(section, f"cat.php?id={query['id']}&", page, categories=_CATEGORIES)
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
            return self.listing(None, "/news", "1")
        if path == "/news":
            return self.listing(None, "/news", query.get("page"))
        if path == "/about":
            return self.about()
        if path == "/news/video-1":
            return self.render("video.html", heading="بالفيديو: جولة في الأسواق القديمة")
        if path.startswith("/section/") and (section := section_of(path.removeprefix("/section/"))):
            return self.listing(section, path, query.get("page"))
        if path.startswith("/news/"):
            return self.missing(200)
        return None

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
        if path.startswith("/ar/") and (section := section_of(path.removeprefix("/ar/"))):
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
        parts = path.strip("/").split("/")
        page = parts[parts.index("page") + 1] if "page" in parts[:-1] else None
        popular = self.edition.listed()[3:8]
        if path == "/" or parts[0] == "page":
            return self.listing(None, "", page, popular=popular)
        if parts[0] in {"category", "tag"} and (section := section_of("".join(parts[1:2]))):
            return self.listing(section, f"{parts[0]}/{parts[1]}/", page, popular=popular)
        # Any address that carries only tracking parameters shows the page without them.
        if query and all(key.startswith("utm_") for key in query) and self.edition.at(path):
            return self.respond(path)
        return None

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


_MOST_POSTS: Final = 100


def posts_answer(layout: Layout, query: dict[str, str]) -> Response:
    """Answer a request for posts as WordPress does: newest first, filtered by time, change and number."""
    size = min(int(query.get("per_page", "10")), _MOST_POSTS)
    start = (int(query.get("page", "1")) - 1) * size
    numbers = {int(number) for number in query.get("include", "").split(",") if number}
    posts = [
        article
        for article in layout.edition.listed()
        if (not numbers or article.id in numbers)
        if _clock(article.published_at) < query.get("before", "9")
        if _clock(article.published_at) > query.get("after", "0")
        if _clock(article.modified_at) > query.get("modified_after", "0")
    ]
    if start and start >= len(posts):
        body = {"code": "rest_post_invalid_page_number", "message": "رقم الصفحة أكبر من عدد الصفحات."}
        return Response(400, json.dumps(body).encode(), "application/json; charset=UTF-8")
    rows = [_row(layout, article) for article in posts[start : start + size]]
    counts = (("X-WP-Total", str(len(posts))), ("X-WP-TotalPages", str(-(-len(posts) // size))))
    return Response(200, json.dumps(rows).encode(), "application/json; charset=UTF-8", headers=counts)


def _row(layout: Layout, article: DemoArticle) -> dict[str, object]:
    content = layout.render(
        "content.html", article=article, related=layout.edition.related(article), number=article.id
    )
    category = {"taxonomy": "category", "name": article.section, "slug": SECTIONS[article.section]}
    return {
        "id": article.id,
        "date": _clock(article.published_at),
        "date_gmt": _clock(article.published_at, gmt=True),
        "modified": _clock(article.modified_at),
        "modified_gmt": _clock(article.modified_at, gmt=True),
        "link": article.url,
        "title": {"rendered": escape(article.title)},
        "content": {"rendered": content.body.decode(), "protected": False},
        "excerpt": {"rendered": f"<p>{article.paragraphs[0][:140]} [&hellip;]</p>"},
        "_embedded": {
            "author": [{"name": article.author}],
            "wp:term": [[category], [{**category, "taxonomy": "post_tag"}]],
        },
    }


def _clock(moment: datetime, *, gmt: bool = False) -> str:
    return f"{moment.astimezone(UTC if gmt else ZONE):%Y-%m-%dT%H:%M:%S}"


LAYOUTS: Final[dict[str, type[Layout]]] = {
    "wordpress": WordPress,
    "portal": Portal,
    "modern": Modern,
    "classic": Classic,
}
