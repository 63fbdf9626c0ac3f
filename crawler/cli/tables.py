"""Tables and lines that say how a crawl went."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from crawler.cli.output import Column, RowTable
from crawler.health.report import CrawlReport
from crawler.health.verdict import HEALTHY
from crawler.model.article import Disposition
from crawler.model.crawl import CrawlOutcome
from crawler.operations.crawling.crawl import log_path
from crawler.settings import Settings
from crawler.storage.crawls import NEW


def crawl_table(reports: Sequence[CrawlReport]) -> RowTable:
    """A line a site: its verdict, what was taken, how the pages ended; a last line adds them up.

    ``new`` are articles, stored or marked as duplicates; ``discovered`` are addresses not known before.
    """
    shown = [kind for kind in Disposition if any(report.count(kind) for report in reports)]
    left = any(report.left for report in reports)
    numbers = ("new", "discovered", "pages", *shown, *(("left",) if left else ()))
    table = RowTable(
        [
            Column("site"),
            Column("verdict"),
            *(Column(str(name).replace("_", "\n"), right=True) for name in (*numbers, "time")),
        ]
    )
    for report in reports:
        table.add_row(
            report.site,
            Text(report.verdict.replace("_", " "), style="green" if report.verdict in HEALTHY else "red"),
            *(str(number) for number in _numbers([report], shown, left=left)),
            f"{report.seconds:.0f}s",
        )
    if len(reports) > 1:
        table.add_total("all", "", *(str(number) for number in _numbers(reports, shown, left=left)), "")
    return table


def _numbers(reports: Sequence[CrawlReport], shown: Sequence[Disposition], *, left: bool) -> Iterator[int]:
    yield sum(report.count(kind) for report in reports for kind in NEW)
    yield sum(report.discovered for report in reports)
    yield sum(report.taken for report in reports)
    for kind in shown:
        yield sum(report.count(kind) for report in reports)
    if left:
        yield sum(report.left for report in reports)


def problem_lines(
    reports: Sequence[CrawlReport], settings: Settings, *, all_of_them: bool = False
) -> Iterator[str]:
    """Sentences about what went wrong: a site's verdict, its sources, and with -v each page."""
    for report in reports:
        if report.verdict not in HEALTHY:
            yield f"{report.site}: {report.verdict.replace('_', ' ')}: {report.verdict_reason}"
        elif report.outcome is not CrawlOutcome.FINISHED and report.reason:
            yield f"{report.site}: {report.reason}"
        elif report.sources and not report.taken and not report.discovered:
            yield f"{report.site}: nothing new since the last crawl ({report.requests} requests)"
        of_sources = [source.problem for source in report.sources if source.problem]
        if report.became_duplicates:
            yield (
                f"{report.site}: {report.became_duplicates} articles stored before are duplicates now: what "
                "they repeat was published earlier and came later"
            )
        for source in report.sources:
            if source.problem:
                yield f"{report.site}: {source.problem}"
            if source.note:
                yield f"{report.site}: {source.kind} {source.url}: {source.note}"
        problems = [problem for problem in report.problems if problem not in of_sources]
        if problems and all_of_them:
            yield from (f"{report.site}: {problem}" for problem in problems)
        elif problems:
            yield f"{report.site}: {problems[0]} (-v: all; log: {log_path(settings, report.site)})"
