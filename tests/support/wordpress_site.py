"""A made-up WordPress site on loopback: posts over REST and as pages, sitemaps, a feed, a home page."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from tests.support.made_up_site import _WORDS, Answer, MadeUpSite

NEWEST = datetime(2024, 8, 1, 9, tzinfo=UTC)
APART = timedelta(hours=5)
FOOTER = "تابعوا صفحاتنا على مواقع التواصل الاجتماعي لتصلكم أخبار المدينة والريف أولاً بأول كل يوم"
LISTINGS = ("category/local/", "tag/market/", "author/editor/")
API = '<link rel="https://api.w.org/" href="/wp-json/">'


def _text(seed: int, words: int) -> str:
    return " ".join(random.Random(seed).choices(_WORDS, k=words))


@dataclass
class WordPress:
    """What the site answers; its faults may be changed while it is up.

    `refuses_above`: more posts at once are refused with a status of 400, in words of `refusal`. `hidden`:
    posts that REST counts and does not give. `rest`: whether the interface is open.
    """

    place: MadeUpSite
    count: int
    rest: bool = True
    refuses_above: int = 100
    refusal: object = None
    hidden: frozenset[int] = frozenset()
    footer: str = ""
    sitemaps: bool = True
    modified: dict[int, datetime] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)

    def path(self, number: int) -> str:
        """The path of a post; post 0 is the newest."""
        return f"/{self.moment(number):%Y/%m}/story-number-{number}-of-the-day/"

    def moment(self, number: int) -> datetime:
        """When a post was published."""
        return NEWEST - number * APART

    def get(self, target: str, _: object = None) -> Answer:
        """Answer a request."""
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.startswith("/wp-json/"):
            return self._rest(parts.path, query) if self.rest else _json({"code": "rest_no_route"}, 404)
        if parts.path.endswith(".xml"):
            return self._sitemap(parts.path) if self.sitemaps else Answer("not here", 404)
        if parts.path == "/feed/":
            return self._feed() if not query else Answer("not here", 404)
        if parts.path == "/robots.txt":
            return Answer(f"User-agent: *\nAllow: /\nSitemap: {self.place.base}/wp-sitemap.xml\n")
        pages = {self.path(number): number for number in range(self.count)}
        if parts.path in pages:
            return Answer(self._page(pages[parts.path]))
        if parts.path == "/" or parts.path[1:] in LISTINGS:
            links = "".join(
                f'<h2><a href="{self.path(n)}">{_text(n, 7)}</a></h2>' for n in range(min(10, self.count))
            )
            return Answer(f"<html><head><title>أخبار</title>{API}</head><body>{links}</body></html>")
        return Answer("not here", 404)

    def _paragraphs(self, number: int) -> str:
        lead = self.texts.get(number, "")
        parts = [lead, *(f"{_text(1000 * number + part, 35)}." for part in range(3)), self.footer]
        return "".join(f"<p>{part}</p>" for part in parts if part)

    def _page(self, number: int) -> str:
        title, url = _text(number, 7), self.place.base + self.path(number)
        return (
            f'<html lang="ar" dir="rtl"><head><title>{title}</title>{API}<link rel="canonical" href="{url}">'
            f'<meta property="og:type" content="article"><meta property="article:published_time" '
            f'content="{self.moment(number).isoformat()}"></head><body><article><h1>{title}</h1>'
            f'<div class="entry-content">{self._paragraphs(number)}</div></article></body></html>'
        )

    def _row(self, number: int) -> dict[str, object]:
        date = f"{self.moment(number) + timedelta(hours=3):%Y-%m-%dT%H:%M:%S}"
        modified = self.modified.get(number)
        changed = f"{modified + timedelta(hours=3):%Y-%m-%dT%H:%M:%S}" if modified else date
        return {
            "id": 5000 - number,
            "date": date,
            "modified": changed,
            "link": self.place.base + self.path(number),
            "title": {"rendered": _text(number, 7)},
            "content": {"rendered": self._paragraphs(number), "protected": False},
            "_embedded": {"author": [{"name": "هيئة التحرير"}], "wp:term": [[]]},
        }

    def _rest(self, path: str, query: Mapping[str, str]) -> Answer:
        if path != "/wp-json/wp/v2/posts":
            return _json({"code": "rest_no_route"}, 404)
        size, page = int(query.get("per_page", "10")), int(query.get("page", "1"))
        if size > self.refuses_above:
            return _json(self.refusal, 400)
        numbers = {int(number) for number in query.get("include", "").split(",") if number}
        rows = [self._row(number) for number in range(self.count)]
        rows = [
            row
            for row in rows
            if not numbers or row["id"] in numbers
            if str(row["date"]) < query.get("before", "9") and str(row["date"]) > query.get("after", "0")
            if str(row["modified"]) > query.get("modified_after", "0")
        ]
        headers = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(-(-len(rows) // size))}
        given = rows[(page - 1) * size : page * size]
        return _json([row for row in given if row["id"] not in self.hidden], 200, headers)

    def _sitemap(self, path: str) -> Answer:
        base = self.place.base
        names = {
            "/wp-sitemap-posts-post-1.xml": [self.path(number)[1:] for number in range(self.count)],
            "/wp-sitemap-taxonomies-category-1.xml": LISTINGS[:1],
            "/wp-sitemap-taxonomies-post_tag-1.xml": LISTINGS[1:2],
            "/wp-sitemap-users-1.xml": LISTINGS[2:],
        }
        if path == "/wp-sitemap.xml":
            return _xml("sitemapindex", "sitemap", [f"{base}{name}" for name in names])
        if path not in names:
            return Answer("not here", 404)
        return _xml("urlset", "url", [f"{base}/{name}" for name in names[path]])

    def _feed(self) -> Answer:
        items = "".join(
            f"<item><title>{_text(number, 7)}</title><link>{self.place.base}{self.path(number)}</link></item>"
            for number in range(min(10, self.count))
        )
        return Answer(f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>')


def _json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(json.dumps(value), status, {"Content-Type": "application/json", **(headers or {})})


def _xml(root: str, kind: str, urls: Sequence[str]) -> Answer:
    rows = "".join(f"<{kind}><loc>{url}</loc></{kind}>" for url in urls)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return Answer(
        f'<?xml version="1.0"?><{root} xmlns="{space}">{rows}</{root}>',
        headers={"Content-Type": "application/xml"},
    )
