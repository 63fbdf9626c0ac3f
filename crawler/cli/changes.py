"""`khabar show --diff`: what was changed, for a terminal in either direction of writing.

Words that were cut stand in [-…-] and those that were added in {+…+}, as GNU wdiff writes them, and in red
and green where there are colours. Each run of words is isolated (U+2066 to U+2069), so that the marks stay
beside their words in a right-to-left line too.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from rich.text import Text

from crawler.cli.context import out
from crawler.cli.output import shown_address
from crawler.operations.archive.changes import Change, ParagraphChange, changes

ISOLATE, END = "\u2068", "\u2069"
"""First strong isolate, and pop directional isolate (Unicode, UAX #9)."""

HEADINGS = {"title": "headline", "cut": "paragraph cut", "added": "paragraph added", "changed": "paragraph"}

AROUND = 8
"""Words that are shown on either side of a change; the rest of a long paragraph is left out."""


def show_changes(article: Mapping[str, Any], *, as_json: bool) -> None:
    """Print the changes of an article; with one wording alone, say so."""
    found = changes(article)
    if as_json:
        value = {"id": article["id"], "url": article["url"], "changes": [asdict(one) for one in found]}
        out().print_json(json.dumps(value, ensure_ascii=False))
        return
    console = out()
    console.print(Text(shown_address(article["url"]), style="dim"), soft_wrap=True)
    if article["removed_at"]:
        console.print(Text(f"taken down, noticed {article['removed_at'][:16]} UTC", style="red"))
    for absence in article["absences"]:
        away = f"taken down {absence['removed_at'][:16]}, there again {absence['returned_at'][:16]} UTC"
        console.print(Text(away, style="red"))
    if not found:
        console.print("one wording only: nothing has changed since it was first seen")
    for change in found:
        for line in _lines(change):
            console.print(line, soft_wrap=True)


def _lines(change: Change) -> Iterator[Text]:
    yield Text(
        f"\nrevision {change.earlier} to {change.later}; the earlier one was seen from "
        f"{change.seen_from[:16]} to {change.seen_until[:16]} UTC",
        style="bold",
    )
    if not change.paragraphs:
        yield Text("only spaces or the order of marks differ", style="dim")
    for paragraph in change.paragraphs:
        heading = f"  {HEADINGS[paragraph.kind]}:"
        if all(stretch.kind == "same" for stretch in paragraph.stretches):
            yield Text(f"{heading} only punctuation, vowel marks or digits are written differently", "dim")
            continue
        yield Text(heading, style="dim")
        yield _marked(paragraph)


def _marked(paragraph: ParagraphChange) -> Text:
    text = Text()
    last = len(paragraph.stretches) - 1
    for place, stretch in enumerate(paragraph.stretches):
        if stretch.kind == "same":
            text.append(_context(stretch.new, first=place == 0, last=place == last))
        if stretch.old and stretch.kind != "same":
            text.append(f"{ISOLATE}[-{' '.join(stretch.old)}-]{END} ", style="red strike")
        if stretch.new and stretch.kind != "same":
            text.append(f"{ISOLATE}{{+{' '.join(stretch.new)}+}}{END} ", style="green")
    text.rstrip()
    return text


def _context(words: tuple[str, ...], *, first: bool, last: bool) -> str:
    """Unchanged words: those near a change, and dots for the others."""
    head = () if first else words[:AROUND]
    tail = () if last else words[-AROUND:]
    if len(words) <= len(head) + len(tail):
        return " ".join(words) + " "
    return " ".join((*head, "…", *tail)) + " "
