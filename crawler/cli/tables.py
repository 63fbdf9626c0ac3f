"""Tables and lines that say how a crawl went."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from crawler.article import Disposition
from crawler.config import Settings
from crawler.operations.crawl import log_path
from crawler.spiders.job import CrawlReport
from crawler.spiders.verdict import HEALTHY


def crawl_table(reports: Sequence[CrawlReport]) -> Table:
    """A line a site: what was found, taken, and how the pages ended; a last line adds them up."""
    shown = [kind for kind in Disposition if any(report.count(kind) for report in reports)]
    table = Table(
        box=box.SIMPLE_HEAD, header_style="bold", padding=(0, 1), collapse_padding=True, pad_edge=False
    )
    # The verdict stands where no narrow terminal cuts it off.
    table.add_column("site", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    left = any(report.left for report in reports)
    for name in ("new", "pages", *shown, *(("left",) if left else ()), "time"):
        table.add_column(str(name).replace("_", "\n"), justify="right", overflow="fold")
    for report in reports:
        style = "green" if report.verdict in HEALTHY else "red"
        table.add_row(
            report.site,
            Text(report.verdict.replace("_", " "), style=style),
            str(report.discovered),
            str(report.taken),
            *(str(report.count(kind)) for kind in shown),
            *((str(report.left),) if left else ()),
            f"{report.seconds:.0f}s",
        )
    if len(reports) > 1:
        table.add_section()
        table.add_row(
            "all",
            "",
            str(sum(report.discovered for report in reports)),
            str(sum(report.taken for report in reports)),
            *(str(sum(report.count(kind) for report in reports)) for kind in shown),
            *((str(sum(report.left for report in reports)),) if left else ()),
            "",
            style="bold",
        )
    return table


def problem_lines(
    reports: Sequence[CrawlReport], settings: Settings, *, all_of_them: bool = False
) -> Iterator[str]:
    """Sentences about what went wrong: a site's verdict, its sources, and with -v each page."""
    for report in reports:
        if report.verdict not in HEALTHY:
            yield f"{report.site}: {report.verdict.replace('_', ' ')}: {report.verdict_reason}"
        elif report.outcome != "finished" and report.reason:
            yield f"{report.site}: {report.reason}"
        elif report.sources and not report.taken and not report.discovered:
            yield f"{report.site}: nothing new since the last crawl ({report.requests} requests)"
        for source in report.sources:
            if source.error:
                yield f"{report.site}: the {source.kind} {source.url} could not be read: {source.error}"
            if source.note:
                yield f"{report.site}: {source.kind} {source.url}: {source.note}"
        if report.problems and all_of_them:
            yield from (f"{report.site}: {problem}" for problem in report.problems)
        elif report.problems:
            yield f"{report.site}: {report.problems[0]} (-v: all; log: {log_path(settings, report.site)})"
