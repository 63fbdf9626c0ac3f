"""The verdict on one crawl: does this site still work for us, and if not, what is wrong?

First from the crawl's own counts, then by comparison with the site's earlier crawls.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from statistics import median
from typing import TypeAlias

from crawler.discovery.accounting import SourceVerdict
from crawler.fetch.outcome import blocking_reasons
from crawler.health.quality import RECENT, Sampled, judge_quality
from crawler.health.report import CrawlReport, SourceReport
from crawler.html.sentences import sentence
from crawler.model.article import Disposition
from crawler.model.crawl import CrawlKind, CrawlOutcome, Verdict
from crawler.model.sentence import Sentence
from crawler.storage.crawls import NEW, READ, PastCrawl

HEALTHY = frozenset({Verdict.OK, Verdict.STOPPED})
"""Verdicts that need no attention; any other makes `khabar` exit with 3."""

QUALITY = frozenset({Verdict.DATES_MISSING, Verdict.BODIES_SHORT, Verdict.BOILERPLATE})
"""Verdicts on the content of articles; a crawl without new articles leaves them as they are."""

OURS = frozenset(
    {
        CrawlOutcome.STORE_LOST,
        CrawlOutcome.LEASE_HELD,
        CrawlOutcome.LEASE_LOST,
        CrawlOutcome.STOPPED,
    }
)
"""Outcomes that concern us and not the site."""

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

VERDICT_OUTCOMES = frozenset(
    {
        CrawlOutcome.STOPPED,
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
"""Fewer pages than this, none of them an article, prove little about a site."""

ENDED_BY_PAGES = frozenset({Verdict.SAME_PAGE_EVERYWHERE, Verdict.PAGES_REPLACED})
"""Verdicts that last until a page has the text that is stored, or one of its own: pages that wait are not
fetched in each crawl, and silence would pass for health."""

FEW_SHARED = 2
"""Pages from which a text under several addresses concerns the site."""

SEVERAL = 4
"""The same for a site most of whose pages have been articles so far."""

EXPECTED = 10
"""New articles that must be due before their lack is reported: with fewer, chance alone empties a day."""

FEWER = 0.2
"""Fewer than this share of the usual number is reported. Of ten expected, two or fewer come by chance in one
case of 360 (Poisson); Fridays and holidays stay above it."""

REGULAR = frozenset({CrawlKind.SCHEDULED, CrawlKind.MANUAL})
"""Crawls that bring what was published since the one before; a backfill brings old articles at once."""

LONGEST_LOOK = timedelta(days=30)
"""How far back a site's history is read."""

NOT_FETCHED = (Disposition.BLOCKED, Disposition.FAILED, Disposition.REFUSED, Disposition.GONE)
"""How pages end that brought no content."""

_ENDED = {
    Disposition.BLOCKED: "ended_blocked",
    Disposition.FAILED: "ended_failed",
    Disposition.REFUSED: "ended_refused",
}
"""The messages that name how most pages of a crawl ended."""

Finding: TypeAlias = tuple[Verdict, str | None]
"""A verdict and, unless it is ``ok``, a sentence that says why."""


def judge(
    report: CrawlReport,
    past: Sequence[PastCrawl] = (),
    sample: Sequence[Sampled] = (),
    now: datetime | None = None,
) -> Finding:
    """Return the verdict on a crawl and, unless it is ``ok``, a sentence that says why.

    Args:
        report: How the crawl went.
        past: The site's finished crawls of the last `LONGEST_LOOK`, oldest first.
        sample: Figures of some of the crawl's new articles.
        now: When the crawl ended.
    """
    findings = _findings(report, past, sample, now or datetime.now(UTC))
    return next((finding for finding in findings if finding is not None), (Verdict.OK, None))


def _findings(
    report: CrawlReport, past: Sequence[PastCrawl], sample: Sequence[Sampled], now: datetime
) -> Iterator[Finding | None]:
    """What each look at a crawl finds, the gravest first."""
    yield _by_outcome(report)
    yield _by_sources(report)
    yield _unconfirmed(report)
    yield _by_counts(report)
    yield _by_shells(report)
    yield _nothing_extracted(report, past)
    yield _carried_over(report, past)
    yield _by_number(report, past, now)
    yield _by_quality(past, sample)
    yield _by_lasting_failures(report, now)


def _by_outcome(report: CrawlReport) -> Finding | None:
    if report.outcome is CrawlOutcome.TOLD_TO_WAIT:
        return Verdict.BLOCKED, report.reason
    if report.outcome in VERDICT_OUTCOMES:
        return Verdict(report.outcome), report.reason
    return None


