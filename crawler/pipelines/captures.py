"""Pages of an import on their way into the store: decided on as a crawl's, at the time of capture.

A capture that was taken before its article was last looked at says what the article once was: it becomes an
earlier wording of it, or nothing where that is stored.

Most pages of an import are new: nothing is stored of their page, their article or their text. Of those a
batch is looked up in a few requests and written in a few more, in the order in which a single page is
written: article, custody entry, page. So are looks at known pages that bring nothing new. Whatever has to be
compared with something is written by itself, after what was captured before it.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from crawler.errors import KhabarError
from crawler.fetch.outcome import Outcome
from crawler.html.sentences import sentence
from crawler.model.article import Disposition
from crawler.parsing.urls import former_page_ids
from crawler.pipelines.confirmation import Candidate, is_another_text, page_text, unconfirmed
from crawler.pipelines.dedup import decide
from crawler.pipelines.item import PageItem
from crawler.pipelines.repeated_looks import complete_look, is_repeated_look, write_repeated_looks
from crawler.pipelines.run import CrawlRun
from crawler.pipelines.store import capture_of, new_outcome, page_result, write_page
from crawler.pipelines.stored_article import former_ids, keep_identity
from crawler.pipelines.unconfirmed import confirm_removal, mark_removed, remember_text
from crawler.storage.articles import ArticleStore, NewArticle
from crawler.storage.captured_pages import CapturedPages, begun_page
from crawler.storage.connect import Stores
from crawler.storage.crawls import NEW
from crawler.storage.dedup_index import follow_stories, open_index, put_stories_right
from crawler.storage.dedup_texts import stored_texts
from crawler.storage.earlier_wordings import Look, Sight, add_sight, looked_at
from crawler.storage.page import Page
from crawler.storage.page_texts import PageText, TextHolder, pages_with_text
from crawler.storage.stored_article import StoredArticle, UnsealedArticleReader
from dedup import DedupError, IndexFullError


@dataclass(frozen=True, slots=True)
class _Stored:
    """What is stored that a batch's items may have to be compared with.

    Attributes:
        pages: Known pages by address.
        articles: Ids under which an article is stored.
        page_articles: The articles of the known pages, by id.
        texts: Settled pages that may have the text of one of the items.
    """

    pages: Mapping[str, Page] = field(default_factory=dict)
    articles: Set[str] = frozenset()
    page_articles: Mapping[str, StoredArticle] = field(default_factory=dict)
    texts: Sequence[TextHolder] = ()


class CaptureBatch:
    """Some captured pages in the order of their capture, and how far their writing has come.

    Args:
        run: The import into their site.
        items: The pages, as they were extracted or with an outcome; `is_capture` is set.
    """

    def __init__(self, run: CrawlRun, items: Sequence[PageItem]) -> None:
        self._run = run
        self._items = items
        self._ids = [_ids(run, item) for item in items]
        self._group: list[PageItem] = []
        self._is_single = False
        self.outcomes: list[Outcome] = []
        """How the pages ended, as far as they are written, in the order of `items`."""

    def write(self, stores: Stores) -> None:
        """Write what is left; may be called again where a store went away in the middle.

        Args:
            stores: The open stores.

        Raises:
            KhabarError: Nothing can be written any more.
            Exception: The stores refuse something: `refuse` says so, and `write` is called again.
        """
        self._run.lease.check()
        self._write_group(stores)
        first = len(self.outcomes)
        items, ids = self._items[first:], self._ids[first:]
        stored = _Stored() if self._is_single else _look_up(stores, self._run, items, ids)
        earlier: set[str] = set()
        for item, own in zip(items, ids, strict=True):
            is_apart = earlier.isdisjoint(own)
            earlier |= own
            if is_apart and not self._is_single and _goes_in_group(self._run, item, own, stored):
                self._group.append(item)
                continue
            self._write_group(stores)
            self.outcomes.append(write_capture(stores, self._run, item))
        self._write_group(stores)

    def refuse(self, error: Exception) -> None:
        """Take note that the stores refused something; a page that is refused by itself is quarantined.

        Args:
            error: What `write` raised.

        Raises:
            KhabarError: It is refused in quarantine, too, or the index is not what it was.
        """
        if isinstance(error, DedupError):
            # Going on would begin an index that does not know what the archive holds.
            raise KhabarError(sentence("index_made_anew", why=str(error))) from error
        self._group = []
        if not self._is_single:
            self._is_single = True
            return
        item = self._items[len(self.outcomes)]
        reason = sentence("not_stored", why=f"{type(error).__name__}: {str(error)[:200]}")
        if item.outcome is not None and item.outcome.disposition is Disposition.QUARANTINED:
            raise KhabarError(sentence("problem_of_page", url=item.url, reason=reason)) from error
        item.outcome = Outcome(Disposition.QUARANTINED, reason)

    def _write_group(self, stores: Stores) -> None:
        """Write the group of new pages, of looks, and of those that leave nothing, and begin the next."""
        new = [item for item in self._group if item.outcome is None]
        written = set(map(id, _write_new(stores, self._run, new)))
        looks = [item for item in self._group if _is_look(item)]
        endings = dict(zip(map(id, looks), write_repeated_looks(stores, self._run, looks), strict=True))
        for item in self._group:
            if item.outcome is None and id(item) not in written:
                self.outcomes.append(write_capture(stores, self._run, item))
            else:
                self.outcomes.append(endings.get(id(item)) or item.outcome or new_outcome(item.decision))
        self._group = []


def _ids(run: CrawlRun, item: PageItem) -> frozenset[str]:
    """The ids under which something of an item may be stored; gives it its page as an import begins it."""
    item.page = begun_page(run.site.id, item.page.url)
    ids = {item.page.id.partition("/")[2], *former_page_ids(item.page.url), *former_ids(run.site, item)}
    return frozenset(ids | {item.article_id} if item.article_id else ids)


def _look_up(stores: Stores, run: CrawlRun, items: Sequence[PageItem], ids: Iterable[Set[str]]) -> _Stored:
    reader = UnsealedArticleReader(stores.db)
    pages = CapturedPages(stores.db, run.site.id).stored({item.page.url for item in items})
    article_ids = {page.article_id for page in pages.values() if page.article_id is not None}
    texts = [text for item in items if item.page.url not in pages and (text := _text(run, item)) is not None]
    bands = {band for text in texts for band in text.bands if not run.site_texts.is_frequent(text)}
    return _Stored(
        pages,
        reader.present(set().union(*ids)),
        {article.id: article for batch in reader.in_batches(sorted(article_ids)) for article in batch},
        pages_with_text(stores.db, list(bands)) if bands else (),
    )


def _text(run: CrawlRun, item: PageItem) -> PageText | None:
    """The fingerprint of a new page's text; None where it may not be stored at first sight."""
    mark = item.extracted.fingerprint
    if item.outcome is not None or item.article is None or mark is None:
        return None
    candidate = Candidate(mark, None, item.fetched_at)
    return None if unconfirmed(candidate, ()) else page_text(candidate, run.site.id)


