"""The texts of a site's pages, in this crawl and before: which addresses share one.

The store knows the text of every settled page. Pages of this crawl that are on their way at the same time are
remembered here, so that of two with the same text at least one sees the other.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pymongo.database import Database

from crawler.model.article import Disposition
from crawler.pipelines.confirmation import MANY, sketch_of
from crawler.storage.page_texts import PageText, TextHolder, Waiting, pages_with_text
from crawler.storage.schema import Document

RECENT = 1000
"""Pages of this crawl that are remembered: many times more than are on their way at once. The rest is
stored."""

SAMPLED = 12
"""Addresses of a text under many that are remembered, so that the store is asked once for all of them."""

MOST_FREQUENT = 100
"""Texts under many addresses that are remembered; more a site does not have."""


@dataclass(slots=True)
class _Page:
    """A page of this crawl: its text, how it ended, and why it has to be withdrawn."""

    holder: TextHolder
    disposition: Disposition | None = None
    taken_back: Waiting | None = None


class SiteTexts:
    """The texts of one site's pages during one crawl; may be used from several threads.

    Args:
        site: The site's id.
    """

    def __init__(self, site: str) -> None:
        self._site = site
        self._lock = threading.Lock()
        self._pages: OrderedDict[str, _Page] = OrderedDict()
        self._by_band: defaultdict[int, set[str]] = defaultdict(set)
        self._frequent: list[list[TextHolder]] = []

    def enter(self, holder: TextHolder) -> None:
        """Let other pages see a page's text; call it before `holders`."""
        with self._lock:
            self._forget(holder.page_id)
            self._pages[holder.page_id] = _Page(holder)
            for band in holder.text.bands:
                self._by_band[band].add(holder.page_id)
            if len(self._pages) > RECENT:
                self._forget(next(iter(self._pages)))

    def holders(self, db: Database[Document], page: TextHolder) -> list[TextHolder]:
        """The other addresses of the site with a page's text, but for what changes by itself.

        Addresses that lead to one article are one where the article's own address is among them.

        Args:
            db: The store.
            page: The page, with the article that it is read as.
        """
        with self._lock:
            recent = _with_text(page.text, self._recent(page.text))
            frequent = self._frequent_group(page.text)
        stored = self._look_up(db, page) if frequent is None else frequent
        # What this crawl has seen of a page is newer than what is stored of it.
        holders = {holder.page_id: holder for holder in [*stored, *recent]}
        holders.pop(page.page_id, None)
        return _of_other_articles(page, holders.values(), self._site)

    def is_frequent(self, text: PageText) -> bool:
        """Whether a text is known to stand under many addresses."""
        with self._lock:
            return self._frequent_group(text) is not None

    def shares(self, text: PageText, page_id: str, stored: Iterable[TextHolder]) -> bool:
        """Whether another address has a page's text, of those given and of those that this crawl has seen.

        Args:
            text: The page's text.
            page_id: The page.
            stored: Settled pages that may have it.
        """
        with self._lock:
            recent = [holder for holder in self._recent(text) if holder.page_id != page_id]
            is_frequent = self._frequent_group(text) is not None
        return is_frequent or bool(_with_text(text, [*recent, *stored]))

    def _recent(self, text: PageText) -> list[TextHolder]:
        """Pages of this crawl that may have a text; the lock is held."""
        ids = set().union(*(self._by_band.get(band, ()) for band in text.bands))
        return [self._pages[id_].holder for id_ in ids]

    def _frequent_group(self, text: PageText) -> list[TextHolder] | None:
        """Some of the many addresses that have a text, where they are remembered; the lock is held."""
        return next((group for group in self._frequent if _is_same(group[0].text, text)), None)

    def _look_up(self, db: Database[Document], page: TextHolder) -> list[TextHolder]:
        """The settled pages with a page's text; a text under many is remembered."""
        holders = _with_text(page.text, pages_with_text(db, page.text.bands))
        if len(holders) >= MANY:
            # This page withdraws what has to be withdrawn; no later one has to.
            sample = [replace(holder, stored=False) for holder in holders[:SAMPLED]]
            with self._lock:
                self._frequent = [*self._frequent[-MOST_FREQUENT + 1 :], sample]
        return holders

    def end(self, page_id: str, disposition: Disposition) -> Waiting | None:
        """Note how a page ended; returns what its text waits for, where it was taken back in the meantime."""
        with self._lock:
            page = self._pages.get(page_id)
            if page is None:
                return None
            page.disposition = disposition
            stored = disposition is not Disposition.UNCONFIRMED
            page.holder = replace(page.holder, stored=stored and page.holder.article_id is not None)
            return page.taken_back

    def taken_back(self, page_id: str) -> Waiting | None:
        """What a page's text waits for, where another address had the same text since it was judged."""
        with self._lock:
            page = self._pages.get(page_id)
            return page.taken_back if page else None

    def take_back(self, page_id: str, waiting: Waiting) -> bool:
        """Let a page's text wait, too; returns whether its article is stored already, to be withdrawn."""
        with self._lock:
            page = self._pages.get(page_id)
            if page is None:
                return True
            page.taken_back = waiting
            page.holder = replace(page.holder, stored=False)
            return page.disposition is not None

    def ending(self, page_id: str) -> Disposition | None:
        """How a page ended in this crawl; None where it did not, or too long ago."""
        with self._lock:
            page = self._pages.get(page_id)
            return page.disposition if page else None

    def _forget(self, page_id: str) -> None:
        page = self._pages.pop(page_id, None)
        for band in page.holder.text.bands if page else ():
            self._by_band[band].discard(page_id)
            if not self._by_band[band]:
                del self._by_band[band]


def _is_same(text: PageText, other: PageText) -> bool:
    return sketch_of(text).is_same(sketch_of(other))


def _with_text(text: PageText, holders: Iterable[TextHolder]) -> list[TextHolder]:
    return [holder for holder in holders if _is_same(holder.text, text)]


def _of_other_articles(page: TextHolder, holders: Iterable[TextHolder], site: str) -> list[TextHolder]:
    """Leave out other addresses of the page's own article, if the article's own address has the same text.

    Where the page led to that address, it has to be one that a source named: a wall is named by none.
    """
    holders = list(holders)
    own = f"{site}/{page.article_id}"
    from_own_page = [holder for holder in holders if holder.page_id == own]
    has_own_page = page.page_id == own or any(
        holder.from_source or not page.redirected for holder in from_own_page
    )
    if not has_own_page or not page.article_id:
        return holders
    return [holder for holder in holders if holder.article_id != page.article_id]