def _by_sources(report: CrawlReport) -> Finding | None:
    """What is wrong where no source names a page of the site."""
    judged = [source for source in report.sources if source.verdict is not None]
    if not judged or report.names_pages:
        return None
    verdicts = {source.verdict for source in judged}
    if verdicts == {SourceVerdict.FAILED} and not _count_read(report):
        return _all_failed(judged)
    moved = Counter(source.moved_to for source in judged if source.verdict is SourceVerdict.MOVED)
    if moved:
        return Verdict.MOVED, sentence(
            "why_moved",
            count=moved.total(),
            of=len(judged),
            host=moved.most_common(1)[0][0] or sentence("other_hosts"),
            site=report.site,
        )
    return Verdict.NOTHING_DISCOVERED, sentence("why_nothing_named", problem=judged[0].problem or "")


def _all_failed(sources: Sequence[SourceReport]) -> Finding:
    """The verdict where no source answered."""
    reasons = blocking_reasons()
    is_blocked = all(source.error in reasons for source in sources)
    reason = sentence("why_no_answer", url=sources[0].url, error=sources[0].error or "")
    return Verdict.BLOCKED if is_blocked else Verdict.UNREACHABLE, reason


def _by_lasting_failures(report: CrawlReport, now: datetime) -> Finding | None:
    """What is wrong where some sources name pages and another has named none for long."""
    for source in report.sources:
        since = datetime.fromisoformat(source.failing_since) if source.failing_since else now
        if now - since >= SOURCE_PATIENCE:
            return Verdict.SOURCE_FAILING, source.problem or source.url
    return None


def _carried_over(report: CrawlReport, past: Sequence[PastCrawl]) -> Finding | None:
    """The verdict before this crawl, where this crawl could not end it: it saw no source, or no page."""
    before = next((crawl for crawl in reversed(past) if crawl.outcome not in OURS), None)
    if before is None:
        return None
    could_end = {ENDED_BY_SOURCES: report.names_pages, ENDED_BY_PAGES: _count_read(report) > 0}
    for verdicts, has_ended in could_end.items():
        if before.verdict in verdicts and not has_ended:
            return before.verdict, before.verdict_reason
    return None


def _count_read(report: CrawlReport) -> int:
    """How many pages gave an article."""
    return sum(map(report.count, READ))


def _count_fetched(report: CrawlReport) -> int:
    """How many pages brought content."""
    return report.taken - sum(map(report.count, NOT_FETCHED))


def _by_counts(report: CrawlReport) -> Finding | None:
    """Whether most pages ended without content."""
    if _is_majority(report, Disposition.BLOCKED):
        return Verdict.BLOCKED, _majority_reason(report, Disposition.BLOCKED)
    if _is_majority(report, Disposition.FAILED):
        return Verdict.FAILING, _majority_reason(report, Disposition.FAILED)
    if _is_majority(report, Disposition.REFUSED) and report.taken >= MANY and not _count_read(report):
        return Verdict.NOTHING_FETCHED, _majority_reason(report, Disposition.REFUSED)
    return None


def _is_majority(report: CrawlReport, disposition: Disposition) -> bool:
    return report.count(disposition) > MOSTLY * report.taken


def _majority_reason(report: CrawlReport, disposition: Disposition) -> Sentence:
    return _with_example(
        report,
        "why_pages_ended",
        count=report.count(disposition),
        taken=report.taken,
        disposition=sentence(_ENDED[disposition]),
    )


def _by_shells(report: CrawlReport) -> Finding | None:
    """Whether the site's pages are drawn by scripts, which bring the text."""
    fetched = _count_fetched(report)
    if report.shells < max(FEW_SHARED, _more_than_half(fetched)):
        return None
    key = "why_drawn_without_text" if report.is_rendered else "why_shells"
    return Verdict.NOTHING_EXTRACTED, sentence(key, count=report.shells, of=fetched)


def _nothing_extracted(report: CrawlReport, past: Sequence[PastCrawl]) -> Finding | None:
    fetched = _count_fetched(report)
    enough = SEVERAL if _share_read(past) >= MOSTLY else MANY
    if _count_read(report) or fetched < enough:
        return None
    return Verdict.NOTHING_EXTRACTED, sentence("why_no_article", count=fetched)


