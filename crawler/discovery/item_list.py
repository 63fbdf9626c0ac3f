"""Lists of articles in a page's structured data: schema.org's ItemList and its like, in JSON-LD."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from lxml.html import HtmlElement

from crawler.parsing.json_text import parse_json
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
        if script.get("type", "").split(";")[0].strip().lower() == "application/ld+json":
            items += _members(parse_json(script.text or ""))
    return items[:limit]


def _members(data: Any) -> Iterator[ListedItem]:
    for node in filter(_is_list, _objects(data)):
        members = chain.from_iterable(_values(node.get(key) or ()) for key in _MEMBERS)
        yield from filter(None, map(_item, members))


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    """The objects of structured data, each before those inside it."""
    # An explicit stack: hostile nesting must not reach Python's recursion limit.
    stack, visited = [data], 0
    while stack and visited < MAX_NODES:
        node = stack.pop()
        visited += 1
        if isinstance(node, list):
            stack.extend(reversed(node))
        elif isinstance(node, dict):
            yield node
            stack.extend(value for value in reversed(node.values()) if isinstance(value, dict | list))


def _is_list(node: dict[str, Any]) -> bool:
    return not _LISTS.isdisjoint(filter(_is_text, _values(node.get("@type"))))


def _values(value: Any) -> list[Any]:
    """The members of a list, or the one value that stands in its place."""
    return list(value) if isinstance(value, list | tuple) else [value]


def _item(member: Any) -> ListedItem | None:
    """A member: an address, a ListItem that holds or names its item, or the item itself."""
    if isinstance(member, str):
        return ListedItem(member)
    if not isinstance(member, dict):
        return None
    inner = member.get("item")
    if isinstance(inner, dict):
        addresses = [member.get("url"), inner.get("url"), inner.get("@id"), inner.get("mainEntityOfPage")]
    else:
        inner, addresses = {}, [member.get("url"), inner, member.get("@id")]
    url = next(filter(_is_text, addresses), None)
    names = [node.get(key) for node in (member, inner) for key in ("name", "headline")]
    name = next(filter(None, map(one_line, filter(_is_text, names))), None)
    return ListedItem(url, name) if url else None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""
