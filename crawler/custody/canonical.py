"""One way to write a value as bytes, so that equal values have equal hashes.

JSON (RFC 8259) in UTF-8 with sorted keys and no white space; times as ISO 8601 in UTC with milliseconds, as
the database keeps them. Fields without a value are left out: a field that a later version adds changes no
hash.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def canonical(value: Any) -> bytes:
    """A value as bytes.

    Args:
        value: Of mappings with string keys, sequences, strings, integers, floats, booleans, None and aware
            times.

    Raises:
        TypeError: Something else stands in it.
    """
    return json.dumps(
        _without_empty(value),
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
        default=_plain,
    ).encode("utf-8", "surrogatepass")


def sha256_of(value: Any) -> str:
    """The hex SHA-256 of a value's canonical form."""
    return hashlib.sha256(canonical(value)).hexdigest()


def time_text(moment: datetime) -> str:
    """A moment as it stands in the canonical form."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _without_empty(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_empty(part) for key, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_without_empty(part) for part in value]
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return time_text(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")
