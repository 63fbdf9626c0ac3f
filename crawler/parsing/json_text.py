"""JSON as sites publish it: read leniently, and without trust in its shape."""

import json
from collections.abc import Iterator
from typing import Any


def parse_json(text: str) -> Any:
    """Parse JSON with control characters in its strings; None where it is none, or nested too deeply.

    Args:
        text: The JSON.
    """
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def objects_of(value: object) -> Iterator[dict[str, Any]]:
    """The objects of a list, or the one object that a value is; nothing else.

    Args:
        value: A parsed value.
    """
    yield from (entry for entry in (value if isinstance(value, list) else [value]) if isinstance(entry, dict))


def text_of(node: dict[str, Any], key: str) -> str:
    """The text under a key without space around it; empty where there is none.

    Args:
        node: An object.
        key: The key.
    """
    value = node.get(key)
    return value.strip() if isinstance(value, str) else ""
