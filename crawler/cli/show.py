"""`khabar show`: an article as it is stored; with `--diff` what was changed between its wordings.

Words that were cut stand in [-…-] and those that were added in {+…+}, as GNU wdiff writes them, and in red
and green where there are colours. Each run of words is isolated (U+2066 to U+2069), so that the marks stay
beside their words in a right-to-left line too.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from crawler.cli.context import context_of, out
from crawler.cli.output import shown_address
from crawler.operations.archive.show import Change, ParagraphChange, changes_of, find_article
from crawler.storage.connect import open_stores

ISOLATE, END = "\u2068", "\u2069"
"""First strong isolate, and pop directional isolate (Unicode, UAX #9)."""

HEADINGS = {"title": "headline", "cut": "paragraph cut", "added": "paragraph added", "changed": "paragraph"}

AROUND = 8
"""Words that are shown on either side of a change; the rest of a long paragraph is left out."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("show")(show_command)


def show_command(
    ctx: typer.Context,
    address: Annotated[
        str, typer.Argument(metavar="URL", help="The article's address, in any form, or its id.")
    ],
    diff: Annotated[bool, typer.Option("--diff", help="Only what changed between its wordings.")] = False,
) -> None:
    """Show an article as it is stored, with its earlier wordings and its story.

    Example: khabar show https://example.org/2024/12/04/title/ --diff
    """
    common = context_of(ctx)
    with contextlib.closing(open_stores(common.settings)) as stores:
        article = find_article(stores, address, common.sites_of_seeds())
    if diff:
        show_changes(article, as_json=common.json)
    elif common.json:
        out().print_json(json.dumps(article, ensure_ascii=False))
    else:
        out().print(_article(article), soft_wrap=True)


def _shares(pair: dict[str, Any] | None) -> str | None:
    """What a copy and its original have of one another; None where it was not measured."""
    if pair is None:
        return None
    passages = f", shared passages: {pair['passages']}" if "passages" in pair else ""
    return (
        f"{pair['contained']:.0%} of it in the original, {pair['contains']:.0%} of the original in it "
        f"({pair['reason']}, {pair['rule']}){passages}"
    )


def _withheld(part: dict[str, Any] | None) -> str | None:
    """What of an article is withheld, since when and why."""
    if part is None:
        return None
    return f"{', '.join(part['fields'])} since {_minute(part['since'])}: {part['reason']}"


def _article(article: dict[str, Any]) -> Group:
    facts = Table.grid(padding=(0, 2))
    published = article["published"]
    if published and article["published_precision"] == "day":
        published = published[:10]
    for name, value in (
        ("url", shown_address(article["url"])),
        ("site", article["site"]),
        ("published", f"{published} ({article['date_source']})" if published else None),
        ("modified", article["modified"]),
        ("authors", ", ".join(article["authors"])),
        ("editors", ", ".join(article["editors"])),
        ("agency", article["agency"]),
        ("marks", ", ".join(article["marks"])),
        ("section", article["section"]),
        ("tags", ", ".join(article["tags"])),
        ("language", article["language"]),
        ("revision", str(article["revision"])),
        ("removed", article["removed_at"]),
        (
            "was away",
            ", ".join(
                f"{_minute(absence['removed_at'])} to {_minute(absence['returned_at'])}"
                for absence in article["absences"]
            ),
        ),
        ("incomplete", "a further page could not be read" if article["incomplete"] else None),
        ("waits", "; ".join(f"{page['reason']}: «{page['title']}»" for page in article["waiting"])),
        ("duplicate of", article["duplicate_of"]),
        ("similarity", f"{article['similarity']:.2f}" if article["similarity"] is not None else None),
        ("shares", _shares(article["pair"])),
        ("story", article["story_id"]),
        ("event", article["event_id"]),
        ("withheld", _withheld(article["withheld"])),
        ("certificate", "not verified" if article["tls"] == "unverified" else None),
        ("id", article["id"]),
    ):
        if value:
            facts.add_row(Text(name, style="dim"), Text(value))
    parts: list[Any] = [Text(article["title"], style="bold"), facts, Text(), Text(article["text"])]
    for member in article["story"]:
        mark = f"{member['similarity']:.2f} " if member["similarity"] is not None else ""
        parts.append(
            Text(
                f"\nalso: {mark}{member['site']}: {member['title']}\n      {shown_address(member['url'])}",
                style="dim",
            )
        )
    parts += [Text(line, style="dim") for line in _event_lines(article["event"])]
    parts += [
        Text(
            f"\nRevision {old['revision']}, {_minute(old['seen_from'])} to {_minute(old['seen_until'])}: "
            f"{old['title']}\n\n{old['text']}",
            style="dim",
        )
        for old in article["revisions"]
    ]
    return Group(*parts)


def _event_lines(event: dict[str, Any] | None) -> Iterator[str]:
    """The other stories of its event, with the reason."""
    if event is None:
        return
    yield "\nThe same event in others' words:"
    for story in event["stories"]:
        yield f"\nevent: {story['site']}: {story['title']}\n      {shown_address(story['url'])}"
        reasons = [f"{kind}: {', '.join(words)}" for kind, words in story["reasons"].items()]
        yield f"      {' · '.join(reasons)}"
    if event["more"]:
        yield f"\n... and {event['more']} more"


def show_changes(article: Mapping[str, Any], *, as_json: bool) -> None:
    """Print the changes of an article; with one wording alone, say so."""
    changes = changes_of(article)
    if as_json:
        value = {
            "id": article["id"],
            "url": article["url"],
            "changes": [asdict(change) for change in changes],
        }
        out().print_json(json.dumps(value, ensure_ascii=False))
        return
    console = out()
    console.print(Text(shown_address(article["url"]), style="dim"), soft_wrap=True)
    if article["removed_at"]:
        console.print(Text(f"taken down, noticed {_minute(article['removed_at'])}", style="red"))
    for absence in article["absences"]:
        removed, returned = _minute(absence["removed_at"]), _minute(absence["returned_at"])
        console.print(Text(f"taken down {removed}, there again {returned}", style="red"))
    if not changes:
        console.print("one wording only: nothing has changed since it was first seen")
    for change in changes:
        for line in _lines(change):
            console.print(line, soft_wrap=True)


def _lines(change: Change) -> Iterator[Text]:
    yield Text(
        f"\nrevision {change.earlier} to {change.later}; the earlier one was seen from "
        f"{_minute(change.seen_from)} to {_minute(change.seen_until)}",
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


def _minute(iso_time: str) -> str:
    """An ISO time to the minute, with its offset."""
    return datetime.fromisoformat(iso_time).isoformat(timespec="minutes")
