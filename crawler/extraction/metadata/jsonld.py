"""What a page says of itself in JSON-LD: its article's node, found among everything else, and read leniently.

News sites publish several blocks a page: a search box, an organisation, bread crumbs, the article, the
related articles; as lists, as `@graph`, with raw line breaks inside strings, trailing commas, HTML comments
around them, or cut off. `read_linked_data` reads what can be read and never raises; everything is bounded.

The vocabulary is schema.org's (https://schema.org/Article), the container forms those of JSON-LD 1.1
(https://www.w3.org/TR/json-ld11/).
"""

import html
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from lxml.html import HtmlElement

from crawler.extraction.metadata.matching import same_headline
from crawler.parsing.article_urls import same_page

Node = dict[str, Any]
"""One JSON-LD object as parsed: keys as written, values unchecked."""

MAX_BLOCKS = 40
"""Blocks read of one page. Pages with one block a related story exist; more than this is noise."""
MAX_BLOCK_CHARS = 1_000_000
"""A longer block is left unread. An article's block with its whole body is a few ten thousand."""
MAX_REPAIRED_CHARS = 250_000
"""A longer block that isn't JSON is left unread: repairing costs ten times what reading does."""
MAX_TOTAL_CHARS = 3_000_000
"""Characters read over all blocks of one page."""
MAX_NODES = 2_000
"""Objects visited over all blocks of one page."""
MAX_DEPTH = 8
"""How deep containers are followed. Real pages nest two or three (`mainEntity` in `@graph` in a list)."""

_ARTICLE_TYPES = {
    "article": 1,
    "newsarticle": 0,
    "analysisnewsarticle": 0,
    "askpublicnewsarticle": 0,
    "backgroundnewsarticle": 0,
    "opinionnewsarticle": 0,
    "reportagenewsarticle": 0,
    "reviewnewsarticle": 0,
    "liveblogposting": 0,
    "blogposting": 2,
    "report": 2,
    "satiricalarticle": 2,
    "advertisercontentarticle": 2,
    "techarticle": 2,
    "scholarlyarticle": 2,
    "socialmediaposting": 3,
}
"""schema.org's Article and its subtypes, with their rank: on a news page the lower is believed first."""

LAST_RANK = 9
"""The rank of types that are no article's."""
_PAGE_TYPES = frozenset({"webpage", "itempage"})

_CONTAINERS = ("@graph", "mainEntity", "mainEntityOfPage")
"""Keys that lead to the page's own thing. `hasPart`, `itemListElement`, `mentions`, `liveBlogUpdate` and the
like lead to others' and are not followed."""

