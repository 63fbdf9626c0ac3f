"""The progress bars of a crawl, on stderr."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from crawler.health.report import CrawlReport


class CrawlProgress:
    """One bar a site; listens to `crawler.operations.crawling.crawl`.

    Args:
        console: Where to draw; a console that is no terminal gets a line when a site is done.
        names: The sites' names, by id.
        quiet: Draw nothing.
    """

    def __init__(self, console: Console, names: dict[str, str], *, quiet: bool = False) -> None:
        self._console = console
        self._names = names
        self._quiet = quiet
        self._tasks: dict[str, TaskID] = {}
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[site]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
            disable=quiet or not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bars.stop()

    def notice(self, sentence: str) -> None:
        """Print a sentence above the bars."""
        self._bars.console.print(sentence, style="yellow", markup=False)

    def started(self, site: str) -> None:
        """Draw the site's bar."""
        self._tasks[site] = self._bars.add_task(site, total=None, site=site, note="")

    def progressed(self, site: str, taken: int, queued: int, counts: dict[str, int]) -> None:
        """Move the site's bar."""
        note = "  ".join(f"{count} {name}" for name, count in counts.items())
        self._bars.update(self._tasks[site], completed=taken, total=max(queued, taken), note=note)

    def finished(self, report: CrawlReport) -> None:
        """Fill the site's bar, or print a line where there are no bars."""
        if report.site in self._tasks:
            taken = max(report.taken, 1)
            self._bars.update(self._tasks[report.site], completed=taken, total=taken, note=report.verdict)
        if not self._quiet and not self._console.is_terminal:
            self._console.print(f"{report.site}: {report.taken} pages, {report.verdict}", markup=False)
