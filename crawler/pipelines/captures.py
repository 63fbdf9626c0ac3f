"""Pages of an import on their way into the store: decided on as a crawl's, at the time of capture.

A capture that was taken before its article was last looked at says what the article once was: it becomes an
earlier wording of it, or nothing where that is stored.
"""

from crawler.fetch.outcome import Outcome
from crawler.model.article import Disposition
from crawler.pipelines.confirmation import is_another_text
from crawler.pipelines.dedup import decide
from crawler.pipelines.item import PageItem
from crawler.pipelines.run import CrawlRun
from crawler.pipelines.store import write_page
from crawler.pipelines.stored_article import former_ids, keep_identity
from crawler.pipelines.unconfirmed import confirm_removal, mark_removed
from crawler.storage.captured_pages import CapturedPages
from crawler.storage.connect import Stores
from crawler.storage.crawls import NEW
from crawler.storage.earlier_wordings import Look, Sight, add_sight, looked_at
from crawler.storage.stored_article import UnsealedArticleReader


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
    item.page = CapturedPages(stores.db, run.site.id).get(item.page.url)
    leads_home = mark_removed(item)
    if candidates := former_ids(run.site, item):
        keep_identity(stores.db, item, candidates)
    article_id = item.article_id or item.page.article_id
    checked_at = looked_at(stores.db, article_id) if article_id else None
    if article_id is not None and checked_at is not None and item.fetched_at <= checked_at:
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


def _earlier(stores: Stores, item: PageItem, article_id: str) -> Outcome:
    """Enter a capture that is older than what is known of its article."""
    if item.outcome is not None:
        return item.outcome
    stored = UnsealedArticleReader(stores.db).get(article_id)
    assert stored is not None and item.article is not None  # noqa: S101, PT018
    if is_another_text(stored.title, stored.text, item.article.title, item.article.text):
        reason = "an earlier capture that has nothing to do with the stored article"
        return Outcome(Disposition.UNCONFIRMED, reason)
    sight = add_sight(
        stores.db, article_id, item.article, Look(item.fetched_at, item.html_sha256, item.capture)
    )
    disposition = Disposition.REVISED if sight is Sight.WORDING else Disposition.UNCHANGED
    return Outcome(disposition, sight.value)
