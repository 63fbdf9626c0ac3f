"""What the lines under a crawl's table say."""

from crawler.cli.tables import problem_lines
from crawler.health.report import CrawlReport, SourceReport
from crawler.model.crawl import SourceKind
from crawler.settings import Settings


def _lines(**fields: object) -> list[str]:
    report = CrawlReport(site="souq", **fields)  # type: ignore[arg-type]
    return list(problem_lines([report], Settings()))


def test_a_crawl_that_found_nothing_new_says_so_and_what_it_cost() -> None:
    asked = SourceReport("https://souq.example/feed", SourceKind.FEED, found=10, unchanged=True)
    assert _lines(sources=[asked], requests=3) == ["souq: nothing new since the last crawl (3 requests)"]
    assert _lines(sources=[asked], requests=9, discovered=2, taken=2) == []
    assert _lines(requests=3) == [], "nothing was asked for new pages"


def test_articles_that_became_duplicates_are_counted_beside_those_that_came_as_such() -> None:
    (line,) = _lines(discovered=2, taken=2, became_duplicates=3)
    assert line.startswith("souq: 3 articles stored before are duplicates now")


def test_why_a_source_was_not_read_to_its_end_is_told() -> None:
    asked = SourceReport(
        "https://souq.example/", SourceKind.LISTING, found=4, new=4, note="its paging ends here"
    )
    assert _lines(sources=[asked], discovered=4, taken=4) == [
        "souq: listing https://souq.example/: its paging ends here"
    ]
