"""Ledger: what the pipelines need of the crawl they belong to."""

from typing import Protocol

from crawler.model.article import Article, Disposition
from crawler.model.site import Site
from crawler.pipelines.raw_copy import Keeping
from crawler.pipelines.site_texts import SiteTexts
from crawler.storage.lease import Lease
from crawler.storage.page_texts import Waiting
from crawler.storage.session import StoreSession
from dedup import Decision


class Ledger(Protocol):
    """The crawl, as far as a pipeline is concerned: its stores, its lease, and the count of its pages."""

    site: Site
    session: StoreSession
    lease: Lease
    keeping: Keeping
    site_texts: SiteTexts

    def end_page(self, disposition: Disposition, url: str, reason: str | None) -> None:
        """Count how a page ended and log it."""

    def note_waiting(self, waiting: Waiting) -> None:
        """Take note of a text that waits to be confirmed, for the verdict on the site."""

    def note_withdrawn(self, url: str, ending: Disposition | None, reason: str) -> None:
        """Count an article as withdrawn; `ending` is how its page had ended in this crawl, if it had."""

    def note_article(self, article: Article) -> None:
        """Consider a new article for the sample by which the site's health is judged."""

    def note_decision(self, decision: Decision) -> None:
        """Count the stored articles that became duplicates by what dedup decided on a new one."""

    def note_unreliable_validators(self, url: str) -> None:
        """Remember that a page changed while its validators did not (blocking)."""

    def put_back(self) -> None:
        """Count a taken page as not taken after all: it is still pending."""

    def problem(self, sentence: str) -> None:
        """Keep a sentence about something that went wrong."""
