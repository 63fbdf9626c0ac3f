"""What a page says of its article's text elsewhere than in its markup.

The description and a feed's summary are often the text's beginning, though not always; JSON-LD's
`articleBody`, a feed's full text and WordPress's REST interface have all of it. They confirm a reading, or
show that another text was read.

Next, Nuxt, Gatsby and their like put what a page shows into JSON, as an element of its own (``<script
type="application/json">``), as an assignment (``window.__STATE__ = {…}``), as a call's argument or as pieces
of a string. All of it is searched for the object that has the page's headline, or a text that begins as the
page's description does; other articles in the same data have neither.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from crawler.extraction.metadata.jsonld import LinkedData, Node
from crawler.extraction.metadata.meta import Metadata
from crawler.extraction.text import tidy
from crawler.model.article import Hints
from crawler.parsing.arabic import fold_long, skeleton, skeleton_of_long

OPENING = 36
"""Letters of a text's beginning that are compared: six words or so, which no other text begins with."""
MIN_OPENING = 24
"""A shorter description may be a label."""
MIN_FULL_TEXT = 200
"""Letters from which a text is the whole article rather than its summary."""
MAX_FULL_TEXT = 200_000
SHINGLE = 3
"""Words of a run by which two texts are compared: enough that chance agreement is rare."""
CONFIRMED = 0.5
"""Share of a full text's shingles from which the text that was read is that one; edited copies have most."""
CONTRADICTED = 0.2
"""Share of a full text's shingles below which the text that was read is another one."""