def _goes_in_group(run: CrawlRun, item: PageItem, ids: Set[str], stored: _Stored) -> bool:
    """Whether an item is written with others: it is new, leaves nothing, or is a look that brings nothing."""
    page = stored.pages.get(item.page.url)
    if page is None:
        return _is_new(run, item, ids, stored)
    article = stored.page_articles.get(page.article_id or "")
    return article is not None and is_repeated_look(run, item, page, article)


def _is_look(item: PageItem) -> bool:
    return item.outcome is not None and item.outcome.disposition is Disposition.UNCHANGED


def _is_new(run: CrawlRun, item: PageItem, ids: Set[str], stored: _Stored) -> bool:
    """Whether nothing is stored that an item has to do with; other pages see its text from then on.

    Of an unknown page that is no article nothing will be stored, either.
    """
    if item.outcome is not None:
        return item.outcome.disposition is not Disposition.QUARANTINED
    text = _text(run, item)
    if text is None or item.article_id is None or not stored.articles.isdisjoint(ids):
        return False
    if run.site_texts.shares(text, item.page.id, stored.texts):
        return False
    item.text = text
    holder = TextHolder(item.page.id, item.page.url, text, item.article_id, stored=True)
    run.site_texts.enter(holder)
    return True


def _write_new(stores: Stores, run: CrawlRun, items: Sequence[PageItem]) -> list[PageItem]:
    """Write new articles and their pages; returns the items that were written."""
    if not items or not _decide(stores, items):
        return []
    run.keeping.custody.note_new(stores, items)
    articles = ArticleStore(stores.db)
    stands = articles.insert([_new_article(run, item) for item in items])
    items = [item for item, is_ours in zip(items, stands, strict=True) if is_ours]
    decisions = [item.decision for item in items if item.decision is not None]
    for decision in decisions:
        articles.apply(decision.changes)
    follow_stories(stores, decisions)
    run.keeping.boilerplate.learn(stores, items)
    run.keeping.custody.log_new(stores)
    results = [(item.page, page_result(item, new_outcome(item.decision)), item.fetched_at) for item in items]
    CapturedPages(stores.db, run.site.id).insert(results)
    for item, (_, result, _) in zip(items, results, strict=True):
        run.site_texts.end(item.page.id, result.disposition)
    return items


