"""`khabar status SITE`: what the sources named."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rich.console import Console

from crawler.cli.status import StatusTables
from crawler.discovery.accounting import AddressCounts, AddressOutcome
from crawler.health.report import SourceReport
from crawler.html.sentences import in_language
from crawler.model.crawl import SourceKind
from crawler.operations.crawling.status import CrawlSummary, SiteStatus

NOW = datetime(2024, 12, 4, tzinfo=UTC)


def test_each_source_of_the_latest_crawl_is_shown_with_what_became_of_its_addresses() -> None:
    moved, well = (
        SourceReport("https://sada.example/%D8%AE", SourceKind.FEED),
        SourceReport("https://sada.example/", SourceKind.LISTING),
    )
    counts = AddressCounts()
    counts.count_off_site("new.example", 7)
    moved.add(counts)
    counts = AddressCounts()
    counts.count(AddressOutcome.NEW, 2)
    well.add(counts)
    for source in (moved, well):
        source.conclude()
    crawls = [
        CrawlSummary(NOW, NOW, "recrawl", "ok", None, 1, 0, 2),
        CrawlSummary(NOW, NOW, "manual", "ok", None, 2, 2, 4, sources=(moved, well)),
    ]
    status = SiteStatus("sada", "صدى", "ok", healthy=True, enabled=True, crawls=crawls)
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(StatusTables("en").crawls(replace(status, zone=ZoneInfo("Asia/Damascus"))))
    assert "started (Asia/Damascus)" in (text := console.export_text())
    assert "12-04 03:00" in text
    heading, *lines = [str(line) for line in StatusTables("en").source_lines(status)]
    assert heading == "sada: what the sources named"
    assert lines == [
        "  feed https://sada.example/خ: moved; 7 off site; off the site: new.example 7; "
        "all that it names is off the site: 7 addresses at new.example",
        "  listing https://sada.example/: ok; 2 new",
    ]
    heading, *lines = [str(line) for line in StatusTables("ar").source_lines(status)]
    assert heading == "\u2068sada\u2069: ما سمّته المصادر"
    assert lines == [
        "  الخلاصة \u2068https://sada.example/خ\u2069: انتقل؛ "
        "7 خارج الموقع؛ خارج الموقع: \u2068new.example\u2069 7؛ " + in_language(moved.error or "", "ar"),
        "  صفحة القوائم \u2068https://sada.example/\u2069: سليم؛ 2 جديد",
    ]


def test_the_marks_of_stored_articles_are_counted() -> None:
    marks = {"paywalled": 1200, "live_blog": 3}
    status = SiteStatus("sada", "صدى", "ok", healthy=True, enabled=True, marks=marks)
    assert status.as_json()["marks"] == marks
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(StatusTables("en").marks(status))
    words = console.export_text().split()
    assert "sada:" in words
    assert words[words.index("paywalled") + 1] == "1,200"
    assert words[words.index("blog") + 1] == "3"
