"""CrawlRun: one crawl of one site while it lasts: its stores, its lease, its counts."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from crawler.discovery.accounting import SourceFinding
from crawler.discovery.traps import Traps
from crawler.fetch.delay import Pace
from crawler.health.interval import next_interval, next_time
from crawler.health.quality import Sample
from crawler.health.report import CrawlReport, SourceReport
from crawler.health.verdict import LONGEST_LOOK, OURS, judge
from crawler.model.article import Article, Disposition, UnconfirmedReason
from crawler.model.crawl import CrawlOutcome, SourceKind, Verdict
from crawler.model.job import Job
from crawler.pipelines.extraction_pool import ExtractionPool
from crawler.pipelines.raw_copy import Keeping
from crawler.pipelines.site_texts import SiteTexts
from crawler.settings import Settings
from crawler.storage.connect import Stores
from crawler.storage.crawls import CrawlLog, past_crawls
from crawler.storage.frontier import Frontier
from crawler.storage.lease import Lease, LeaseLostError
from crawler.storage.page_texts import Waiting
from crawler.storage.schema import ensure_schema
from crawler.storage.session import StoreSession
from crawler.storage.site_pages import are_page_validators_unreliable, remember_unreliable_validators
from crawler.storage.site_state import (
    Turn,
    hold_off,
    next_request_at,
    not_before,
    record_turn,
    remember_next_request,
    site_state,
    unqueue,
)
from crawler.storage.sources import remember_health
from crawler.storage.warc.raw_pages import raw_folder
from crawler.storage.warc.writer import RawPageWriter
from dedup import Decision, Reassignment

T = TypeVar("T")

PROBLEMS_KEPT = 20
"""Sentences about failed pages that a crawl's record keeps; the log has them all."""

PROBLEMS = frozenset(
    {Disposition.FAILED, Disposition.BLOCKED, Disposition.QUARANTINED, Disposition.UNCONFIRMED}
)
"""Endings that a crawl's record tells of, page by page."""

SHARED_SHOWN = 120
"""Letters of a text under many addresses that the verdict shows."""

logger = logging.getLogger(__name__)


