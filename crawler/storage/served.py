"""What may be served of a record under a seal: a field that is not named here is withheld, or redacted."""

from dataclasses import Field, fields
from typing import Any, ClassVar, Final, Protocol, TypeVar

from crawler.model.seal import Seal, SealedField
from crawler.parsing.redaction import NAME_MARK, Redactor, origin_of


class Record(Protocol):
    """A data class of an article or of one of its wordings."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


R = TypeVar("R", bound=Record)

KEPT: Final = frozenset(
    (
        "id", "site", "first_seen_at", "checked_at", "revised_at", "revision", "text_sha256", "html_sha256",
        "story_id", "published_at", "published_precision", "language", "duplicate_of", "similarity",
        "duplicate_reason", "dedup_pending", "event_id", "removed_at", "absences", "incomplete", "tls",
    )
)  # fmt: skip
"""Fields that say nothing of what an article says: served of a withheld one, too, and never redacted."""

_ADDRESSES: Final = frozenset(("url", "canonical_url", "aliases", "image"))
_PERSONS: Final = frozenset(("authors", "editors"))


def served(record: R, seal: Seal) -> R:
    """The record as it may be served under a seal.

    Args:
        record: As it is stored.
        seal: The seal of its article.
    """
    values: dict[str, Any] = {each.name: getattr(record, each.name) for each in fields(record)}
    if seal.withholds_article:
        values = _withheld(values)
    else:
        redactor = Redactor(seal.names)
        values = {name: _redacted(name, value, seal, redactor) for name, value in values.items()}
    names = record.__dataclass_fields__
    if "seal" in names:
        values["seal"] = seal
    if "marks" in names:
        values["marks"] = [*values.get("marks", ()), *seal.marks]
    return type(record)(**values)


def _withheld(values: dict[str, Any]) -> dict[str, Any]:
    """The fields that are left of a withheld record; the rest has its default, and what has none is empty."""
    kept = {name: value for name, value in values.items() if name in KEPT}
    return {**kept, "title": "", "url": origin_of(values["url"])}


def _redacted(name: str, value: Any, seal: Seal, redactor: Redactor) -> Any:
    """A field without what the seal withholds."""
    if name in KEPT:
        return value
    if name == "image" and SealedField.IMAGE in seal.fields:
        return None
    if name in _PERSONS and SealedField.NAMES in seal.fields:
        return [NAME_MARK] * bool(value)
    redact = redactor.address if name in _ADDRESSES else redactor.text
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return list(dict.fromkeys(map(redact, value)))
    return value