_JSON_TYPE = re.compile(r"\A\s*application/ld\+json\b", re.IGNORECASE)
_WRAPPING = re.compile(r"\A(?:\s|;|\ufeff|<!--|//|/\*|\*/|<!\[CDATA\[)+")
_ESCAPE = re.compile(r'(\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt]))|\\')
_TRAILING_COMMA = re.compile(r",\s{0,200}([}\]])")
_OPENING = re.compile(r"[\[{]")
_SALVAGE_TYPE = re.compile(r'"@type"\s{0,9}:\s{0,9}\[?\s{0,9}"([^"]{1,80})"')
_SALVAGE_VALUE = re.compile(
    r'\A\s{0,9}:\s{0,9}"(.{0,600}?)"\s{0,99}(?=,\s{0,99}"[\w@]{1,40}"\s{0,9}:|[}\]]|\Z)', re.DOTALL
)
_SALVAGE_WINDOW = 900
"""Characters from a key on that are looked at: more than `_SALVAGE_VALUE` can take."""
_SALVAGED = ("headline", "datePublished", "dateCreated", "dateModified", "articleSection", "description")
_DECODER = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True)
class LinkedData:
    """The nodes of one page that matter to an article.

    `articles` are the article nodes in the page's order, `pages` the WebPage nodes; neither contains nodes
    that describe related items. `by_id` has every visited node with an `@id`.
    """

    articles: tuple[Node, ...] = ()
    pages: tuple[Node, ...] = ()
    by_id: dict[str, Node] = field(default_factory=dict)

    def article(self, *, url: str | None = None, title: str | None = None) -> Node | None:
        """The node of the page's own article, or None.

        Args:
            url: The page's address; a node that names it wins over one that names another page.
            title: The page's headline, if known; a node with the same headline wins.

        Returns:
            The best node. With no `url` and no `title` the type of the best rank wins, then the first.
        """
        return next(iter(self.ranked(url=url, title=title)), None)

    def ranked(self, *, url: str | None = None, title: str | None = None) -> list[Node]:
        """The article nodes, likeliest first, without those that plainly describe another page.

        A node is another page's when it names both another address and another headline, or when it names
        another of the one that is known while a different node does better.

        Args:
            url: The page's address.
            title: The page's headline, if known.
        """
        scored = [(self._score(node, url, title), node) for node in self.articles]
        scored.sort(key=lambda pair: (-pair[0], node_rank(pair[1])))
        best = scored[0][0] if scored else 0
        return [node for score, node in scored if score >= 0 or score == best > -2]

    def _score(self, node: Node, url: str | None, title: str | None) -> int:
        """How far a node is the page's own: 2 where address and headline agree, -2 where both differ."""
        names = [text_value(node, "headline"), text_value(node, "name")]
        return _agreement(url, _addresses(node), same_page) + _agreement(title, names, same_headline)

    def resolve(self, value: Any) -> Any:
        """`value`, or the node that it refers to when it is nothing but a reference (``{"@id": …}``)."""
        if not isinstance(value, dict) or len(value) > 2:
            return value
        identity = value.get("@id")
        if not isinstance(identity, str):
            return value
        return self.by_id.get(identity, value)


def read_linked_data(tree: HtmlElement) -> LinkedData:
    """Read all JSON-LD of a page. Never raises; the tree isn't changed.

    Args:
        tree: The parsed page.

    Returns:
        The article and page nodes; empty where there are none.
    """
    articles: list[Node] = []
    pages: list[Node] = []
    by_id: dict[str, Node] = {}
    values = chain.from_iterable(map(parse_block, _blocks(tree)))
    for node in islice(chain.from_iterable(map(_nodes, values)), MAX_NODES):
        identity = node.get("@id")
        if isinstance(identity, str) and len(node) > len(by_id.get(identity, ())):
            by_id[identity] = node
        kinds = node_types(node)
        if not _ARTICLE_TYPES.keys().isdisjoint(kinds):
            articles.append(node)
        elif not _PAGE_TYPES.isdisjoint(kinds):
            pages.append(node)
    return LinkedData(tuple(articles), tuple(pages), by_id)


def parse_block(text: str) -> list[Any]:
    """The JSON values of one block, read as leniently as is safe.

    Raw line breaks in strings, HTML comments or CDATA around the block, trailing commas and semicolons, bad
    escapes, several values one after the other and escaped quotes (``&quot;``) are all read. Where nothing
    parses (cut off, bare quotes inside a headline), the plain string fields of the article are salvaged.

    Args:
        text: The content of the script element.

    Returns:
        The values in order; empty where there is nothing to read.
    """
    if not text or len(text) > MAX_BLOCK_CHARS:
        return []
    text = text[match.end() :] if (match := _WRAPPING.match(text)) else text
    if not text:
        return []
    values = _decode_all(text)
    if values:
        return values
    if len(text) > MAX_REPAIRED_CHARS:
        return []
    repaired = _TRAILING_COMMA.sub(r"\1", _ESCAPE.sub(r"\1", text))
    if '"' not in repaired and "&" in repaired:
        repaired = html.unescape(repaired)
    return _decode_all(repaired) or _salvage(repaired)


def node_types(node: Node) -> list[str]:
    """The node's types in lower case, without their namespace (``newsarticle``)."""
    kinds = node.get("@type")
    if isinstance(kinds, str):
        return [_bare_type(kinds)]
    if not isinstance(kinds, list):
        return []
    return [_bare_type(kind) for kind in kinds[:20] if isinstance(kind, str)]


