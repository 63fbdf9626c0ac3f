"""Feeds and sitemaps that expand, or reach for files: their pages are found, and nothing else happens."""

import gzip

from crawler.model.article import Disposition
from crawler.model.job import Job
from crawler.operations.crawling.crawl import crawl
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.made_up_site import Answer, made_up_site

PATHS = [f"/2024/03/05/{name}-story-of-the-day" for name in ("first", "second", "third")]
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
DOCTYPE = f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}<!ENTITY file SYSTEM "file:///etc/passwd">]>'
"""A billion laughs and more, and an external entity."""


def _document(content: str) -> bytes:
    return f'<?xml version="1.0"?>{DOCTYPE}{content}'.encode()


def test_sources_that_expand_name_their_pages_and_those_without_end_are_told(
    settings: Settings, stores: Stores
) -> None:
    with made_up_site() as place:
        feed, plain, packed = (place.article(path) for path in PATHS)

        def urls(url: str) -> bytes:
            row = f"<url><loc>{url}</loc><lastmod>&l11;&file;</lastmod></url>"
            return _document(f"<urlset>{row}</urlset>")

        item = f"<item><title>&file; &l11;</title><link>{feed}</link></item>"
        answers = {
            "/feed": _document(f"<rss version='2.0'><channel><title>&l11;</title>{item}</channel></rss>"),
            "/plain.xml": urls(plain),
            "/packed.xml.gz": gzip.compress(urls(packed)),
            "/bomb.xml.gz": gzip.compress(b"<urlset>" + b" " * (128 * 1024 * 1024), 9),
        }
        for path, body in answers.items():
            place.answers[path] = Answer(body, headers={"Content-Type": "application/xml"})
        sitemaps = [place.base + path for path in list(answers)[1:]]
        (report,) = crawl([Job(site=place.site(feeds=[f"{place.base}/feed"], sitemaps=sitemaps))], settings)
        assert report.count(Disposition.STORED) == len(PATHS), report
        found = {source.url.removeprefix(place.base): source.found for source in report.sources}
        assert found == {"/feed": 1, "/plain.xml": 1, "/packed.xml.gz": 1, "/bomb.xml.gz": 0}
        assert any(
            "bomb.xml.gz: it is cut off, or names more than a sitemap may" in told for told in report.problems
        )
        kept = str([*stores.db.pages.find({}), *stores.db.articles.find({})])
        assert "root:" not in kept
        assert "haha" not in kept
