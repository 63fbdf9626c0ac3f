"""Documents in the forms in which callers have them: tuples, mappings, rows of a table."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from dedup.errors import DocumentError

_ALIASES = {"published": "published_at", "source": "site"}
"""The second name of a field; a document has one of the two."""
_NAMES = ("id", "text", "published", "source", "story_id", "title")


@dataclass(frozen=True, slots=True)
class Document:
    """An article to be compared with others.

    Attributes:
        id: Its id.
        text: Its body text, without the headline.
        published: When it was published, aware of its zone; None where that isn't known.
        source: Who published it (a site's id), or None.
        story_id: The story that the input names for it, or None.
        title: Its headline, or None. Events are told by it; copies are not.
    """

    id: str
    text: str
    published: datetime | None = None
    source: str | None = None
    story_id: str | None = None
    title: str | None = None


def documents_of(rows: Iterable[Any]) -> Iterator[Document]:
    """Read documents; see `document_of`.

    Raises:
        DocumentError: One can't be read; the message says which.
    """
    for number, row in enumerate(rows, 1):
        try:
            yield document_of(row)
        except DocumentError as error:
            raise DocumentError(f"document {number}: {error}") from None


def document_of(row: Any) -> Document:
    """Read one document.

    Args:
        row: A `Document`; a tuple or list (id, text, published) or (id, text, published, source); or
        something with
            names: a mapping, a named tuple (as pandas' ``itertuples`` gives), a row of sqlite3. By name,
            `published` may be called `published_at` and `source` `site`; other names are ignored. A time is a
            datetime or date, ISO 8601, or a ``datetime64``; a time or source that is None, NaN, NaT or NA is
            not known. Times without a zone are UTC.

    Raises:
        DocumentError: It has another form, or a field is missing or not what it should be.
    """
    if isinstance(row, Document):
        return row
    if hasattr(row, "_asdict"):
        return from_fields(row._asdict())
    if hasattr(row, "keys"):
        return from_fields({name: row[name] for name in row.keys()})  # noqa: SIM118  # of sqlite3
    if not isinstance(row, tuple | list):
        raise DocumentError(f"{shown(row)} is no document: it is neither a tuple nor a mapping")
    if len(row) not in (3, 4):
        raise DocumentError(
            f"has {len(row)} values; a document is (id, text, published) or (id, text, published, source)"
        )
    return from_fields(dict(zip(("id", "text", "published", "source"), row, strict=False)))


def from_fields(fields: Mapping[Any, Any]) -> Document:
    """Read a document by the names of its fields; see `document_of`.

    Raises:
        DocumentError: A field is missing or not what it should be; the message names it.
    """
    values = {name: _field(fields, name) for name in _NAMES}
    for name in ("id", "text"):
        if values[name] is None:
            raise DocumentError(f"{name!r} is missing")
        if not isinstance(values[name], str):
            raise DocumentError(f"{name!r} is {shown(values[name])}, not a text")
    for name in ("source", "story_id", "title"):
        if not isinstance(values[name], str | None):
            raise DocumentError(
                f"{_given_name(fields, name)!r} is {shown(values[name])}, neither a text nor null"
            )
    return Document(**values | {"published": moment_of(values["published"])})


def _field(fields: Mapping[Any, Any], name: str) -> Any:
    """The value of a field under either of its names; None where it is missing."""
    value = _present(fields.get(name))
    other = _present(fields.get(_ALIASES.get(name)))
    if value is not None and other is not None:
        raise DocumentError(f"{name!r} and {_ALIASES[name]!r} are both given")
    return other if value is None else value


def _given_name(fields: Mapping[Any, Any], name: str) -> str:
    return name if name in fields else _ALIASES.get(name, name)


def _present(value: Any) -> Any:
    """A value, or None where it is one of the marks of a missing one: NaN, NaT, NA."""
    try:
        return None if value != value else value  # what is not equal to itself is no value
    except TypeError:  # pandas' NA is neither equal nor unequal to itself
        return None


def moment_of(value: Any) -> datetime | None:
    """Read a time of publication; without a zone it is UTC.

    Raises:
        DocumentError: It is no time.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise DocumentError(
                f"'published' is {shown(value)}, not a time as 2024-12-04T13:30:00+03:00"
            ) from None
    elif hasattr(value, "astype"):  # a datetime64 of numpy
        value = value.astype("datetime64[us]").item()
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    if value is None or isinstance(value, datetime):
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)
    raise DocumentError(f"'published' is {shown(value)}, not a time")


def shown(value: object) -> str:
    """A value as a message shows it: one line of it."""
    line = repr(value)
    return line if len(line) <= 60 else f"{line[:57]}..."