def _decide(stores: Stores, items: Sequence[PageItem]) -> bool:
    """Ask the index for the stories of new articles; returns False where it is full."""
    articles = {item.article_id: item.article.text for item in items if item.article_id and item.article}
    prepared = [item.prepared for item in items if item.prepared is not None]
    try:
        texts = stored_texts(stores, articles)
        decisions = open_index(stores).check_and_insert(prepared, texts=texts)
    except IndexFullError:
        return False
    for item, decision in zip(items, decisions, strict=True):
        item.decision = decision
    return True


def _new_article(run: CrawlRun, item: PageItem) -> NewArticle:
    assert item.article and item.article_id and item.prepared and item.decision  # noqa: S101, PT018
    return NewArticle(item.article_id, item.article, capture_of(run, item), item.prepared, item.decision)


def write_capture(stores: Stores, run: CrawlRun, item: PageItem) -> Outcome:
    """Decide on a captured page and write what became of it.

    Args:
        stores: The open stores.
        run: The import into its site.
        item: The page, as it was extracted or with an outcome; `is_capture` is set.

    Returns:
        How it ended.
    """
    run.lease.check()
    # Looked up here: the capture before may have been of the same page.
    url, pages = item.page.url, CapturedPages(stores.db, run.site.id)
    stored_page = pages.stored([url]).get(url)
    item.page = stored_page or begun_page(run.site.id, url)
    leads_home = mark_removed(item)
    if candidates := former_ids(run.site, item):
        keep_identity(stores.db, item, candidates)
    article_id = item.article_id or item.page.article_id
    checked_at = looked_at(stores.db, article_id) if article_id else None
    if article_id is not None and checked_at is not None and item.fetched_at <= checked_at:
        if stored_page is None and (outcome := _completed(stores, item, article_id)) is not None:
            remember_text(run, item)
            pages.record(item.page, page_result(item, outcome), item.fetched_at)
            return outcome
        if stored_page is not None and checked_at == item.fetched_at:
            article = UnsealedArticleReader(stores.db).get(article_id)
            if article is not None and (outcome := complete_look(run, item, pages, article)) is not None:
                return outcome
        return _earlier(stores, item, article_id)
    if leads_home:
        confirm_removal(stores, run, item)
    elif item.outcome is None:
        decide(stores, run, item)
    outcome = write_page(stores, run, item)
    if outcome.disposition in NEW and item.article_id and item.article and item.text:
        # It had to be captured twice to be believed: the first time counts as well.
        add_sight(
            stores.db,
            item.article_id,
            item.article,
            Look(item.text.first_at, item.html_sha256, item.capture),
        )
    return outcome


def _completed(stores: Stores, item: PageItem, article_id: str) -> Outcome | None:
    """Complete what was cut off after this very capture was stored as an article; None where it was not."""
    header = UnsealedArticleReader(stores.db).header(article_id)
    if header is None or item.article is None or header.first_seen_at != item.fetched_at:
        return None
    if header.html_sha256 != item.html_sha256 or header.revision > 1:
        return None
    if not header.dedup_pending:
        put_stories_right(stores, [article_id], [header.story_id])
    return new_outcome(ArticleStore(stores.db).story_of(article_id))


def _earlier(stores: Stores, item: PageItem, article_id: str) -> Outcome:
    """Enter a capture that is older than what is known of its article."""
    if item.outcome is not None:
        return item.outcome
    stored = UnsealedArticleReader(stores.db).get(article_id)
    assert stored is not None and item.article is not None  # noqa: S101, PT018
    if is_another_text(stored.title, stored.text, item.article.title, item.article.text):
        reason = sentence("unlike_the_stored")
        return Outcome(Disposition.UNCONFIRMED, reason)
    sight = add_sight(
        stores.db, article_id, item.article, Look(item.fetched_at, item.html_sha256, item.capture)
    )
    disposition = Disposition.REVISED if sight is Sight.WORDING else Disposition.UNCHANGED
    return Outcome(disposition, sight.value)
