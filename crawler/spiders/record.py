"""The opening and the closing of a crawl: its lease, its record in the store, the verdict on the site."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from crawler.discovery.accounting import SourceFinding
from crawler.discovery.traps import Traps
from crawler.errors import KhabarError
from crawler.fetch.context import CrawlContext
from crawler.fetch.delay import Pace
from crawler.health.interval import next_interval, next_time
from crawler.health.report import CrawlReport
from crawler.health.verdict import LONGEST_LOOK, OURS, judge
from crawler.model.article import Disposition
from crawler.model.crawl import CrawlKind, CrawlOutcome, SourceKind, Verdict
from crawler.model.job import Job
from crawler.pipelines.boilerplate import Boilerplate
from crawler.pipelines.counts import PageCounts
from crawler.pipelines.custody import CrawlCustody
from crawler.pipelines.extraction_pool import ExtractionPool
from crawler.pipelines.keeping import Keeping
from crawler.pipelines.page_captures import Captures
from crawler.pipelines.run import CrawlRun
from crawler.pipelines.site_texts import SiteTexts
from crawler.settings import Settings
from crawler.storage.connect import Stores
from crawler.storage.crawls import CrawlLog, past_crawls
from crawler.storage.frontier import Frontier
from crawler.storage.lease import Lease, LeaseLostError
from crawler.storage.schema import ensure_schema
from crawler.storage.session import StoreSession
from crawler.storage.settled_stories import settle_waiting
from crawler.storage.site_pages import are_page_validators_unreliable
from crawler.storage.site_state import (
    Turn,
    next_request_at,
    not_before,
    record_turn,
    remember_next_request,
    site_state,
    unqueue,
)
from crawler.storage.sources import remember_health
from crawler.storage.warc.raw_pages import raw_folder
from crawler.storage.warc.writer import CaptureWriter

logger = logging.getLogger(__name__)


def open_crawl(
    job: Job, settings: Settings, send_event: Callable[[str], None] | None = None
) -> "CrawlRecord":
    """Take the site's lease and begin the crawl's record.

    Args:
        job: What to do.
        settings: Khabar's settings.
        send_event: Writes a line for the process that started the crawl; None: nobody listens.

    Raises:
        StoreUnavailableError: A store does not answer.
        LeaseHeldError: Another process crawls this site.
    """
    site = job.site
    session = StoreSession(settings)
    try:
        lease, log = session.run(lambda stores: _open(stores, job))
    except BaseException:
        session.close()
        raise
    # A process that was frozen until its lease ran out writes nothing when it wakes.
    session.guard = lease.check
    pace = Pace(site.delay_or(settings.delay))
    context = CrawlContext(site, session, lease, pace)
    context.wait_until = session.run(lambda stores: not_before(stores.db, site.id))
    # The shell of an application is the same whatever its articles say.
    context.ignores_validators = site.render or session.run(
        lambda stores: are_page_validators_unreliable(stores.db, site.id)
    )
    next_at = session.run(lambda stores: next_request_at(stores.db, site.id))
    # The site sees one visitor, whichever crawl the requests belong to.
    if next_at is not None:
        pace.pause((next_at - datetime.now(UTC)).total_seconds())
    folder = raw_folder(settings.data_dir, site.id)
    info = warc_info(settings)
    raw = CaptureWriter(folder, settings.raw_pages_bytes, info) if settings.raw_pages else None
    context.keeps_captures = raw is not None
    boilerplate = Boilerplate(site.id)
    session.run(boilerplate.load)
    custody = CrawlCustody(site.id, folder, raw)
    session.run(lambda stores: custody.begin(stores, info))
    run = CrawlRun(
        job=job,
        context=context,
        counts=PageCounts(CrawlReport(site=site.id, kind=job.kind, is_rendered=site.render), context),
        pool=ExtractionPool(settings.extraction_workers, settings.extraction_timeout),
        keeping=Keeping(boilerplate, Captures(site.id, raw), custody),
        site_texts=SiteTexts(site.id),
        traps=Traps(),
        send_event=send_event,
    )
    return CrawlRecord(run, log)


def warc_info(settings: Settings) -> dict[str, str]:
    """What the `warcinfo` records of a crawl say: by whom, with what, how (WARC 1.1, 6.4.4)."""
    return {
        **settings.installation,
        "format": "WARC File Format 1.1",
        "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "http-header-user-agent": settings.user_agent,
        "robots": "obey (RFC 9309)",
        "khabar-delay": f"{settings.delay} s",
        "khabar-max-page-bytes": str(settings.max_page_bytes),
        "khabar-limit-bytes": str(settings.raw_pages_bytes),
    }


def _open(stores: Stores, job: Job) -> tuple[Lease, CrawlLog]:
    ensure_schema(stores.db)
    lease = Lease(stores.db, job.site.id)
    if lease.taken_over:
        Frontier(stores.db, job.site.id, lease.token).fence()
    return lease, CrawlLog(stores.db, job.site.id, job.kind, lease.token)


class CrawlRecord:
    """What is written when a crawl has ended: its report, the verdict, and when the site's next turn is.

    Args:
        run: The crawl.
        log: Its entry in the store.
    """

    def __init__(self, run: CrawlRun, log: CrawlLog) -> None:
        self.run = run
        self.log = log
        self.site = run.site
        self.report = run.counts.report
        self._begun = time.monotonic()

    @property
    def _is_import(self) -> bool:
        return self.run.job.kind is CrawlKind.IMPORT

    def close(self) -> CrawlReport:
        """Stop the workers, record the crawl, give the lease back, and return the report."""
        run, context, report = self.run, self.run.context, self.report
        run.pool.close()
        if run.pool.failure is not None:
            context.end(CrawlOutcome.ERROR, str(run.pool.failure))
        self._close_captures()
        for sentence in run.traps.sentences():
            run.counts.source(self.site.url, SourceKind.LINK).note = sentence
        report.seconds = round(time.monotonic() - self._begun, 2)
        report.outcome, report.reason = context.outcome, context.reason
        self._check_counts()
        report.problems = context.problems
        try:
            if not run.session.lost_for_good and report.outcome is not CrawlOutcome.LEASE_LOST:
                self._settle()
        except LeaseLostError as error:
            report.outcome, report.reason = CrawlOutcome.LEASE_LOST, str(error)
            report.conclude(*judge(report))
        finally:
            run.session.close()
        if report.verdict is Verdict.OK:
            report.conclude(*judge(report))
        return report

    def _close_captures(self) -> None:
        """Keep what is still to be kept, where the store answers."""
        run = self.run
        try:
            problem = run.session.run(
                lambda s: run.keeping.captures.keep_robots(s, run.context.robots_answers)
            )
            if problem is not None:
                run.problem(problem)
        except KhabarError as error:
            logger.warning("robots.txt is not kept: %s", error)
        run.keeping.custody.close_writer()

    def _check_counts(self) -> None:
        report = self.report
        accounted = sum(report.dispositions.values())
        contradiction = report.add_up()
        if accounted != report.taken:
            contradiction = f"{report.taken} pages were taken, {accounted} are accounted for"
        if contradiction is not None:
            report.outcome, report.reason = CrawlOutcome.ERROR, f"{contradiction}: please report this"
            self.run.problem(report.reason)

    def _settle(self) -> None:
        session = self.run.session
        if self.report.outcome not in OURS:
            session.run(self._clean_first_articles)
            session.run(lambda stores: _settle_stories(stores, self.run))
        session.run(self.run.keeping.custody.close)
        self.report.left = len(
            self.run.context.frontier(lambda frontier: frontier.pending(datetime.now(UTC)))
        )
        session.run(self._judge)
        session.run(self._record)

    def _clean_first_articles(self, stores: Stores) -> None:
        self.run.lease.renew(stores.db)
        if changed := self.run.keeping.boilerplate.clean_first_articles(stores):
            logger.info("%d articles were stored before the site's template was known; cleaned", changed)

    def _judge(self, stores: Stores) -> None:
        now = datetime.now(UTC)
        # An import says what the site once was: no crawl is compared with it, nor it with a crawl.
        past = [] if self._is_import else past_crawls(stores.db, self.site.id, now - LONGEST_LOOK)
        self.report.conclude(*judge(self.report, past, self.run.counts.sample.kept, now))

    def _record(self, stores: Stores) -> None:
        run, report = self.run, self.report
        fields = report.as_dict()
        del fields["site"], fields["kind"]
        sample = [asdict(article) for article in run.counts.sample.kept]
        self.log.finish(stores.db, {**fields, "sample": sample})
        remember_health(stores.db, self.site.id, _findings(report))
        if self._is_import:
            logger.info("The site's health and its next turn stay as its crawls left them")
        elif report.outcome not in OURS:
            record_result(stores, run, self.log)
        else:
            unqueue(stores.db, self.site.id)
        wait = run.context.pace.wait()
        if wait > 0:
            remember_next_request(stores.db, self.site.id, datetime.now(UTC) + timedelta(seconds=wait))
        run.lease.release(stores.db)


def _settle_stories(stores: Stores, run: CrawlRun) -> None:
    """Settle what waits, while the site stays this crawl's."""
    settle_waiting(stores, lambda: run.lease.renew(stores.db))


