"""Made-up news sites for measuring crawlers: served by a process of their own, from memory, with latency.

    python -m benchmarks.sites --sites 10 --pages 1000 --latency 0.05

Prints one line of JSON (the sites' addresses) when it is ready, and ends with its standard input. Each site
has a template of its own in the dress of real ones: a menu, a sidebar of headlines, share buttons, related
articles, scripts and styles. A page has 60 to 80 KB and costs trafilatura 34 ms in the mean where the hand-checked
real pages of the shared collection cost it 36 in the median (and 137 in the mean). All have robots.txt, a sitemap index, an RSS feed, and WordPress's REST interface; the pages themselves do not name the latter, so that
a crawl over sitemaps stays one.
"""

import argparse
import asyncio
import json
import random
import sys
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from hashlib import blake2b
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from crawler.demo.dates import long_date
from crawler.demo.stories import Story, generate_story

PER_SITEMAP = 500
PER_FEED = 50
START = datetime(2024, 11, 1, 12, tzinfo=UTC)
"""When the newest article was published; the others reach back from there."""

_SECTIONS = (
    "محليات",
    "سياسة",
    "اقتصاد",
    "ثقافة",
    "رياضة",
    "صحة",
    "تعليم",
    "زراعة",
    "طقس",
    "منوعات",
    "رأي",
    "تحقيقات",
)
_STYLE = "".join(
    f".c{number}{{margin:{number % 9}px;color:#{number * 7919 % 4096:03x};font:1{number % 7}px Tahoma}}\n"
    for number in range(160)
)
_SCRIPT = "".join(
    f"window.q=window.q||[];q.push(['track',{number},'widget-{number % 13}']);\n" for number in range(120)
)


@dataclass(slots=True)
class Page:
    """One article of a site."""

    path: str
    number: int
    published: datetime
    story: Story