class CrawlRun:
    """Everything the spider and the pipelines of one crawl share.

    Args:
        job: What to do.
        settings: Khabar's settings.
        tell: Takes lines for whoever watches the crawl; None: nobody does.

    Raises:
        StoreUnavailableError: A store does not answer.
        LeaseHeldError: Another process crawls this site.
    """

    def __init__(self, job: Job, settings: Settings, tell: Callable[[str], None] | None = None) -> None:
        self.tell = tell
        self.job = job
        self.site = job.site
        self.settings = settings
        self.report = CrawlReport(site=job.site.id, kind=job.kind)
        self.session = StoreSession(settings)
        try:
            self.lease, self.log, self.wait_until = self.session.run(self._open)
        except BaseException:
            self.session.close()
            raise
        # A process that was frozen until its lease ran out writes nothing when it wakes.
        self.session.guard = self.lease.check
        folder = raw_folder(settings.data_dir, self.site.id)
        raw = RawPageWriter(folder, settings.raw_pages_bytes) if settings.raw_pages else None
        self.keeping = Keeping(self.site.id, raw)
        self.session.run(self.keeping.load)
        self.ignores_validators = self.session.run(
            lambda stores: are_page_validators_unreliable(stores.db, self.site.id)
        )
        self.pace = Pace(job.site.delay_or(settings.delay))
        # The site sees one visitor, whichever crawl the requests belong to.
        waiting = self.session.run(lambda stores: next_request_at(stores.db, self.site.id))
        if waiting is not None:
            self.pace.pause((waiting - datetime.now(UTC)).total_seconds())
        self.pool = ExtractionPool(settings.extraction_workers, settings.extraction_timeout)
        self.abandoned = False
        """Whether the crawl was ended while pages were under way; threads may still be at work on them."""
        self._counts: Counter[Disposition] = Counter()
        self._count_lock = threading.Lock()
        """An article is withdrawn in the thread of another page's look-up."""
        self.site_texts = SiteTexts(job.site.id)
        self.traps = Traps()
        self._sample = Sample()
        self._begun = time.monotonic()

    def _open(self, stores: Stores) -> tuple[Lease, CrawlLog, datetime | None]:
        ensure_schema(stores.db)
        lease = Lease(stores.db, self.site.id)
        if lease.taken_over:
            Frontier(stores.db, self.site.id, lease.token).fence()
        return (
            lease,
            CrawlLog(stores.db, self.site.id, self.job.kind, lease.token),
            not_before(stores.db, self.site.id),
        )

    def frontier(self, work: Callable[[Frontier], T]) -> T:
        """Do something with the site's frontier (blocking: call it in a thread)."""
        return self.session.run(lambda stores: work(Frontier(stores.db, self.site.id, self.lease.token)))

    def renew_lease(self) -> None:
        """Hold the lease longer (blocking: call it in a thread)."""
        self.session.run(lambda stores: self.lease.renew(stores.db), guarded=False)

    def hold_off(self, until: datetime) -> None:
        """Remember for later crawls that the site asked for a pause (blocking)."""
        self.session.run(lambda stores: hold_off(stores.db, self.site.id, until))

    def take(self) -> None:
        """Count a page whose fetch has ended."""
        self.report.taken += 1

    def note_unreliable_validators(self, url: str) -> None:
        """Remember that a page changed while its validators did not (blocking: call it in a thread)."""
        if not self.ignores_validators:
            self.ignores_validators = True
            self.problem(
                f"{url}: it changed while its ETag or Last-Modified did not; the site's pages are asked for "
                "in full from now on"
            )
            self.session.run(lambda stores: remember_unreliable_validators(stores.db, self.site.id, url))

    def put_back(self) -> None:
        """Count a taken page as not taken after all: it is still pending."""
        self.report.taken -= 1

    def end_page(self, disposition: Disposition, url: str, reason: str | None) -> None:
        """Count how a page ended and log it."""
        with self._count_lock:
            self._counts[disposition] += 1
            self.report.dispositions[str(disposition)] = self._counts[disposition]
        logger.info("%s %s%s", disposition, url, f" ({reason})" if reason else "")
        if disposition in PROBLEMS:
            self.problem(f"{url}: {reason}")

    def note_article(self, article: Article) -> None:
        """Consider a new article for the sample by which the site's health is judged."""
        self._sample.add(article)

    def note_decision(self, decision: Decision) -> None:
        """Count the stored articles that became duplicates by what dedup decided on a new one."""
        self.report.became_duplicates += sum(
            change.duplicate_of is not None
            if isinstance(change, Reassignment)
            else change.previous_id != change.canonical_id
            for change in decision.changes
        )

    def note_waiting(self, waiting: Waiting) -> None:
        """Take note of a text that waits to be confirmed, for the verdict on the site."""
        if waiting.reason in (UnconfirmedReason.SHARED, UnconfirmedReason.REDIRECTED):
            self.report.shared += 1
            if self.report.shared_text is None:
                self.report.shared_text = f"{waiting.title} {waiting.beginning}".strip()[:SHARED_SHOWN]

    def note_withdrawn(self, url: str, ending: Disposition | None, reason: str) -> None:
        """Count an article as withdrawn; `ending` is how its page had ended in this crawl, if it had."""
        with self._count_lock:
            if ending is not None and self._counts[ending] > 0:
                self._counts[ending] -= 1
                self._counts[Disposition.UNCONFIRMED] += 1
                self.report.shared += 1
                self.report.dispositions[str(ending)] = self._counts[ending]
                if not self._counts[ending]:
                    del self.report.dispositions[str(ending)]
                self.report.dispositions[str(Disposition.UNCONFIRMED)] = self._counts[Disposition.UNCONFIRMED]
        logger.info("%s %s (%s)", Disposition.UNCONFIRMED, url, reason)
        self.problem(f"{url}: taken back: {reason}")

    def problem(self, sentence: str) -> None:
        """Keep a sentence about something that went wrong."""
        if len(self.report.problems) < PROBLEMS_KEPT:
            self.report.problems.append(sentence)

    def source(self, url: str, kind: SourceKind) -> SourceReport:
        """Begin the report of a source of discovery."""
        report = SourceReport(url=url, kind=kind)
        self.report.sources.append(report)
        return report

    def end(self, outcome: CrawlOutcome | None = None, reason: str | None = None) -> None:
        """Set the crawl's outcome once; later calls are ignored, but for a stop below a limit."""
        now = self.report.outcome
        first = now is CrawlOutcome.FINISHED or (
            now is CrawlOutcome.LIMIT and outcome is CrawlOutcome.STOPPED
        )
        if outcome and first:
            self.report.outcome, self.report.reason = outcome, reason

    def abandon(self) -> None:
        """Leave the pages that are still under way: what is not settled is pending and does not count."""
        self.abandoned = True
        self.report.taken = sum(self.report.dispositions.values())

    def close(self) -> CrawlReport:
        """Stop the workers, record the crawl, give the lease back, and return the report."""
        self.pool.close()
        if self.pool.failure is not None:
            self.end(CrawlOutcome.ERROR, str(self.pool.failure))
        self.keeping.close()
        report = self.report
        for sentence in self.traps.told():
            self.source(self.site.url, SourceKind.LINK).note = sentence
        report.seconds = round(time.monotonic() - self._begun, 2)
        accounted = sum(report.dispositions.values())
        contradiction = report.add_up()
        if accounted != report.taken:
            contradiction = f"{report.taken} pages were taken, {accounted} are accounted for"
        if contradiction is not None:
            report.outcome, report.reason = CrawlOutcome.ERROR, f"{contradiction}: please report this"
            self.problem(report.reason)
        try:
            if not self.session.lost_for_good and report.outcome is not CrawlOutcome.LEASE_LOST:
                if report.outcome not in OURS:
                    self.session.run(self._clean_first_articles)
                report.left = len(self.frontier(lambda frontier: frontier.pending(datetime.now(UTC))))
                self.session.run(self._judge)
                self.session.run(self._record)
        except LeaseLostError as error:
            report.outcome, report.reason = CrawlOutcome.LEASE_LOST, str(error)
            report.verdict, report.verdict_reason = judge(report)
        finally:
            self.session.close()
        if report.verdict is Verdict.OK:
            report.verdict, report.verdict_reason = judge(report)
        return report

    def _clean_first_articles(self, stores: Stores) -> None:
        self.lease.renew(stores.db)
        if changed := self.keeping.clean_first_articles(stores):
            logger.info("%d articles were stored before the site's template was known; cleaned", changed)

    def _judge(self, stores: Stores) -> None:
        now = datetime.now(UTC)
        past = past_crawls(stores.db, self.site.id, now - LONGEST_LOOK)
        self.report.verdict, self.report.verdict_reason = judge(self.report, past, self._sample.kept, now)

    def _record(self, stores: Stores) -> None:
        fields = asdict(self.report)
        del fields["site"], fields["kind"]
        self.log.finish(stores.db, {**fields, "sample": [asdict(one) for one in self._sample.kept]})
        remember_health(
            stores.db,
            self.site.id,
            {
                source.url: SourceFinding(source.verdict, source.error, source.moved_to)
                for source in self.report.sources
                if source.verdict is not None
            },
        )
        if self.report.outcome not in OURS:
            record_turn(stores.db, self.site.id, self.lease.token, self._turn(stores))
        else:
            unqueue(stores.db, self.site.id)
        wait = self.pace.wait()
        if wait > 0:
            remember_next_request(stores.db, self.site.id, datetime.now(UTC) + timedelta(seconds=wait))
        self.lease.release(stores.db)

    def _turn(self, stores: Stores) -> Turn:
        report, now = self.report, datetime.now(UTC)
        interval, next_at = None, None
        if self.job.discover and report.outcome is not CrawlOutcome.LIMIT:
            state = site_state(stores.db, self.site.id)
            new = report.count(Disposition.STORED) + report.count(Disposition.DUPLICATE)
            interval = next_interval(self.site.every, state.interval, verdict=report.verdict, new=new)
            next_at = next_time(self.site.id, now, interval)
        return Turn(
            crawl=self.log.id,
            at=now,
            verdict=report.verdict,
            reason=report.verdict_reason,
            new=report.count(Disposition.STORED) + report.count(Disposition.DUPLICATE),
            interval=interval,
            next_at=next_at,
            counts=report.dispositions,
            addresses=report.addresses.outcomes,
            requests=report.requests,
            seconds=report.seconds,
        )