def _findings(report: CrawlReport) -> dict[str, SourceFinding]:
    """The verdicts on the sources that were read, by their addresses."""
    return {
        source.url: SourceFinding(source.verdict, source.error, source.moved_to)
        for source in report.sources
        if source.verdict is not None
    }


def record_result(stores: Stores, run: CrawlRun, log: CrawlLog) -> None:
    """Record what the crawl says of its site, and when the site is due again.

    Args:
        stores: The stores.
        run: The crawl.
        log: Its entry in the store.
    """
    site, report, now = run.site, run.counts.report, datetime.now(UTC)
    new = report.count(Disposition.STORED) + report.count(Disposition.DUPLICATE)
    interval, next_at = None, None
    if run.job.discover and report.outcome is not CrawlOutcome.LIMIT:
        state = site_state(stores.db, site.id)
        interval = next_interval(site.every, state.interval, verdict=report.verdict, new=new)
        next_at = next_time(site.id, now, interval)
    turn = Turn(
        crawl=log.id,
        at=now,
        verdict=report.verdict,
        reason=report.verdict_reason,
        new=new,
        interval=interval,
        next_at=next_at,
        counts=report.dispositions,
        addresses=report.addresses.outcomes,
        requests=report.requests,
        seconds=report.seconds,
    )
    record_turn(stores.db, site.id, run.lease.token, turn)
