"""The verdict on one crawl: does this site still work for us, and if not, what is wrong?

First from the crawl's own counts, then by comparison with the site's earlier crawls.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from crawler.discovery.accounting import SourceVerdict
from crawler.fetch.outcome import BLOCKING_STATUS
from crawler.health.quality import RECENT, Sampled, judge_quality
from crawler.health.report import CrawlReport
from crawler.model.article import Disposition
from crawler.model.crawl import CrawlKind, CrawlOutcome, Verdict
from crawler.storage.crawls import PastCrawl

HEALTHY = frozenset({Verdict.OK, Verdict.STOPPED})
"""Verdicts that need nobody's attention; any other makes `khabar` exit with 3."""

QUALITY = frozenset({Verdict.DATES_MISSING, Verdict.BODIES_SHORT, Verdict.BOILERPLATE})
"""Verdicts on what articles say; a crawl without new articles leaves them as they are."""

OURS = frozenset(
    {
        CrawlOutcome.STORE_LOST,
        CrawlOutcome.LEASE_HELD,
        CrawlOutcome.LEASE_LOST,
        CrawlOutcome.STOPPED,
    }
)
"""Outcomes that say something of us and nothing of the site."""

ENDED_BY_SOURCES = frozenset(
    {
        Verdict.NOTHING_DISCOVERED,
        Verdict.MOVED,
        Verdict.UNREACHABLE,
        Verdict.BLOCKED,
        Verdict.FAILING,
        Verdict.NOTHING_FETCHED,
        Verdict.SOURCE_FAILING,
    }
)
"""Verdicts that end only by a crawl in which a source names pages of the site."""

SOURCE_PATIENCE = timedelta(days=1)
"""A source of several that has named no page for so long is a verdict on its site: an outage or a cache that
was emptied is over by then, and a feed of a site that publishes at all is not empty for a day."""

SAID_BY_OUTCOME = frozenset(
    {
        CrawlOutcome.STORE_LOST,
        CrawlOutcome.DIED,
        CrawlOutcome.ERROR,
        CrawlOutcome.LEASE_HELD,
        CrawlOutcome.LEASE_LOST,
        CrawlOutcome.UNREACHABLE,
        CrawlOutcome.BLOCKED,
        CrawlOutcome.FAILING,
        CrawlOutcome.SAME_PAGE_EVERYWHERE,
    }
)
"""Outcomes that are verdicts themselves."""

MOSTLY = 0.5
"""A kind of failure that more than half of the pages share is the site's, not a page's."""

MANY = 10
"""Fewer pages than this that are all no articles say little about a site."""

ENDED_BY_PAGES = frozenset({Verdict.SAME_PAGE_EVERYWHERE, Verdict.PAGES_REPLACED})
"""Verdicts that last until a page says again what is stored, or something of its own: what waits is not asked
for in each crawl, and silence would pass for health."""

FEW_ALIKE = 2
"""Pages from which a text under several addresses says something of the site."""

SEVERAL = 4
"""The same for a site most of whose pages have been articles so far."""

EXPECTED = 10
"""New articles that must be due before their lack is told: with fewer, chance alone empties a day."""

FEWER = 0.2
"""Fewer than this share of the usual number is told. Of ten expected, two or fewer come by chance in one
case of 360 (Poisson); Fridays and holidays stay above it."""

REGULAR = frozenset({CrawlKind.SCHEDULED, CrawlKind.MANUAL})
"""Crawls that bring what was published since the one before; a backfill brings old articles at once."""

LONGEST_LOOK = timedelta(days=30)
"""How far back a site's history is read."""


def judge(
    report: CrawlReport,
    past: Sequence[PastCrawl] = (),
    sample: Sequence[Sampled] = (),
    now: datetime | None = None,
) -> tuple[Verdict, str | None]:
    """Return the verdict on a crawl and, unless it is ``ok``, a sentence that says why.

    Args:
        report: How the crawl went.
        past: The site's finished crawls of the last `LONGEST_LOOK`, oldest first.
        sample: Figures of some of the crawl's new articles.
        now: When the crawl ended.
    """
    moment = now or datetime.now(UTC)
    return (
        _by_outcome(report)
        or _by_sources(report)
        or _by_counts(report, past)
        or _carried_over(report, past)
        or _by_history(report, past, sample, moment)
        or _by_lasting_failures(report, moment)
        or (Verdict.OK, None)
    )