def node_rank(node: Node) -> int:
    """The rank of a node's type on a news page: 0 for NewsArticle, 1 for Article, then the rest."""
    ranks = [_ARTICLE_TYPES.get(kind, LAST_RANK) for kind in node_types(node)]
    return min(ranks, default=LAST_RANK)


def text_value(node: Node, key: str) -> str | None:
    """A field as one clean string: entities read, white space collapsed; the first of a list.

    Args:
        node: The node.
        key: The field, for example ``headline``.

    Returns:
        The string, or None where the field is missing, empty or no text.
    """
    value = node.get(key)
    if isinstance(value, list):
        value = next(filter(None, value), None)
    if isinstance(value, dict):
        value = value.get("@value", value.get("name"))
    if type(value) is int:
        value = str(value) if abs(value) < 10**18 else None
    if not isinstance(value, str):
        return None
    text = " ".join(html.unescape(value).split())
    return text or None


def _bare_type(kind: str) -> str:
    return re.split(r"[/#:]", kind[-100:])[-1].strip().lower()


def _blocks(tree: HtmlElement) -> Iterator[str]:
    blocks = total = 0
    for script in tree.iter("script"):
        kind = script.get("type")
        if not kind or not _JSON_TYPE.match(kind):
            continue
        text = script.text or ""
        total += len(text)
        blocks += 1
        if blocks > MAX_BLOCKS or total > MAX_TOTAL_CHARS:
            return
        yield text


def _nodes(value: Any, depth: int = 0) -> Iterator[Node]:
    """The objects of a value: itself, those of a list, those in its containers."""
    if depth > MAX_DEPTH:
        return
    inner: list[Any] = []
    if isinstance(value, list):
        inner = value[:MAX_NODES]
    elif isinstance(value, dict):
        yield value
        inner = [value.get(key) for key in _CONTAINERS]
    for each in inner:
        yield from _nodes(each, depth + 1)


def _decode_all(text: str) -> list[Any]:
    """All JSON values that stand one after the other; what follows the last good one is ignored."""
    values: list[Any] = []
    position = 0
    while len(values) < MAX_BLOCKS and (opening := _OPENING.search(text, position)):
        try:
            value, position = _DECODER.raw_decode(text, opening.start())
        except (ValueError, RecursionError):
            break
        values.append(value)
    return values


def _salvage(text: str) -> list[Any]:
    """The plain string fields of the first article in a block that isn't JSON."""
    types = [match for match in _SALVAGE_TYPE.finditer(text) if _bare_type(match.group(1)) in _ARTICLE_TYPES]
    if not types:
        return []
    start, end = types[0].end(), len(text)
    if len(types) > 1:
        end = types[1].start()
    node: Node = {"@type": types[0].group(1)}
    for key in _SALVAGED:
        quoted = f'"{key}"'
        position = text.find(quoted, start, end)
        if position < 0:
            continue
        position += len(quoted)
        if match := _SALVAGE_VALUE.match(text[position : min(end, position + _SALVAGE_WINDOW)]):
            node[key] = match.group(1).replace('\\"', '"').replace("\\/", "/")
    return [node] if len(node) > 1 else []


def _addresses(node: Node) -> Sequence[str | None]:
    values: list[Any] = []
    for key in ("url", "@id", "mainEntityOfPage"):
        value = node.get(key)
        if isinstance(value, dict):
            values += [value.get("@id"), value.get("url")]
        else:
            values.append(value)
    return [value for value in values if isinstance(value, str)]


def _agreement(
    text: str | None, values: Sequence[str | None], same: Callable[[str, str], bool | None]
) -> int:
    """1 if one of `values` says the same as `text`, -1 if some can be compared and none does, else 0."""
    if not text:
        return 0
    answers = {same(text, other) for other in filter(None, values)}
    if True in answers:
        return 1
    return -1 if False in answers else 0
