"""The verdict on one crawl: does this site still work for us, and if not, what is wrong?"""

from crawler.article import Disposition
from crawler.spiders.job import CrawlReport

HEALTHY = frozenset({"ok"})
"""Verdicts that need nobody's attention; any other makes `khabar` exit with 3."""

MOSTLY = 0.5
"""A kind of failure that more than half of the pages share is the site's, not a page's."""

MANY = 10
"""Fewer pages than this that are all no articles say little about a site."""


def judge(report: CrawlReport) -> tuple[str, str | None]:
    """Return the verdict on a crawl and, unless it is ``ok``, a sentence that says why."""
    if report.outcome in ("store_lost", "died", "error", "lease_held", "lease_lost"):
        return report.outcome, report.reason
    if report.outcome == "told_to_wait":
        return "blocked", report.reason
    asked = report.sources
    failed = [source for source in asked if source.error]
    counts = {disposition: report.count(disposition) for disposition in Disposition}
    read = sum(
        counts[d]
        for d in (Disposition.STORED, Disposition.DUPLICATE, Disposition.REVISED, Disposition.UNCHANGED)
    )
    if asked and len(failed) == len(asked) and not read:
        return "unreachable", f"no source of pages answered: {failed[0].url}: {failed[0].error}"
    if asked and not any(source.found or source.unchanged for source in asked) and not report.taken:
        return "nothing_discovered", "the sources answered, and none of them names a page"
    if report.taken:
        for disposition, word in ((Disposition.BLOCKED, "blocked"), (Disposition.FAILED, "failing")):
            if counts[disposition] > MOSTLY * report.taken:
                return (
                    word,
                    f"{counts[disposition]} of {report.taken} pages ended as {disposition}{_example(report)}",
                )
        if report.taken >= MANY and not read:
            return "nothing_extracted", f"{report.taken} pages were fetched and none of them gave an article"
    return "ok", None


def _example(report: CrawlReport) -> str:
    return f", for example {report.problems[0]}" if report.problems else ""