def _by_outcome(report: CrawlReport) -> tuple[Verdict, str | None] | None:
    if report.outcome in SAID_BY_OUTCOME or report.outcome is CrawlOutcome.STOPPED:
        return Verdict(report.outcome), report.reason
    if report.outcome is CrawlOutcome.TOLD_TO_WAIT:
        return Verdict.BLOCKED, report.reason
    return None


def _by_sources(report: CrawlReport) -> tuple[Verdict, str] | None:
    """What is wrong where no source names a page of the site."""
    judged = [source for source in report.sources if source.verdict is not None]
    if not judged or any(source.names_pages for source in report.sources):
        return None
    failed = [source for source in judged if source.verdict is SourceVerdict.FAILED]
    if len(failed) == len(judged) and not _count_read(report):
        blocked = all(source.error in BLOCKING_STATUS.values() for source in failed)
        return (
            Verdict.BLOCKED if blocked else Verdict.UNREACHABLE,
            f"no source of pages answered: {failed[0].url}: {failed[0].error}",
        )
    moved = [source for source in judged if source.verdict is SourceVerdict.MOVED]
    if moved:
        host = Counter(source.moved_to for source in moved).most_common(1)[0][0] or "other hosts"
        return Verdict.MOVED, (
            f"no source names a page of the site, and {len(moved)} of {len(judged)} lead to {host}; "
            f"`khabar sites check {report.site}` looks for its new address"
        )
    return Verdict.NOTHING_DISCOVERED, f"no source names a page of the site: {judged[0].problem}"


def _by_lasting_failures(report: CrawlReport, now: datetime) -> tuple[Verdict, str] | None:
    """What is wrong where some sources name pages and another has named none for long."""
    for source in report.sources:
        since = datetime.fromisoformat(source.failing_since) if source.failing_since else now
        if now - since >= SOURCE_PATIENCE:
            return Verdict.SOURCE_FAILING, source.problem or source.url
    return None


def _carried_over(report: CrawlReport, past: Sequence[PastCrawl]) -> tuple[Verdict, str | None] | None:
    """The verdict before this crawl, where it was none to end it: no source names a page, no page is read."""
    before = next((crawl for crawl in reversed(past) if crawl.outcome not in OURS), None)
    if before is None:
        return None
    silent = not any(source.names_pages for source in report.sources)
    lasts = (before.verdict in ENDED_BY_SOURCES and silent) or (
        before.verdict in ENDED_BY_PAGES and not _count_read(report)
    )
    return (before.verdict, before.verdict_reason) if lasts else None


def _count_read(report: CrawlReport) -> int:
    """How many pages gave an article."""
    kinds = (Disposition.STORED, Disposition.DUPLICATE, Disposition.REVISED, Disposition.UNCHANGED)
    return sum(report.count(kind) for kind in kinds)


def _by_counts(report: CrawlReport, past: Sequence[PastCrawl]) -> tuple[Verdict, str] | None:
    counts = {disposition: report.count(disposition) for disposition in Disposition}
    read = _count_read(report)
    if not report.taken:
        return None
    fetched = report.taken - sum(
        counts[d] for d in (Disposition.BLOCKED, Disposition.FAILED, Disposition.REFUSED, Disposition.GONE)
    )
    if (unconfirmed := _unconfirmed(report, fetched)) is not None:
        return unconfirmed
    for disposition, word in (
        (Disposition.BLOCKED, Verdict.BLOCKED),
        (Disposition.FAILED, Verdict.FAILING),
        (Disposition.REFUSED, Verdict.NOTHING_FETCHED),
    ):
        if counts[disposition] > MOSTLY * report.taken and (
            disposition is not Disposition.REFUSED or (report.taken >= MANY and not read)
        ):
            return (
                word,
                f"{counts[disposition]} of {report.taken} pages ended as {disposition}{_example(report)}",
            )
    if not read and fetched >= (SEVERAL if _share_read(past) >= MOSTLY else MANY):
        return Verdict.NOTHING_EXTRACTED, f"{fetched} pages were fetched and none of them gave an article"
    return None


