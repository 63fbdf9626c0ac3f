"""Sealing articles: what of them is withheld from everything that is served, until the seal is lifted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from crawler.custody.entries import EventKind, new_event
from crawler.errors import KhabarError, UsageError
from crawler.model.seal import Seal, SealedField
from crawler.operations.archive.show import find_stored
from crawler.settings import Settings
from crawler.storage.connect import Stores
from crawler.storage.custody_records import Custodian
from crawler.storage.seals import Seals, credits_of
from crawler.storage.search import SearchFile, refresh
from crawler.storage.stored_article import UnsealedArticleReader

LONGEST_REASON = 1000
"""Letters of a reason: it is shown with every withheld article."""


@dataclass(slots=True)
class SealResult:
    """What sealing, or unsealing, did.

    Attributes:
        changed: Ids of the articles whose seal is another now.
        unchanged: Ids of those that were so already.
        copies: Ids and sites of other articles of their stories, which are still served.
        index_error: Why the search index of this machine could not follow; None if it did.
    """

    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    copies: list[tuple[str, str]] = field(default_factory=list)
    index_error: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The result for machines."""
        return {
            "changed": self.changed,
            "unchanged": self.unchanged,
            "copies": [{"id": id_, "site": site} for id_, site in self.copies],
            "index_error": self.index_error,
        }


def seal(
    stores: Stores,
    settings: Settings,
    addresses: Sequence[str],
    *,
    reason: str,
    fields: frozenset[SealedField],
    names: Sequence[str] = (),
) -> SealResult:
    """Withhold articles, or a part of them, from everything that is served.

    Nothing is deleted: the archive keeps what it has, crawls go on with it, and `unseal` brings it back.

    Args:
        stores: The open stores.
        settings: Where this machine's search index is.
        addresses: Addresses or ids of articles. Nothing is sealed where one of them is unknown.
        reason: Why, as readers are shown it.
        fields: What to withhold.
        names: Names of persons to take out, beside those of the authors and editors.

    Raises:
        UsageError: An address is unknown, the reason is empty or too long, or names are given which `fields`
            does not withhold.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise UsageError(f"--reason: it takes 1 to {LONGEST_REASON} letters; readers are shown it")
    if names and SealedField.NAMES not in fields:
        raise UsageError("--names: names are taken out where --fields has names")
    ids = _ids(stores, addresses)
    seals, now, result = Seals(stores.db), datetime.now(UTC), SealResult()
    for article_id in ids:
        document = stores.db.articles.find_one({"_id": article_id}) or {}
        hidden = [*names, *credits_of(document)] if SealedField.NAMES in fields else []
        given = Seal(article_id, fields, reason, now, tuple(dict.fromkeys(filter(str.strip, hidden))))
        (result.changed if seals.put(document, given) else result.unchanged).append(article_id)
    _log(stores, EventKind.SEAL, result.changed, now, reason, sorted(map(str, fields)))
    result.copies = _copies(stores, ids)
    result.index_error = _follow(stores, settings)
    return result


def unseal(
    stores: Stores, settings: Settings, addresses: Sequence[str], *, reason: str | None = None
) -> SealResult:
    """Lift the seals of articles; all that was withheld is served again.

    Args:
        stores: The open stores.
        settings: Where this machine's search index is.
        addresses: Addresses or ids of articles.
        reason: Why, for the record.

    Raises:
        UsageError: An address is unknown.
    """
    seals, now, result = Seals(stores.db), datetime.now(UTC), SealResult()
    for article_id in _ids(stores, addresses):
        lifted = seals.lift(article_id, reason, now)
        (result.changed if lifted else result.unchanged).append(article_id)
    _log(stores, EventKind.UNSEAL, result.changed, now, reason, None)
    result.index_error = _follow(stores, settings)
    return result


def seal_records(stores: Stores) -> list[dict[str, Any]]:
    """All seals, lifted ones too, the latest first; the articles go by their ids alone."""
    return [
        {
            "id": record.seal.article_id,
            "site": record.site,
            "active": record.active,
            "fields": sorted(map(str, record.seal.fields)),
            "reason": record.seal.reason,
            "sealed_at": record.seal.sealed_at.isoformat(),
            "history": [{**event, "at": event["at"].isoformat()} for event in record.history],
        }
        for record in Seals(stores.db).records()
    ]


def _log(
    stores: Stores,
    kind: EventKind,
    article_ids: Sequence[str],
    at: datetime,
    reason: str | None,
    fields: list[str] | None,
) -> None:
    """Enter into the custody log what was decided; what is withheld does not stand there."""
    custodian = Custodian()
    events = [new_event(kind, at, "", id_, reason=reason, fields=fields) for id_ in article_ids]
    custodian.log_events(stores.db, events)
    custodian.close(stores.db)


def _ids(stores: Stores, addresses: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(find_stored(stores, address).id for address in addresses))


def _copies(stores: Stores, article_ids: Sequence[str]) -> list[tuple[str, str]]:
    """What else of the articles' stories is still served."""
    reader = UnsealedArticleReader(stores.db)
    stories = sorted({header.story_id for header in reader.headers(article_ids).values()})
    members = reader.of_stories(stories)
    sealed = {id_ for id_, seal_ in Seals(stores.db).of(list(members)).items() if seal_.withholds_article}
    left = members.keys() - sealed - set(article_ids)
    return sorted((id_, members[id_].site) for id_ in left)


def _follow(stores: Stores, settings: Settings) -> str | None:
    """Let the search index of this machine follow at once; those of other machines do by themselves."""
    file = SearchFile(settings.data_dir)
    if not file.path.exists():
        return None
    try:
        refresh(file, stores.db)
    except KhabarError as error:
        return str(error)
    finally:
        file.close()
    return None
