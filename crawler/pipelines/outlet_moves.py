"""Which stored article a page is, after its outlet has moved to another host.

An article's id is made of its address. When a newsroom moves, all addresses change: without this, the whole
archive would be taken a second time, and every article would be the duplicate of its own earlier self.
"""

from collections.abc import Sequence
from dataclasses import replace

from pymongo.database import Database

from crawler.model.article import Article
from crawler.model.site import Site
from crawler.parsing.urls import former_page_ids, host_of, page_id
from crawler.pipelines.confirmation import UNRELATED, likeness
from crawler.pipelines.item import PageItem
from crawler.storage.schema import Document


def former_ids(site: Site, item: PageItem) -> list[str]:
    """The ids that the item's article may have had before its outlet moved, the likeliest first.

    These are that of the article which the page held before it led to another host of the outlet, those that
    earlier rules made of its address, and those of the same path on the outlet's former hosts: none, mostly.
    """
    article = item.article
    if article is None or item.article_id is None or item.outcome is not None:
        return []
    former_urls = site.former_urls(article.canonical_url)
    ids = [*former_page_ids(article.canonical_url), *map(page_id, former_urls)]
    ids += [page for url in former_urls for page in former_page_ids(url)]
    moved = host_of(item.page.url) != host_of(article.canonical_url)
    if moved and item.page.article_id is not None and site.owns(item.page.url):
        ids.insert(0, item.page.article_id)
    return [candidate for candidate in dict.fromkeys(ids) if candidate != item.article_id]


def keep_identity(db: Database[Document], item: PageItem, candidates: Sequence[str]) -> None:
    """Give the item the id under which its article is stored already, and that article the new address.

    Nothing changes where the new address has an article of its own, or where the stored one tells another
    story: a new system may have given its path to something else.

    Args:
        db: The database.
        item: A page with an article.
        candidates: What `former_ids` returns.
    """
    assert item.article is not None and item.prepared is not None  # noqa: S101, PT018
    if db.articles.find_one({"_id": item.article_id}, {"_id": 1}) is not None:
        return
    for candidate in candidates:
        stored = db.articles.find_one({"_id": candidate}, {"title": 1, "text": 1, "url": 1})
        if stored is None or tells_another_story(item.article, stored):
            continue
        item.article_id = candidate
        item.prepared = replace(item.prepared, id=candidate)
        address = {"url": item.article.url, "canonical_url": item.article.canonical_url}
        aliases = {"$each": [stored["url"], item.page.url]}
        db.articles.update_one({"_id": candidate}, {"$set": address, "$addToSet": {"aliases": aliases}})
        return


def tells_another_story(article: Article, stored: Document) -> bool:
    """Whether an article shares neither its headline nor its text with a stored one."""
    if stored["title"] == article.title:
        return False
    return likeness(stored["text"], article.text) < UNRELATED
