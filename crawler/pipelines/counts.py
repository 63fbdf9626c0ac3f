"""How the pages of a crawl ended, counted while it lasts."""

import logging
import threading
from collections import Counter

from crawler.fetch.context import CrawlContext
from crawler.health.quality import Sample
from crawler.health.report import CrawlReport, SourceReport
from crawler.html.sentences import sentence
from crawler.model.article import Article, Disposition, NotArticleReason, UnconfirmedReason
from crawler.model.crawl import SourceKind
from crawler.storage.page_texts import Waiting
from dedup import Decision, Reassignment

PROBLEMS = frozenset(
    {Disposition.FAILED, Disposition.BLOCKED, Disposition.QUARANTINED, Disposition.UNCONFIRMED}
)
"""Dispositions that a crawl's record lists page by page."""

SHARED_SHOWN = 120
"""Letters of a text under many addresses that the verdict shows."""

logger = logging.getLogger(__name__)


class PageCounts:
    """Counts pages into the crawl's report.

    Args:
        report: The report.
        context: Keeps the sentences about pages that failed.
    """

    def __init__(self, report: CrawlReport, context: CrawlContext) -> None:
        self.report = report
        self.sample = Sample()
        """Articles by which the site's health is judged."""
        self._context = context
        self._dispositions: Counter[Disposition] = Counter()
        self._lock = threading.Lock()
        """An article is withdrawn in the thread of another page's look-up."""

    def take(self) -> None:
        """Count a page whose fetch has ended."""
        self.report.taken += 1

    def put_back(self) -> None:
        """Count a taken page as not taken after all: it is still pending."""
        self.report.taken -= 1

    def abandon(self) -> None:
        """Leave the pages that are still under way: what is not settled is pending and does not count."""
        self.report.taken = sum(self.report.dispositions.values())

    def end_page(
        self, disposition: Disposition, url: str, reason: str | None, cause: NotArticleReason | None = None
    ) -> None:
        """Count how a page ended and log it; `cause` says why it is no article."""
        with self._lock:
            self._count(disposition, 1)
            self.report.shells += cause is NotArticleReason.SCRIPT_SHELL
        logger.info("%s %s%s", disposition, url, f" ({reason})" if reason else "")
        if disposition in PROBLEMS:
            self._context.problem(sentence("problem_of_page", url=url, reason=reason or ""))

    def _count(self, disposition: Disposition, number: int) -> None:
        self._dispositions[disposition] += number
        self.report.dispositions[str(disposition)] = self._dispositions[disposition]
        if not self._dispositions[disposition]:
            del self.report.dispositions[str(disposition)]

    def note_article(self, article: Article) -> None:
        """Consider a new article for the sample by which the site's health is judged."""
        self.sample.add(article)

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
        with self._lock:
            if ending is not None and self._dispositions[ending] > 0:
                self._count(ending, -1)
                self._count(Disposition.UNCONFIRMED, 1)
                self.report.shared += 1
        logger.info("%s %s (%s)", Disposition.UNCONFIRMED, url, reason)
        self._context.problem(sentence("taken_back", url=url, reason=reason))

    def problem_that(self, key: str, **values: str | int) -> None:
        """Keep what a message says (`crawler.html.sentences.sentence`) as something that went wrong."""
        self._context.problem(sentence(key, **values))

    def source(self, url: str, kind: SourceKind) -> SourceReport:
        """Begin the report of a source of discovery."""
        report = SourceReport(url=url, kind=kind)
        self.report.sources.append(report)
        return report
