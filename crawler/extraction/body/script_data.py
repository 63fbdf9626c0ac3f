"""The story in a page's scripts: the state that frameworks leave there for the browser to draw.

Next, Nuxt, Gatsby and their like put what a page shows into JSON, as an element of its own (``<script
type="application/json">``), as an assignment (``window.__STATE__ = {…}``), as a call's argument or as pieces
of a string. All of it is searched for the object that has the page's headline, or a text that begins as the
page's description does; other stories in the same data have neither.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crawler.extraction.body.witnesses import MIN_FULL_TEXT, Witnesses, plain_text
from crawler.extraction.text import skeleton, skeleton_of_long

MAX_SCRIPT_CHARS = 3_000_000
"""A longer script isn't read."""
MAX_SCRIPTS = 60
MAX_OBJECTS = 20_000
"""JSON objects looked at on one page; applications' states have some thousands."""
MAX_DEPTH = 40
"""How deep objects are followed."""
MIN_PIECE = 20
"""Characters of the shortest string that counts as a part of a text made of pieces."""
MAX_VALUES = 12
"""JSON values read of one script that has several, or code between them."""

_SCRIPT = re.compile(r"<script\b([^<>]{0,1000})>(.*?)(?:</script|\Z)", re.IGNORECASE | re.DOTALL)
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
class _Candidate:
    text: str
    has_headline: bool
    """Whether the object that has the text has the page's headline, too."""


def story_in_scripts(source: str, spellings: tuple[str, ...], witnesses: Witnesses) -> list[str]:
    """The paragraphs of the story that the page's scripts hold.

    Args:
        source: The page, decoded.
        spellings: The headline as the page spells it in different places.
        witnesses: What the page says of its story elsewhere.

    Returns:
        The paragraphs, not cleaned; empty where no script has the story.
    """
    headlines = frozenset(skeleton(spelling) for spelling in spellings) - {""}
    best: _Candidate | None = None
    for value in _values(source):
        for candidate in _candidates(value, headlines):
            is_story = candidate.has_headline or _begins(candidate.text, witnesses)
            if is_story and (best is None or len(candidate.text) > len(best.text)):
                best = candidate
    return best.text.split("\n") if best is not None else []


def _begins(text: str, witnesses: Witnesses) -> bool:
    bones = skeleton_of_long(text[:4_000])
    return any(opening in bones for opening in witnesses.openings)


def _values(source: str) -> Iterator[Any]:
    """The JSON values, and the long strings, of a page's scripts."""
    stream: list[str] = []
    for number, match in enumerate(_SCRIPT.finditer(source)):
        attributes, script = match.groups()
        if number >= MAX_SCRIPTS:
            break
        if len(script) > MAX_SCRIPT_CHARS or len(script) < MIN_FULL_TEXT or _OTHER_TYPE.search(attributes):
            continue
        pushed = _PUSHED.findall(script)
        stream += [piece for piece in map(_string, pushed) if piece]
        values = [] if pushed else list(_json_values(script))
        yield from values
        if not values and not pushed:
            yield from filter(None, map(_string, _STRING.findall(script)))
    if stream:
        yield from _stream_values("".join(stream))


def _stream_values(stream: str) -> Iterator[Any]:
    """The rows of React's stream: ``a:{…}`` is JSON, ``b:T4e2,…`` a text of so many bytes, in hexadecimal."""
    for row in re.split(r"(?:^|\n)[0-9a-f]{1,6}:", stream):
        text = re.match(r"T[0-9a-f]{1,8},", row)
        if text:
            yield row[text.end() :]
        elif row[:1] in "[{":
            yield from _json_values(row)


def _json_values(script: str) -> Iterator[Any]:
    position = read = 0
    while read < MAX_VALUES and (match := _OPENING.search(script, position)):
        start = match.start(1) if match.group(1) else match.start(2)
        position = match.end()
        if script.startswith("JSON.parse", start):
            literal = _STRING.match(script, match.end() - 1)
            text = _string(literal.group()) if literal else None
            start_text, offset = text or "", 0
        else:
            start_text, offset = script, start
        try:
            value, end = _DECODER.raw_decode(start_text, offset)
        except (ValueError, RecursionError):
            read += 1
            continue
        if len(start_text) - offset >= MIN_FULL_TEXT and value:
            read += 1
            yield value
        position = end if start_text is script else position


def _string(literal: str) -> str | None:
    """The text of a JavaScript string literal long enough to be a story's."""
    if len(literal) < MIN_FULL_TEXT:
        return None
    body = literal[1:-1]
    if literal[0] != '"':
        body = re.sub(r"\\([^\"\\/bfnrtu])", r"\1", body).replace('\\"', '"').replace('"', '\\"')
    body = re.sub(r"\\x([0-9a-fA-F]{2})", r"\\u00\1", body)
    try:
        value = json.loads(f'"{body}"', strict=False)
    except ValueError:
        return None
    return value if isinstance(value, str) else None


def _candidates(value: Any, headlines: frozenset[str]) -> Iterator[_Candidate]:
    if isinstance(value, str):
        yield from _text_candidates(value, has_headline=False)
        return
    stack: list[tuple[Any, int]] = [(value, 0)]
    seen = 0
    while stack and seen < MAX_OBJECTS:
        node, depth = stack.pop()
        seen += 1
        if depth > MAX_DEPTH:
            continue
        if isinstance(node, list):
            stack += [(item, depth + 1) for item in node if isinstance(item, dict | list)]
            continue
        has_headline = _has_headline(node, headlines)
        for child in node.values():
            if isinstance(child, str):
                yield from _text_candidates(child, has_headline=has_headline)
            elif isinstance(child, list) and has_headline:
                yield from _text_candidates("\n".join(_pieces(child, 0)), has_headline=True)
            if isinstance(child, dict | list):
                stack.append((child, depth + 1))
            if isinstance(child, dict) and has_headline and not _has_headline(child, headlines):
                # WordPress's interface: {"title": {"rendered": …}, "content": {"rendered": …}}
                for key, part in child.items():
                    if isinstance(part, str) and key.lower() in _TEXT_KEYS:
                        yield from _text_candidates(part, has_headline=True)
                    elif isinstance(part, list):
                        yield from _text_candidates("\n".join(_pieces(part, 0)), has_headline=True)


def _has_headline(node: dict[str, Any], headlines: frozenset[str]) -> bool:
    for key, value in node.items():
        text = value.get("rendered") if isinstance(value, dict) else value
        if isinstance(text, str) and len(text) < 600 and key.lower() in _HEADLINE_KEYS:
            bones = skeleton(plain_text(text))
            if bones and bones in headlines:
                return True
    return False


def _text_candidates(text: str, *, has_headline: bool) -> Iterator[_Candidate]:
    if len(text) < MIN_FULL_TEXT or text.count(" ") * 25 < len(text):
        return
    plain = plain_text(text)
    if len(skeleton_of_long(plain)) >= MIN_FULL_TEXT:
        yield _Candidate(plain, has_headline)


def _pieces(node: Any, depth: int) -> Iterator[str]:
    """The words of a list of an editor's blocks, in order."""
    if depth > MAX_DEPTH:
        return
    if isinstance(node, str):
        if len(node) >= MIN_PIECE and not _NO_TEXT.fullmatch(node):
            yield node
    elif isinstance(node, list):
        for item in node:
            yield from _pieces(item, depth + 1)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key.lower() in _TEXT_KEYS:
                yield from _pieces(value, depth + 1)
