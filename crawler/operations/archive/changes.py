"""What an article's editors changed from one wording to the next, paragraph by paragraph and word by word."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, Literal

from crawler.html.difference import Stretch, difference

Kind = Literal["title", "cut", "added", "changed"]


@dataclass(frozen=True, slots=True)
class ParagraphChange:
    """A paragraph, or the headline, that is not what it was: its stretches in reading order."""

    kind: Kind
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """From one revision to the next: when the earlier one was seen last, and what is different."""

    earlier: int
    later: int
    seen_from: str
    seen_until: str
    paragraphs: tuple[ParagraphChange, ...]


def changes(article: Mapping[str, Any]) -> list[Change]:
    """The changes of an article, the oldest first.

    Args:
        article: What `crawler.operations.archive.show.find_article` returned.
    """
    wordings = [*article["revisions"], {**article, "seen_from": None, "seen_until": None}]
    return [
        Change(
            earlier=old["revision"],
            later=new["revision"],
            seen_from=old["seen_from"],
            seen_until=old["seen_until"],
            paragraphs=tuple(_paragraphs(old, new)),
        )
        for old, new in pairwise(wordings)
    ]


def _paragraphs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[ParagraphChange]:
    if old["title"] != new["title"]:
        yield ParagraphChange("title", tuple(difference(old["title"], new["title"])))
    before, after = old["text"].split("\n\n"), new["text"].split("\n\n")
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        # Paragraphs that were put in another's place are compared in pairs; what is left was cut or added.
        pairs = min(i2 - i1, j2 - j1)
        for offset in range(pairs):
            yield ParagraphChange("changed", tuple(difference(before[i1 + offset], after[j1 + offset])))
        for text in before[i1 + pairs : i2]:
            yield ParagraphChange("cut", (Stretch("cut", tuple(text.split()), ()),))
        for text in after[j1 + pairs : j2]:
            yield ParagraphChange("added", (Stretch("added", (), tuple(text.split())),))
