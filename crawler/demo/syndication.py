"""What papers do to a story that they take over from one another or from an agency."""

import random
import re
from dataclasses import dataclass
from typing import Final

from crawler.demo.profiles import AGENCY
from crawler.demo.stories import Story
from crawler.demo.truth import Edit

# The mix of edits, in turn: wire copies mostly keep the words and change what stands around them.
EDITS: Final[tuple[tuple[Edit, ...], ...]] = (
    (Edit.HEADLINE, Edit.SOURCE_LINE),
    (Edit.HEADLINE, Edit.CUT),
    (Edit.HEADLINE, Edit.LEAD),
    (Edit.SPELLING,),
    (Edit.HEADLINE, Edit.SOURCE_LINE, Edit.CUT),
    (),
    (Edit.HEADLINE, Edit.LEAD, Edit.SPELLING),
    (Edit.SOURCE_LINE,),
)

_KEPT_WHEN_CUT: Final = 0.7
_SPELT_OTHERWISE: Final = 0.6
_HAMZA: Final = str.maketrans("أإآ", "ااا")
_QUOTES: Final = str.maketrans("«»", "“”")
_WORD: Final = re.compile(r"\w+", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Copy:
    """A story as one paper prints it."""

    title: str
    paragraphs: tuple[str, ...]
    source_line: str | None = None


def edit_story(
    story: Story, edits: tuple[Edit, ...], rng: random.Random, *, inline_source: bool = False
) -> Copy:
    """Apply edits to a story.

    Args:
        story: What came over the wire.
        edits: What the paper does to it.
        rng: Decides which words are spelt otherwise, and which headline is taken.
        inline_source: Put the source line before the first words instead of on a line of its own.
    """
    title = story.titles[0]
    paragraphs = list(story.paragraphs)
    source_line = None
    if Edit.HEADLINE in edits and story.syndicated:
        title = rng.choice(story.titles[1:])
    if Edit.CUT in edits:
        del paragraphs[max(2, round(len(paragraphs) * _KEPT_WHEN_CUT)) :]
    if Edit.LEAD in edits and story.lead:
        paragraphs.insert(0, story.lead)
    if Edit.SPELLING in edits:
        title = respell(title, rng)
        paragraphs = [respell(text, rng) for text in paragraphs]
    if Edit.SOURCE_LINE in edits:
        source_line = f"{story.place}-{AGENCY}"
        if inline_source:
            paragraphs[0] = f"{source_line}: {paragraphs[0]}"
    return Copy(title, tuple(paragraphs), source_line)


def respell(text: str, rng: random.Random) -> str:
    """Spell most words of a text the way another desk would; the words stay the same."""

    def other(found: re.Match[str]) -> str:
        word = found[0]
        if rng.random() > _SPELT_OTHERWISE:
            return word
        word = word.translate(_HAMZA).replace("اً", "ا")
        return word[:-1] + "ى" if len(word) > 2 and word.endswith("ي") else word

    return _WORD.sub(other, text).translate(_QUOTES)
