"""What crawls noted of a site, as it may be served: notes quote pages and name their addresses."""

from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from pymongo.database import Database

from crawler.parsing.redaction import NAME_MARK, Redactor
from crawler.storage.custody_hashes import earlier_wordings
from crawler.storage.schema import Document
from crawler.storage.seals import Seals

_BEGINNING: Final = 24
"""Characters of a text by which a quotation of it is known."""
_SHORT: Final = 8
"""Characters of a phrase that says nothing by itself."""


class CrawlNotes:
    """The notes on one site, without what quotes a withheld article.

    Args:
        db: The database.
        site: The site's id.
    """

    def __init__(self, db: Database[Document], site: str) -> None:
        seals = Seals(db).of_site(site)
        withheld = [id_ for id_, seal in seals.items() if seal.withholds_article]
        articles = db.articles.find({"_id": {"$in": withheld}}) if withheld else ()
        wordings = [*articles, *(earlier_wordings(db, withheld) if withheld else ())]
        phrases = {_folded(phrase) for wording in wordings for phrase in _phrases(wording)}
        self._phrases = {phrase for phrase in phrases if len(phrase) >= _SHORT}
        self._redactor = Redactor({name for seal in seals.values() for name in seal.names})

    def shown(self, note: str) -> str:
        """A note as it may be served; of one that quotes a withheld article nothing is left."""
        text = _folded(note)
        if any(phrase in text for phrase in self._phrases):
            return NAME_MARK
        redacted = self._redactor.text(note)
        # A sentence that can be said in other languages is more than its text.
        return note if redacted == note else redacted

    def shown_all(self, notes: Iterable[str]) -> list[str]:
        """Notes as they may be served."""
        return [self.shown(note) for note in notes]


def notes_of_sealed(db: Database[Document]) -> dict[str, CrawlNotes]:
    """The notes by site, of sites that have a sealed article."""
    return {site: CrawlNotes(db, site) for site in db.seals.distinct("site", {"active": True})}


def _phrases(wording: Document) -> Iterator[str]:
    """What a wording of an article is quoted by."""
    yield wording["title"]
    yield wording["text"][:_BEGINNING]
    for address in (wording.get("url"), wording.get("canonical_url"), *(wording.get("aliases") or ())):
        parts = urlsplit(address or "")
        yield f"{parts.netloc}{parts.path}".rstrip("/")


def _folded(text: str) -> str:
    return " ".join(unquote(text).casefold().split())
