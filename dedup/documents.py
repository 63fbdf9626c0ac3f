"""Documents in the forms in which callers have them: tuples, mappings, rows of a table."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from numbers import Integral, Real
from typing import Any

from dedup.errors import DocumentError

_ALIASES = {"published": "published_at", "source": "site"}
"""The second name of a field; a document has one of the two."""
_NO_TIME = frozenset({"", "nat", "nan", "none", "null"})
"""How tables write a missing time..."""
_ZERO_DATES = ("0000-00-00", "0001-01-01")
"""...and how databases do that have no other."""
_FEWEST_SECONDS = 10**8
"""Of a time in numbers; 20241204 is a day."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_USUAL, _FIRST_UNUSUAL = 631_152_000, 4_102_444_800
"""1990 to 2100: no two units give a time within it for one number."""
_NAMES = ("id", "text", "published", "source", "story_id", "title")


class Epoch(StrEnum):
    """What a time counts that is a number: since the beginning of 1970, UTC."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "us"

    @property
    def per_second(self) -> int:
        """How many there are in a second."""
        return {"s": 1, "ms": 1000, "us": 1_000_000}[self]


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
            `published` may be called `published_at` and `source` `site`; other names are ignored. A time is
            what `moment_of` reads; a time or source that is None, NaN, NaT, NA or blank is not known.

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


def from_fields(fields: Mapping[Any, Any], epoch: Epoch | None = None) -> Document:
    """Read a document by the names of its fields; see `document_of`.

    Args:
        fields: Its fields.
        epoch: As for `moment_of`.

    Raises:
        DocumentError: A field is missing or not what it should be; the message names it.
    """
    values = {name: _field(fields, name) for name in _NAMES}
    for name in ("id", "text"):
        if values[name] is None:
            raise DocumentError(f"{name!r} is missing")
        if not isinstance(values[name], str):
            hint = "; give str(id)" if name == "id" and isinstance(values[name], Integral) else ""
            raise DocumentError(f"{name!r} is {shown(values[name])}, not a text{hint}")
    for name in ("source", "story_id", "title"):
        if not isinstance(values[name], str | None):
            raise DocumentError(
                f"{_given_name(fields, name)!r} is {shown(values[name])}, neither a text nor null"
            )
    published = moment_of(values["published"], epoch)
    return Document(**values | {"published": published, "source": values["source"] or None})


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


def moment_of(value: Any, epoch: Epoch | None = None) -> datetime | None:
    """Read a time of publication; without a zone it is UTC.

    Args:
        value: A datetime or date, ISO 8601, a ``datetime64``, or a number, also as a text; None, NaN, NaT or
            a blank text where it isn't known.
        epoch: What a number counts; without it, the unit by which it lies between 1990 and 2100.

    Raises:
        DocumentError: It is no time, or a number of which no unit makes a usual time.
    """
    value = _present(value)
    if hasattr(value, "to_pydatetime"):  # a time of pandas
        value = value.to_pydatetime(warn=False)
    elif hasattr(value, "astype"):  # a datetime64 of numpy, or a number
        value = value.astype("datetime64[us]").item() if value.dtype.kind == "M" else value.item()
    if isinstance(value, str):
        value = _from_text(value.strip(), is_number=epoch is not None)
    if isinstance(value, Real) and not isinstance(value, bool):
        return _from_number(float(value), epoch)
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    if value is None or isinstance(value, datetime):
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)
    raise DocumentError(f"'published' is {shown(value)}, not a time")


def _from_text(text: str, *, is_number: bool) -> datetime | float | None:
    if text.lower() in _NO_TIME or text.startswith(_ZERO_DATES):
        return None
    with suppress(ValueError):
        number = float(text)
        if is_number or number >= _FEWEST_SECONDS:
            return number
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise DocumentError(
            f"'published' is {shown(text)}, not a time as 2024-12-04T13:30:00+03:00"
        ) from None


def _from_number(number: float, epoch: Epoch | None) -> datetime:
    usual = (unit for unit in Epoch if _FIRST_USUAL <= number / unit.per_second < _FIRST_UNUSUAL)
    units = [epoch] if epoch else [*usual]
    if not units:
        raise DocumentError(
            f"'published' is {number:.15g}, not a time: as seconds, milliseconds or microseconds since 1970 "
            "it lies before 1990 or after 2100"
        )
    try:
        return _EPOCH + timedelta(microseconds=round(number * 1_000_000 / units[0].per_second))
    except OverflowError:
        raise DocumentError(f"'published' is {number:.15g} {units[0]} since 1970, not a time") from None


def text_of(value: Any) -> str:
    """A text, as it is.

    Raises:
        DocumentError: It is none.
    """
    if not isinstance(value, str):
        raise DocumentError(f"{shown(value)} is not a text")
    return value


def shown(value: object) -> str:
    """A value as a message shows it: one line of it."""
    line = repr(value)
    return line if len(line) <= 60 else f"{line[:57]}..."
