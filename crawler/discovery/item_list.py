"""Lists of articles in a page's structured data: schema.org's ItemList and its like, in JSON-LD."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from crawler.parsing.plain_text import one_line

_MEMBERS = ("itemListElement", "blogPost", "blogPosts", "hasPart")
"""Properties that hold the members of a list, a blog or a collection page."""

_LISTS = frozenset({"ItemList", "Blog", "CollectionPage"})

MAX_NODES = 20_000
"""Nodes of structured data looked at on one page: real home pages have some hundreds."""


@dataclass(frozen=True, slots=True)
class ListedItem:
    """A member of a list: its address as published, and its name where it has one."""

    url: str
    name: str | None = None


def item_lists(root: HtmlElement, limit: int) -> list[ListedItem]:
    """The members of all lists that a page's JSON-LD describes, in the page's order.

    Args:
        root: The page.
        limit: The largest number of members to return.
    """
    items: list[ListedItem] = []
    for script in root.iter("script"):
        if (script.get("type") or "").split(";")[0].strip().lower() != "application/ld+json":
            continue
        try:
            data = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        items += _members(data)
    return items[:limit]


def _members(data: Any) -> Iterator[ListedItem]:
    # An explicit stack: hostile nesting must not reach Python's recursion limit.
    stack, visited = [data], 0
    while stack and visited < MAX_NODES:
        node = stack.pop()
        visited += 1
        if isinstance(node, list):
            stack.extend(reversed(node))
        elif isinstance(node, dict):
            if _LISTS.intersection(_types(node)):
                for name in _MEMBERS:
                    members = node.get(name) or ()
                    for member in members if isinstance(members, list) else [members]:
                        if (item := _item(member)) is not None:
                            yield item
            stack.extend(value for value in reversed(list(node.values())) if isinstance(value, dict | list))


def _types(node: dict[str, Any]) -> list[str]:
    types = node.get("@type")
    return [types] if isinstance(types, str) else [kind for kind in types or () if isinstance(kind, str)]


def _item(member: Any) -> ListedItem | None:
    """A member: an address, a ListItem that holds or names its item, or the item itself."""
    if isinstance(member, str):
        return ListedItem(member)
    if not isinstance(member, dict):
        return None
    inner = member.get("item")
    candidates: list[Any] = [member.get("url")]
    names = [member.get("name"), member.get("headline")]
    if isinstance(inner, dict):
        candidates += [inner.get("url"), inner.get("@id"), inner.get("mainEntityOfPage")]
        names += [inner.get("name"), inner.get("headline")]
    else:
        candidates += [inner, member.get("@id")]
    url = next((text for text in candidates if isinstance(text, str) and text.strip()), None)
    name = next((one_line(text) for text in names if isinstance(text, str) and one_line(text)), None)
    return ListedItem(url, name) if url else None