@dataclass(slots=True)
class BenchmarkSite:
    """One site: its articles and every answer it gives."""

    index: int
    base: str
    pages: list[Page]
    answers: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def build(self) -> None:
        """Render everything once: what is measured is the crawler."""
        names = [f"sitemap-{part}.xml" for part in range(-(-len(self.pages) // PER_SITEMAP))]
        index = "".join(f"<sitemap><loc>{self.base}{name}</loc></sitemap>" for name in names)
        schema = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        self._put(
            "/robots.txt",
            f"User-agent: *\nDisallow: /admin/\nSitemap: {self.base}sitemap.xml\n",
            "text/plain",
        )
        self._put("/sitemap.xml", f"<sitemapindex {schema}>{index}</sitemapindex>", "application/xml")
        for part, name in enumerate(names):
            rows = "".join(
                f"<url><loc>{self.base}{page.path}</loc><lastmod>{page.published.isoformat()}</lastmod></url>"
                for page in self.pages[part * PER_SITEMAP : (part + 1) * PER_SITEMAP]
            )
            self._put(f"/{name}", f"<urlset {schema}>{rows}</urlset>", "application/xml")
        items = "".join(
            f"<item><title>{escape(page.story.titles[0])}</title><link>{self.base}{page.path}</link>"
            f"<pubDate>{format_datetime(page.published)}</pubDate></item>"
            for page in self.pages[:PER_FEED]
        )
        feed = f'<rss version="2.0"><channel><title>{self.name}</title>{items}</channel></rss>'
        self._put("/feed", feed, "application/rss+xml")
        for place, page in enumerate(self.pages):
            self._put(f"/{page.path}", self._article(place, page))
        self._put("/", self._frame(self.name, "", self._headlines(0, 30)))

    @property
    def name(self) -> str:
        """What the site is called."""
        return f"صحيفة المقياس {self.index + 1}"

    def posts(self, query: dict[str, list[str]]) -> bytes:
        """Answer WordPress's REST interface."""
        before, after = query.get("before", ["9"])[0], query.get("modified_after", ["0"])[0]
        size, number = int(query.get("per_page", ["10"])[0]), int(query.get("page", ["1"])[0])
        found = [page for page in self.pages if after < page.published.isoformat()[:19] < before]
        rows = [self._row(page) for page in found[(number - 1) * size : number * size]]
        return json.dumps(rows).encode()

    def _row(self, page: Page) -> dict[str, Any]:
        time = page.published.isoformat()[:19]
        content = "".join(f"<p>{escape(part)}</p>" for part in page.story.paragraphs)
        return {
            "id": page.number, "date": time, "date_gmt": time, "modified": time, "modified_gmt": time,
            "link": f"{self.base}{page.path}",
            "title": {"rendered": escape(page.story.titles[0])},
            "content": {"rendered": content, "protected": False},
            "excerpt": {"rendered": f"<p>{escape(page.story.paragraphs[0][:150])}</p>"},
            "_embedded": {
                "author": [{"name": "سعاد الحلبي"}],
                "wp:term": [[{"taxonomy": "category", "name": page.story.section, "slug": "s"}]],
            },
        }  # fmt: skip

    def _put(self, path: str, text: str, kind: str = "text/html") -> None:
        self.answers[path] = (f"{kind}; charset=utf-8", text.encode())

    def _article(self, place: int, page: Page) -> str:
        story, kind = page.story, self.index % 5
        title, time, link = escape(story.titles[0]), page.published.isoformat(), f"{self.base}{page.path}"
        head = f'<meta property="og:title" content="{title}"><link rel="canonical" href="{link}">'
        if kind in (0, 1):
            head += '<meta property="og:type" content="article">'
            head += f'<meta property="article:published_time" content="{time}">'
        if kind in (1, 3):
            told = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": story.titles[0],
                    "datePublished": time, "author": {"@type": "Person", "name": "سعاد الحلبي"}}  # fmt: skip
            head += f'<script type="application/ld+json">{json.dumps(told, ensure_ascii=False)}</script>'
        related = f"<h3>مقالات ذات صلة</h3>{self._headlines(place + 1, 6)}"
        share = '<div class="share"><span>شارك هذا الخبر</span><a href="#f">فيسبوك</a><a href="#t">تويتر</a></div>'
        picture = f'<figure><img src="/i/{page.number}.jpg" alt=""><figcaption>أرشيف</figcaption></figure>'
        body = "".join(f"<p>{escape(part)}</p>" for part in story.paragraphs)
        if kind in (0, 1):
            main = (
                f'<article class="post hentry"><h1 class="entry-title">{title}</h1><div class="entry-meta">'
                f'<span class="author">سعاد الحلبي</span> <time datetime="{time}">{long_date(page.published)}</time>'
                f'</div>{picture}<div class="entry-content">{body}{share}</div>'
                f'<section class="related">{related}</section></article>'
            )
        elif kind in (2, 3):
            main = (
                f'<div class="newsDetails"><h1>{title}</h1><div class="info"><span>{long_date(page.published)}</span>'
                f'<span>سعاد الحلبي</span></div>{picture}<div class="txt">{body}</div>{share}'
                f'<div class="more">{related}</div></div>'
            )
        else:
            lines = "<br><br>".join(escape(part) for part in story.paragraphs)
            main = (
                f'<table width="100%"><tr><td><font size="5"><b>{title}</b></font><br><font size="2">'
                f'{long_date(page.published)} - سعاد الحلبي</font></td></tr><tr><td>{picture}<div id="newsbody">'
                f"{lines}</div>{share}</td></tr><tr><td>{related}</td></tr></table>"
            )
        return self._frame(f"{title} | {self.name}", head, main)

    def _headlines(self, start: int, count: int) -> str:
        pages = [self.pages[(start + step) % len(self.pages)] for step in range(min(count, len(self.pages)))]
        links = (f'<li><a href="/{page.path}">{escape(page.story.titles[1])}</a></li>' for page in pages)
        return f"<ul>{''.join(links)}</ul>"

    def _cards(self, start: int, count: int) -> str:
        """Headlines with picture, section and date, as themes print them."""
        pages = [self.pages[(start + step) % len(self.pages)] for step in range(min(count, len(self.pages)))]
        return "".join(
            f'<div class="card c{page.number % 7}"><div class="thumb"><a href="/{page.path}"><img src="/i/{page.number}.jpg"'
            f' alt="" width="300" height="200" loading="lazy" srcset="/i/{page.number}-300.jpg 300w, /i/{page.number}-600.jpg 600w">'
            f'</a></div><div class="details"><span class="cat"><i class="icon"></i>{_SECTIONS[page.number % 12]}</span>'
            f'<h5><a href="/{page.path}">{escape(page.story.titles[1])}</a></h5><div class="meta"><span>'
            f"<i></i>{page.published:%d/%m/%Y}</span><span><i></i>{page.number % 90}</span></div></div></div>"
            for page in pages
        )

    def _frame(self, title: str, head: str, main: str) -> str:
        menu = "".join(
            f'<li class="m{n}"><a href="/section/{n}/">{name}</a></li>' for n, name in enumerate(_SECTIONS)
        )
        deep = "".join(f'<div class="c{n}"><span class="i"></span>' for n in range(4 + self.index))
        blocks = "".join(
            f'<div class="widget w{n}"><div class="widget-title"><h4><span>{_SECTIONS[n]}</span></h4></div>'
            f"{self._cards(n * 10, 10)}</div>"
            for n in range(7 + self.index % 4)
        )
        aside = f'<aside class="side"><h3>الأكثر قراءة</h3>{self._headlines(0, 20)}{blocks}</aside>'
        footer = f"<footer><ul>{menu}</ul><p>جميع الحقوق محفوظة © {self.name} 2024</p></footer>"
        return (
            f'<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{title}</title>{head}'
            f"<style>{_STYLE}</style><script>{_SCRIPT}</script></head><body><header><nav><ul>{menu}</ul></nav></header>"
            f"{deep}<main>{main}</main>{aside}{'</div>' * (4 + self.index)}{footer}<script>{_SCRIPT}</script></body></html>"
        )


def make_pages(site: int, count: int, seed: int) -> list[Page]:
    """The articles of a site, the newest first; one in ten is a story that another site has as well."""
    chance = random.Random(f"{seed}/{site}")
    pages = []
    for place in range(count):
        published = START - timedelta(minutes=30 * place + site)
        shared = chance.random() < 0.1
        number = place if shared else 1_000_000 * (site + 1) + place
        story = generate_story(seed, number, published)
        # Articles of the outlets in the seeds have 300 words in the median: two of the generator's make one.
        more = generate_story(seed, number + 500_000, published)
        story = replace(story, paragraphs=story.paragraphs + more.paragraphs[1:])
        number = 100_000 - place
        slug = blake2b(f"{site}/{place}".encode(), digest_size=6).hexdigest()
        path = f"{published:%Y/%m/%d}/{slug}-{number}/" if site % 2 else f"news/{number}"
        pages.append(Page(path, number, published, story))
    return pages


async def serve(count: int, pages: int, latency: float, seed: int) -> None:
    """Serve the sites until standard input ends."""
    sites: list[BenchmarkSite] = []
    servers = []
    for index in range(count):
        site = BenchmarkSite(index, "", make_pages(index, pages, seed))
        server = await asyncio.start_server(partial(_converse, site, latency), "127.0.0.1", 0)
        site.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        site.build()
        sites.append(site)
        servers.append(server)
    print(
        json.dumps({"sites": [site.base for site in sites], "names": [site.name for site in sites]}),
        flush=True,
    )
    await asyncio.to_thread(sys.stdin.read)
    for server in servers:
        server.close()


async def _converse(
    site: BenchmarkSite, latency: float, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            target = urlsplit(head.split(" ", 2)[1])
            await asyncio.sleep(latency)
            if target.path == "/wp-json/wp/v2/posts":
                kind, body = "application/json", site.posts(parse_qs(target.query))
            else:
                kind, body = site.answers.get(target.path, ("text/html", b""))
            etag = blake2b(body, digest_size=8).hexdigest()
            status = "200 OK" if body else "404 Not Found"
            if etag in head:
                status, body = "304 Not Modified", b""
            writer.write(
                f'HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nETag: "{etag}"\r\n'
                f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sites", type=int, default=10)
    parser.add_argument("--pages", type=int, default=1000, help="articles of each site")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds before each answer")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.sites, arguments.pages, arguments.latency, arguments.seed))


if __name__ == "__main__":
    main()
