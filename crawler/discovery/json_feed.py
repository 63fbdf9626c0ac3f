"""JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from dataclasses import dataclass
from typing import Any

from crawler.parsing.encoding import decode
from crawler.parsing.json_text import objects_of, parse_json, text_of

_VERSION = "jsonfeed.org/version/1"


@dataclass(frozen=True, slots=True)
class JsonItem:
    """One item, its texts as published; `addresses` may be that of its page, the likeliest first."""

    addresses: tuple[str, ...]
    title: str | None
    published: str | None
    modified: str | None
    authors: tuple[str, ...]
    summary: str | None
    content: str | None


@dataclass(frozen=True, slots=True)
class JsonFeed:
    """One page of a feed."""

    items: list[JsonItem]
    next_url: str | None
    title: str | None


def read_json_feed(body: bytes) -> JsonFeed | None:
    """Read a JSON Feed; None where this is none.

    A feed is known by its version; one that states none, or not this one, by items that have addresses.

    Args:
        body: The feed as served, decompressed.
    """
    if not body[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    data = parse_json(decode(body))
    entries = data.get("items") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        return None
    items = list(map(_item, objects_of(entries)))
    has_addresses = any(item.addresses for item in items)
    if not has_addresses and _VERSION not in str(data.get("version")):
        return None
    return JsonFeed(items, _text(data, "next_url"), _text(data, "title"))


def _item(entry: dict[str, Any]) -> JsonItem:
    identifier = _text(entry, "id") or ""
    is_address = identifier.lower().startswith(("http://", "https://"))
    addresses = (_text(entry, "url"), identifier if is_address else None, _text(entry, "external_url"))
    # Version 1 knows one `author`, 1.1 a list of `authors`.
    authors = entry.get("authors")
    people = objects_of(authors if isinstance(authors, list) else entry.get("author"))
    return JsonItem(
        addresses=tuple(filter(None, addresses)),
        title=_text(entry, "title"),
        published=_text(entry, "date_published"),
        modified=_text(entry, "date_modified"),
        authors=tuple(filter(None, (_text(person, "name") for person in people))),
        summary=_text(entry, "summary"),
        content=_text(entry, "content_html") or _text(entry, "content_text"),
    )


def _text(node: dict[str, Any], key: str) -> str | None:
    """The text or number under a key; None where there is none."""
    value = node.get(key)
    if type(value) is int:
        return str(value)
    return text_of(node, key) or None