def _unconfirmed(report: CrawlReport) -> Finding | None:
    """Whether the site answers with pages of its server's instead of articles."""
    fetched, waiting = _count_fetched(report), report.count(Disposition.UNCONFIRMED)
    if report.shared >= min(MANY, max(FEW_SHARED, _more_than_half(fetched))):
        values: dict[str, str | int] = {
            "count": report.shared,
            "of": fetched,
            "text": report.shared_text or "",
        }
        return Verdict.SAME_PAGE_EVERYWHERE, sentence("why_same_page", **values)
    if waiting >= max(FEW_SHARED, _more_than_half(fetched)):
        return Verdict.PAGES_REPLACED, _with_example(report, "why_replaced", count=waiting, of=fetched)
    return None


def _more_than_half(count: int) -> int:
    """The smallest number that is more than half of a count."""
    return count // 2 + 1


def _share_read(past: Sequence[PastCrawl]) -> float:
    """The share of fetched pages that gave articles in the site's healthy crawls so far."""
    fetched = read = 0
    for crawl in past:
        if crawl.verdict in HEALTHY:
            fetched += crawl.taken
            read += crawl.read
    return read / max(fetched, 1)


def _by_quality(past: Sequence[PastCrawl], sample: Sequence[Sampled]) -> Finding | None:
    """Whether articles are other than they used to be."""
    if not past:
        return None
    before = next((crawl for crawl in reversed(past) if crawl.verdict is not Verdict.STOPPED), past[-1])
    lasting = (before.verdict, before.verdict_reason or "") if before.verdict in QUALITY else None
    if not sample:
        return lasting
    recent = list(sample)
    earlier = list(past)
    while earlier and len(recent) < RECENT:
        recent = [*earlier.pop().sampled(Sampled), *recent]
    healthy = [crawl.sampled(Sampled) for crawl in earlier if crawl.verdict in HEALTHY]
    usual = list(chain.from_iterable(healthy))
    # Without a healthy crawl, it has been so for as long as the history reaches: that does not make it right.
    return judge_quality(recent, usual) if usual else lasting


def _by_number(report: CrawlReport, past: Sequence[PastCrawl], now: datetime) -> Finding | None:
    """Whether far fewer articles came than usual."""
    # The first crawl of a site brings what has been published before, a backfill likewise.
    regular = [crawl for crawl in past[1:] if crawl.kind in REGULAR]
    if report.outcome is not CrawlOutcome.FINISHED or len(regular) < SEVERAL:
        return None
    days = _days_to_compare(regular, now)
    if days is None:
        return None
    since = now - timedelta(days=days)
    before = [crawl for crawl in regular if crawl.started_at < since]
    expected = _expected(before, since, days)
    count = sum(map(report.count, NEW)) + sum(crawl.new for crawl in regular[len(before) :])
    if expected < EXPECTED * 0.9 or count >= FEWER * expected:
        return None
    key = "why_fewer_today" if days <= 1 else "why_fewer"
    values: dict[str, str | int] = {"count": count, "days": f"{days:.0f}", "expected": f"{expected:.0f}"}
    return Verdict.FEWER_THAN_USUAL, sentence(key, **values)


def _days_to_compare(crawls: Sequence[PastCrawl], now: datetime) -> float | None:
    """The days in which `EXPECTED` new articles are usual, at least one; None where too few are."""
    per_day = _usual_per_day(crawls, now - timedelta(days=1))
    if per_day * LONGEST_LOOK.days < 2 * EXPECTED:
        return None
    return max(1.0, EXPECTED / per_day)


def _expected(crawls: Sequence[PastCrawl], until: datetime, days: float) -> float:
    """How many new articles are usual in so many days; 0 where the crawls reach back too shortly to know."""
    shortest = timedelta(days=max(3.0, days))
    if not crawls or until - crawls[0].started_at < shortest:
        return 0.0
    return _usual_per_day(crawls, until) * days


def _usual_per_day(crawls: Sequence[PastCrawl], until: datetime) -> float:
    """The median number of new articles a day, over whole days that end at `until`."""
    days = (until - crawls[0].started_at).days
    counts = [0] * max(days, 0)
    for crawl in crawls:
        back = (until - crawl.started_at) // timedelta(days=1)
        if 0 <= back < len(counts):
            counts[back] += crawl.new
    return float(median(counts)) if counts else 0.0


def _with_example(report: CrawlReport, key: str, **values: str | int) -> Sentence:
    """A sentence, with the first page that shows it."""
    if not report.problems:
        return sentence(key, **values)
    return sentence("with_example", sentence=sentence(key, **values), example=report.problems[0])
