"""Show: what the archive holds of one address, and what editors changed from one wording to the next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, Literal

from crawler.errors import UsageError
from crawler.html.difference import Stretch, difference
from crawler.model.period import iso_time, iso_times
from crawler.model.seal import WithheldError
from crawler.model.site import Site, zone_of
from crawler.operations.archive.events import event_of_story, event_row
from crawler.operations.archive.tables import export_row
from crawler.parsing.urls import former_page_ids, page_id
from crawler.storage.connect import Stores
from crawler.storage.page_texts import PageState, pages_by_id, waiting_of_article
from crawler.storage.site_state import crawled_sites
from crawler.storage.stored_article import ArticleReader, StoredArticle


def shown_article(stores: Stores, address: str) -> StoredArticle:
    """The article of an address, or of an id, as it may be served. Raises what `find_article` raises."""
    article = find_stored(stores, address)
    if article.seal is not None and article.is_withheld:
        raise WithheldError(article.seal)
    return article


def find_article(stores: Stores, address: str, sites: Mapping[str, Site] | None = None) -> dict[str, Any]:
    """Return the article of an address, or of an id, with its revisions and its story.

    Args:
        stores: The open stores.
        address: The URL of the article in any of its forms, or the article's id.
        sites: The known sites: times are shown in a site's own zone.

    Returns:
        The export's row, with `revisions` (oldest first), `waiting` (what its page says now, where the site
        has to say it again first), `absences` (when its site had taken it down), `tls`
        (``unverified`` where its site's certificate was not verified), `withheld` (what of it a seal
        withholds, why and since when), `pair` (what a copy and its original share, as
        `dedup.comparison.pairs` has it), `story` (the other members) and `event` (the other stories of its
        event, and why each is one of it).

    Raises:
        UsageError: The archive holds no article of it; the message says what is known of the page.
        WithheldError: The article is sealed as a whole.
    """
    reader = ArticleReader(stores.db)
    article = shown_article(stores, address)
    sites = sites or {}
    zone = zone_of(article.site, sites)
    members = reader.of_stories([article.story_id]).values()
    return export_row(article, zone) | {
        "tls": article.tls,
        "withheld": withheld_part(article, zone),
        "revisions": [
            {
                "revision": old.revision,
                "title": old.title,
                "text": old.text,
                "seen_from": iso_time(old.seen_from, zone),
                "seen_until": iso_time(old.seen_until, zone),
            }
            for old in reader.revisions(article.id)
        ],
        "pair": article.pair if article.duplicate_of else None,
        "waiting": [iso_times(page, zone) for page in waiting_of_article(stores.db, article.id)],
        "absences": [iso_times(absence, zone) for absence in article.absences],
        "story": [
            {
                "id": member.id,
                "site": member.site,
                "url": member.url,
                "title": member.title,
                "published": iso_time(member.published_at, zone_of(member.site, sites)),
                "similarity": member.similarity,
                "duplicate_of": member.duplicate_of,
            }
            for member in members
            if member.id != article.id
        ],
        "event": event_row(event_of_story(stores, article.story_id)),
    }


def withheld_part(article: StoredArticle, zone: tzinfo) -> dict[str, Any] | None:
    """What of an article is withheld, why and since when; None where nothing is."""
    seal = article.seal
    if seal is None:
        return None
    return {
        "fields": sorted(map(str, seal.fields)),
        "reason": seal.reason,
        "since": iso_time(seal.sealed_at, zone),
    }


def find_stored(stores: Stores, address: str) -> StoredArticle:
    """Return the stored article of an address or an id, as far as it may be served.

    Args:
        stores: The open stores.
        address: The URL of the article in any of its forms, or the article's id.

    Raises:
        UsageError: The archive holds no article of it; the message says what is known of the page.
    """
    reader = ArticleReader(stores.db)
    ids = [page_id(address), *former_page_ids(address)] if "://" in address else [address]
    article = reader.first_of(ids)
    if article is not None:
        return article
    pages = pages_by_id(stores.db, [f"{site}/{id_}" for site in crawled_sites(stores.db) for id_ in ids])
    article = next((reader.get(page.article_id) for page in pages if page.article_id), None)
    if article is None:
        raise UsageError(f"{address}: {_page_summary(pages)}")
    return article


def _page_summary(pages: Sequence[PageState]) -> str:
    """What is known of an address that is no stored article, by the pages that it may be."""
    if not pages:
        return "the archive does not know this address"
    page = pages[0]
    if page.waiting is not None:
        waiting = page.waiting
        return (
            f"it waits to be confirmed: {waiting['reason']}; it says: "
            f"«{waiting['title']}» {waiting['beginning']}"
        )
    if page.disposition:
        error = f" ({page.error})" if page.error else ""
        return f"it gave no article: {page.disposition}{error}"
    return f"it was found by its {page.discovered_by} and not fetched yet"


Kind = Literal["title", "cut", "added", "changed"]


@dataclass(frozen=True, slots=True)
class ParagraphChange:
    """A paragraph, or the headline, that is not what it was: its stretches in reading order."""

    kind: Kind
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """From one revision to the next: when the earlier one was seen last, and what is different."""

    earlier: int
    later: int
    seen_from: str
    seen_until: str
    paragraphs: tuple[ParagraphChange, ...]


def changes_of(article: Mapping[str, Any]) -> list[Change]:
    """The changes of an article, the oldest first.

    Args:
        article: What `find_article` returned.
    """
    wordings = [*article["revisions"], {**article, "seen_from": None, "seen_until": None}]
    return [
        Change(
            earlier=old["revision"],
            later=new["revision"],
            seen_from=old["seen_from"],
            seen_until=old["seen_until"],
            paragraphs=tuple(_paragraphs(old, new)),
        )
        for old, new in pairwise(wordings)
    ]


def _paragraphs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[ParagraphChange]:
    if old["title"] != new["title"]:
        yield ParagraphChange("title", tuple(difference(old["title"], new["title"])))
    before, after = old["text"].split("\n\n"), new["text"].split("\n\n")
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        # Paragraphs that were put in another's place are compared in pairs; what is left was cut or added.
        pairs = min(i2 - i1, j2 - j1)
        for offset in range(pairs):
            yield ParagraphChange("changed", tuple(difference(before[i1 + offset], after[j1 + offset])))
        for text in before[i1 + pairs : i2]:
            yield ParagraphChange("cut", (Stretch("cut", tuple(text.split()), ()),))
        for text in after[j1 + pairs : j2]:
            yield ParagraphChange("added", (Stretch("added", (), tuple(text.split())),))
