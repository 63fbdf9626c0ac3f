"""A page of an article that is stored: nothing new, something to put right, or a revision."""

from dataclasses import replace

from crawler.fetch.outcome import Outcome
from crawler.model.article import Article, Disposition, latest_publication
from crawler.pipelines.better_metadata import with_better_metadata
from crawler.pipelines.item import Amendment, PageItem
from crawler.pipelines.self_changing import changes_by_itself
from crawler.storage.articles import Known
from crawler.storage.connect import Stores
from crawler.storage.reextractions import keep_date
from crawler.storage.schema import Document


def compare_with_stored(stores: Stores, item: PageItem, archived: Known) -> None:
    """Set an item's outcome or its amendment; with neither, its page was revised.

    Args:
        stores: The open stores.
        item: A page with an article, at that article's own address.
        archived: What is stored of the article.
    """
    article = item.article
    assert article is not None and item.article_id is not None and item.prepared is not None  # noqa: S101, PT018
    stored = stores.db.articles.find_one({"_id": item.article_id}) or {}
    if item.html_sha256 is not None and item.html_sha256 == archived.html_sha256:
        if archived.text_sha256 == article.text_sha256:
            item.outcome = Outcome(Disposition.UNCHANGED, "the same page")
        else:
            item.amendment = Amendment.REREAD
            item.article = keep_date(stores.db, item.article_id, article)
    elif _says_the_same(stored, article):
        _take_metadata(item, stored, article, archived)
    elif item.cut_short or archived.incomplete:
        _tell_missing_part(item, stored["text"], article.text, archived)
    if item.outcome is not None or item.article is None:
        return
    item.known_revision = archived.revision
    item.has_stale_validators = archived.html_sha256 != item.html_sha256 and _same_validators(item)
    published = latest_publication(
        item.article.published_at, item.article.published_precision, archived.first_seen_at
    )
    item.prepared = replace(item.prepared, published_at=published)


def _says_the_same(stored: Document, article: Article) -> bool:
    """Whether headline and text are as stored, but for counters and the like."""
    if stored["title"] != article.title:
        return False
    return bool(stored["text"] == article.text or changes_by_itself(stored["text"], article.text))


def _take_metadata(item: PageItem, stored: Document, article: Article, archived: Known) -> None:
    better = None if item.cut_short else with_better_metadata(stored, article)
    if better is not None:
        item.amendment, item.article = Amendment.METADATA, better
    elif archived.incomplete and not item.cut_short:
        # The further page that was missing is not named any more: what is stored is all there is.
        item.amendment = Amendment.COMPLETED
    else:
        item.outcome = Outcome(Disposition.UNCHANGED, "the same text")


def _tell_missing_part(item: PageItem, stored: str, text: str, archived: Known) -> None:
    """Tell a further page that is missing now, or was when the article was stored, from an edited article."""
    if item.cut_short and _goes_on(text, stored):
        item.outcome = Outcome(Disposition.UNCHANGED, "cut short; what is stored goes on")
    elif item.cut_short and not archived.incomplete:
        item.outcome = Outcome(Disposition.FAILED, "a further page is missing; the stored article stands")
    elif _goes_on(stored, text):
        item.amendment = Amendment.COMPLETED


def _goes_on(beginning: str, text: str) -> bool:
    """Whether a text says all of another one, from its beginning, and more."""
    return text.startswith(f"{beginning}\n\n")


def _same_validators(item: PageItem) -> bool:
    """Whether a page came with the validators of its last full answer: it claims to be that answer."""
    if item.etag or item.page.etag:
        return item.etag == item.page.etag
    return item.last_modified is not None and item.last_modified == item.page.last_modified