_TAG = re.compile(r"<(/?)(p|br|div|li|ul|ol|h[1-6]|blockquote|tr|[a-z][a-z0-9]{0,15})\b[^<>]{0,2000}>", re.I)
_UNREAD = re.compile(r"<!--(?:.*?-->|.*)|<(script|style)\b(?:.*?</\1\s{0,9}>|.*)", re.IGNORECASE | re.DOTALL)
_BREAKING = frozenset(
    {"p", "br", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr"}
)
MAX_SCRIPT_CHARS = 3_000_000
"""A longer script isn't read."""
MAX_SCRIPTS = 60
REMEMBERED_CHARS = 20_000
"""A longer script is likely the page's own, with its text, and too large to be remembered."""
MAX_OBJECTS = 20_000
"""JSON objects looked at on one page; applications' states have some thousands."""
MAX_DEPTH = 40
"""How deep objects are followed."""
MIN_PIECE = 20
"""Characters of the shortest string that counts as a part of a text made of pieces."""
MAX_VALUES = 12
"""JSON values read of one script that has several, or code between them."""

_SCRIPT = re.compile(r"<script\b([^<>]{0,1000})>", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script", re.IGNORECASE)
_OTHER_TYPE = re.compile(r"type\s*=\s*[\"']?(?:application/ld\+json|text/template|text/x-)", re.IGNORECASE)
_OPENING = re.compile(r"[=(,:]\s{0,20}([\[{]|JSON\.parse\(\s{0,20}[\"'])|\A\s{0,200}([\[{])")
_PUSHED = re.compile(r"\.push\(\s{0,9}\[\s{0,9}1\s{0,9},\s{0,9}(\"(?:[^\"\\]|\\.)*\")", re.DOTALL)
"""A piece of the stream that React's server components send."""
_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`", re.DOTALL)
_HEADLINE_KEYS = frozenset(
    {"title", "headline", "name", "heading", "news_title", "newstitle", "subject", "label"}
)
_TEXT_KEYS = frozenset(
    {"text", "html", "content", "value", "body", "children", "data", "paragraph", "rendered"}
)
"""Keys under which editors keep the words of a block."""
_NO_TEXT = re.compile(r"https?://\S+|[\w./:+-]{20,}")
_DECODER = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True)
class DeclaredText:
    """What one page and its source declare of the article's text."""

    openings: tuple[str, ...] = ()
    """How it begins, as skeletons (`arabic.skeleton`)."""
    full_texts: tuple[str, ...] = ()
    """All of it, as plain text with line breaks, the longest first."""

    def confirms(self, text: str) -> bool:
        """Whether an opening or a full text shows that a text is the article's."""
        return self.begins(text) or self.share_in(text) >= CONFIRMED

    def contradicts(self, text: str) -> bool:
        """Whether the full texts are other ones than a text, and no opening confirms it."""
        if not self.full_texts or self.begins(text):
            return False
        return self.share_in(text) < CONTRADICTED

    def begins(self, text: str) -> bool:
        """Whether a declared opening stands in a text."""
        if not self.openings:
            return False
        letters = _letters(text)
        return any(opening in letters for opening in self.openings)

    def share_in(self, text: str) -> float:
        """Which part of a full text a text has, 0 to 1; of several, that of the one it has most of."""
        return max((_share_of(full_text, text) for full_text in self.full_texts), default=0.0)


def read_declared_text(metadata: Metadata, url: str, hints: Hints, spellings: Iterable[str]) -> DeclaredText:
    """Collect what a page and the source that listed it declare of its article's text.

    Args:
        metadata: The page's own statements.
        url: The page's URL.
        hints: What the source declared.
        spellings: The headline; a text that begins with it begins behind it.
    """
    node = metadata.article(url) or {}
    sources = filter(None, (article_body(node, metadata.linked_data), hints.text))
    full_texts = list(filter(_is_full_text, map(plain_text, sources)))
    descriptions = map(metadata.first, ("og:description", "description", "twitter:description"))
    summaries = [*full_texts, *descriptions, node.get("description"), hints.summary]
    headlines = sorted(map(skeleton, filter(None, spellings)), key=len, reverse=True)
    openings = [_opening(text, headlines) for text in summaries if isinstance(text, str)]
    full_texts.sort(key=len, reverse=True)
    return DeclaredText(tuple(dict.fromkeys(filter(None, openings))), tuple(full_texts))


def _is_full_text(text: str) -> bool:
    return len(_letters(text)) >= MIN_FULL_TEXT


@lru_cache(maxsize=8)
def _letters(text: str) -> str:
    """A text's skeleton; cached, since each reading is compared several times."""
    return skeleton_of_long(text)


def article_body(node: Node, data: LinkedData) -> str | None:
    """The `articleBody` (or `text`) of an article's JSON-LD node, as written: plain, or HTML."""
    for key in ("articleBody", "text"):
        value = data.resolve(node.get(key))
        if isinstance(value, list):
            value = "\n\n".join(part for part in value if isinstance(part, str))
        if isinstance(value, str) and value.strip():
            return value[:MAX_FULL_TEXT]
    return None


def plain_text(text: str) -> str:
    """A text that may be HTML, escaped once or twice, as plain lines."""
    text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _UNREAD.sub("\n", text)
        text = _TAG.sub(lambda tag: "\n" if tag.group(2).lower() in _BREAKING else "", text)
    return "\n".join(filter(None, map(tidy, text.split("\n"))))


def _share_of(text: str, other: str) -> float:
    """Which part of a text's shingles another one has, 0 to 1."""
    shingles = _shingles(text[:MAX_FULL_TEXT])
    return len(shingles & _shingles(other[:MAX_FULL_TEXT])) / max(1, len(shingles))


@lru_cache(maxsize=8)
def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    """Runs of `SHINGLE` words; cached, since one text is compared with several others."""
    words = re.findall(r"\w+", fold_long(text))
    return frozenset(zip(*(words[start:] for start in range(SHINGLE)), strict=False))


def _opening(summary: str, headlines: list[str]) -> str:
    """The beginning of a summary behind the headline; empty where it is too short to compare."""
    letters = skeleton(html.unescape(summary)[:400])
    headline = next(filter(letters.startswith, headlines), "")
    opening = letters.removeprefix(headline)
    return opening[:OPENING] if len(opening) >= MIN_OPENING else ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    text: str
    has_headline: bool
    """Whether the object that has the text has the page's headline, too."""


def text_in_scripts(source: str, spellings: tuple[str, ...], declared: DeclaredText) -> list[str]:
    """The paragraphs of the article that the page's scripts hold.

    Args:
        source: The page, decoded.
        spellings: The headline as the page spells it in different places.
        declared: What the page declares of the text elsewhere.

    Returns:
        The paragraphs, not cleaned; empty where no script has the article.
    """
    headlines = frozenset(map(skeleton, spellings)) - {""}
    candidates = (candidate for value in _values(source) for candidate in _candidates(value, headlines))
    texts = (
        candidate.text
        for candidate in candidates
        if candidate.has_headline or declared.begins(candidate.text[:4_000])
    )
    longest = max(texts, key=len, default="")
    return longest.split("\n") if longest else []


def _values(source: str) -> Iterator[Any]:
    """The JSON values, and the long strings, of a page's scripts."""
    stream: list[str] = []
    for attributes, script in islice(_scripts(source), MAX_SCRIPTS):
        if not MIN_FULL_TEXT <= len(script) <= MAX_SCRIPT_CHARS or _OTHER_TYPE.search(attributes):
            continue
        if pushed := _PUSHED.findall(script):
            stream += filter(None, map(_string, pushed))
        elif len(script) > REMEMBERED_CHARS:
            yield from _values_of(script)
        else:
            yield from _values_of_short(script)
    if stream:
        yield from _stream_values("".join(stream))


def _scripts(source: str) -> Iterator[tuple[str, str]]:
    """The attributes and the text of each script of a page."""
    position = 0
    while opening := _SCRIPT.search(source, position):
        end = _SCRIPT_END.search(source, opening.end())
        yield opening[1], source[opening.end() : end.start() if end else None]
        position = end.end() if end else len(source)


def _values_of(script: str) -> list[Any]:
    """The JSON values of a script or, without one, its long strings."""
    literals = (literal for literal in _STRING.findall(script) if len(literal) >= MIN_FULL_TEXT)
    return list(_json_values(script)) or list(filter(None, map(_string, literals)))


@lru_cache(maxsize=64)
def _values_of_short(script: str) -> list[Any]:
    """The same, remembered: most scripts are those of a template. Nobody changes the values."""
    return _values_of(script)


def _stream_values(stream: str) -> Iterator[Any]:
    """The rows of React's stream: ``a:{…}`` is JSON, ``b:T4e2,…`` a text of so many bytes, in hexadecimal."""
    for row in re.split(r"(?:^|\n)[0-9a-f]{1,6}:", stream):
        if text := re.match(r"T[0-9a-f]{1,8},", row):
            yield row[text.end() :]
        elif row[:1] in "[{":
            yield from _json_values(row)


def _json_values(script: str) -> Iterator[Any]:
    position = count = 0
    while count < MAX_VALUES and (match := _OPENING.search(script, position)):
        position = match.end()
        source, offset = script, match.start(match.lastindex or 0)
        if script.startswith("JSON.parse", offset):
            source, offset = _parsed_string(script, position - 1), 0
        try:
            value, end = _DECODER.raw_decode(source, offset)
        except (ValueError, RecursionError):
            count += 1
            continue
        if len(source) - offset >= MIN_FULL_TEXT and value:
            count += 1
            yield value
        if source is script:
            position = end


def _parsed_string(script: str, position: int) -> str:
    """The text of the string literal at a place of a script, that `JSON.parse` reads."""
    literal = _STRING.match(script, position)
    return _string(literal.group()) if literal else ""


def _string(literal: str) -> str:
    """The text of a JavaScript string literal long enough to be an article's; empty for others."""
    if len(literal) < MIN_FULL_TEXT:
        return ""
    body = literal[1:-1]
    if literal[0] != '"':
        body = re.sub(r"\\([^\"\\/bfnrtu])", r"\1", body).replace('\\"', '"').replace('"', '\\"')
    body = re.sub(r"\\x([0-9a-fA-F]{2})", r"\\u00\1", body)
    try:
        value = json.loads(f'"{body}"', strict=False)
    except ValueError:
        return ""
    return str(value)


def _candidates(value: Any, headlines: frozenset[str]) -> Iterator[_Candidate]:
    """The texts of a JSON value that are long enough to be an article's."""
    if isinstance(value, str):
        yield from _text_candidates(value, has_headline=False)
    stack: list[tuple[Any, int]] = [(value, 0)] if isinstance(value, dict | list) else []
    count = 0
    while stack and count < MAX_OBJECTS:
        node, depth = stack.pop()
        count += 1
        if depth > MAX_DEPTH:
            continue
        if isinstance(node, dict):
            yield from _texts_of(node, headlines)
        children = node.values() if isinstance(node, dict) else node
        stack += [(child, depth + 1) for child in children if isinstance(child, dict | list)]


def _texts_of(node: dict[str, Any], headlines: frozenset[str]) -> Iterator[_Candidate]:
    """The texts of one object: its strings and, where it has the headline, the editor's blocks in it."""
    has_headline = _has_headline(node, headlines)
    for child in node.values():
        if isinstance(child, str):
            yield from _text_candidates(child, has_headline=has_headline)
        elif has_headline and isinstance(child, list):
            yield from _text_candidates(_text_of_blocks(child), has_headline=True)
        elif has_headline and isinstance(child, dict) and not _has_headline(child, headlines):
            # WordPress's interface: {"title": {"rendered": …}, "content": {"rendered": …}}
            yield from _rendered_texts(child)


def _rendered_texts(node: dict[str, Any]) -> Iterator[_Candidate]:
    for key, value in node.items():
        if isinstance(value, list):
            yield from _text_candidates(_text_of_blocks(value), has_headline=True)
        elif isinstance(value, str) and key.lower() in _TEXT_KEYS:
            yield from _text_candidates(value, has_headline=True)


def _has_headline(node: dict[str, Any], headlines: frozenset[str]) -> bool:
    for key in filter(_is_headline_key, node):
        value = node[key]
        text = value.get("rendered") if isinstance(value, dict) else value
        if isinstance(text, str) and len(text) < 600 and skeleton(plain_text(text)) in headlines:
            return True
    return False


def _is_headline_key(key: str) -> bool:
    return key.lower() in _HEADLINE_KEYS


def _text_candidates(text: str, *, has_headline: bool) -> Iterator[_Candidate]:
    if len(text) >= MIN_FULL_TEXT and text.count(" ") * 25 >= len(text):
        plain = plain_text(text)
        if _is_full_text(plain):
            yield _Candidate(plain, has_headline)


def _text_of_blocks(blocks: list[Any]) -> str:
    return "\n".join(_pieces(blocks, 0))


def _pieces(node: Any, depth: int) -> Iterator[str]:
    """The words of a list of an editor's blocks, in order."""
    if depth > MAX_DEPTH:
        return
    if isinstance(node, str):
        if len(node) >= MIN_PIECE and not _NO_TEXT.fullmatch(node):
            yield node
        return
    children = node if isinstance(node, list) else ()
    if isinstance(node, dict):
        children = [value for key, value in node.items() if key.lower() in _TEXT_KEYS]
    for child in children:
        yield from _pieces(child, depth + 1)