def _unconfirmed(report: CrawlReport, fetched: int) -> tuple[Verdict, str] | None:
    """Whether the site answers with pages of its server's instead of articles."""
    waiting = report.count(Disposition.UNCONFIRMED)
    if report.shared >= FEW_ALIKE and (report.shared > MOSTLY * fetched or report.shared >= MANY):
        return Verdict.SAME_PAGE_EVERYWHERE, (
            f"{report.shared} of {fetched} pages say the same: «{report.shared_text or ''}»"
        )
    if waiting >= FEW_ALIKE and waiting > MOSTLY * fetched:
        return Verdict.PAGES_REPLACED, (
            f"{waiting} of {fetched} pages have nothing to do with what they were{_example(report)}"
        )
    return None


def _share_read(past: Sequence[PastCrawl]) -> float:
    """The share of fetched pages that gave articles in the site's healthy crawls so far."""
    healthy = [crawl for crawl in past if crawl.verdict in HEALTHY]
    fetched = sum(crawl.taken for crawl in healthy)
    return sum(crawl.read for crawl in healthy) / fetched if fetched else 0.0


def _by_history(
    report: CrawlReport, past: Sequence[PastCrawl], sample: Sequence[Sampled], now: datetime
) -> tuple[Verdict, str] | None:
    if report.outcome is CrawlOutcome.FINISHED:
        fewer = _fewer(report, past, now)
        if fewer is not None:
            return fewer
    if not past:
        return None
    before = next((crawl for crawl in reversed(past) if crawl.verdict is not Verdict.STOPPED), past[-1])
    if not sample:
        return (before.verdict, before.verdict_reason or "") if before.verdict in QUALITY else None
    recent = list(sample)
    first = len(past)
    while first > 0 and len(recent) < RECENT:
        first -= 1
        recent = [*past[first].sampled(Sampled), *recent]
    usual = [one for crawl in past[:first] if crawl.verdict in HEALTHY for one in crawl.sampled(Sampled)]
    found = judge_quality(recent, usual)
    if found is None and before.verdict in QUALITY and not usual:
        # It has been so for as long as the history reaches: that does not make it right.
        return before.verdict, before.verdict_reason or ""
    return found


def _fewer(report: CrawlReport, past: Sequence[PastCrawl], now: datetime) -> tuple[Verdict, str] | None:
    # The first crawl of a site brings what has been published before, a backfill likewise.
    regular = [crawl for crawl in past[1:] if crawl.kind in REGULAR]
    if len(regular) < SEVERAL:
        return None
    per_day = _usual_per_day(regular, now - timedelta(days=1))
    if per_day * LONGEST_LOOK.days < 2 * EXPECTED:
        return None
    window = max(timedelta(days=1), timedelta(days=EXPECTED / per_day))
    since = now - window
    before = [crawl for crawl in regular if crawl.started_at < since]
    if not before or since - before[0].started_at < max(timedelta(days=3), window):
        return None
    expected = _usual_per_day(before, since) * (window / timedelta(days=1))
    seen = report.count(Disposition.STORED) + report.count(Disposition.DUPLICATE)
    seen += sum(crawl.new for crawl in regular if crawl.started_at >= since)
    if expected < EXPECTED * 0.9 or seen >= FEWER * expected:
        return None
    days = window / timedelta(days=1)
    span = "24 hours" if days <= 1 else f"{days:.0f} days"
    return Verdict.FEWER_THAN_USUAL, f"{seen} new articles in the last {span}; usually about {expected:.0f}"


def _usual_per_day(crawls: Sequence[PastCrawl], until: datetime) -> float:
    """The median number of new articles a day, over whole days that end at `until`."""
    days = (until - crawls[0].started_at).days
    counts = [0] * max(days, 0)
    for crawl in crawls:
        back = (until - crawl.started_at) // timedelta(days=1)
        if 0 <= back < len(counts):
            counts[back] += crawl.new
    return float(median(counts)) if counts else 0.0


def _example(report: CrawlReport) -> str:
    return f", for example {report.problems[0]}" if report.problems else ""
