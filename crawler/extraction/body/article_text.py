"""The text of a page's article: read from the markup, judged by the witnesses, read otherwise where it fails.

The first reading believes the names in the markup. Where it has much less than the page's running text, or
not what the page says of its story elsewhere, a second one believes names less. The page's own data (JSON-LD,
scripts, the feed's full text) is read where both give nothing or much less than it has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.extraction.body.amount_guard import SENTENCE
from crawler.extraction.body.markup_text import Body, extract_body
from crawler.extraction.body.script_data import story_in_scripts
from crawler.extraction.body.witnesses import Witnesses, share_of
from crawler.extraction.boilerplate.byline_lines import drop_head_lines
from crawler.extraction.boilerplate.byline_phrases import is_small_print
from crawler.extraction.boilerplate.start_and_end import clean_edges
from crawler.extraction.metadata.head import PageHead
from crawler.extraction.page_type.text_lines import Telling, telling_lines
from crawler.extraction.text import skeleton, skeleton_of_long, tidy

MUCH = 0.5
"""A reading with less than this part of another one lacks most of the story."""
LITTLE = 0.4
"""A reading with less than this part of the page's running text is doubted. Below a short story there may be
as much again that markup doesn't tell from it: a notice, a word about the site."""
SHORT_TEXT = 1_500
"""Characters of a text up to which the page's scripts are searched for a longer one that begins like it."""

_POSITION = XPath("count(preceding::*) + count(ancestor::*)")
"""How many elements begin before one. A path to it would have its tag's name, which may be any rubbish."""


@dataclass(slots=True)
class ArticleText:
    """One reading of a page."""

    paragraphs: list[str]
    body: Body
    lines: Telling | None
    """What the lines of its element come to; None where no element was found."""

    @property
    def text(self) -> str:
        """The paragraphs as they are stored."""
        return "\n\n".join(self.paragraphs)

    def is_of_links(self, text: str) -> bool:
        """Whether a text, read from this page's element, has none of its lines but links."""
        if self.lines is None or not self.lines.links or len(text) > SHORT_TEXT:
            return False
        bones = skeleton_of_long(text)
        return not any(skeleton(line) in bones for line in self.lines.told)

    @property
    def sentences(self) -> int:
        """Characters of its paragraphs that are longer than a headline or a label."""
        return sum(len(paragraph) for paragraph in self.paragraphs if len(paragraph) >= SENTENCE)


@dataclass(frozen=True, slots=True)
class TextReader:
    """Reads the text of one page."""

    head: PageHead
    witnesses: Witnesses
    url: str
    now: datetime
    selector: str | None = None
    prune: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    is_article: bool = False
    """Whether the page says itself that it is an article."""

    def read(self, body: HtmlElement, parse_again: Callable[[], HtmlElement | None]) -> ArticleText:
        """Read the text from the markup.

        Args:
            body: The page's body; changed in place.
            parse_again: Gives another body of the same page.
        """
        headline = self.head.headline.element
        position = int(_POSITION(headline)) if headline is not None else None
        first = self._read_once(body, headline, by_name=True)
        if self.selector is not None or not self._is_doubtful(first):
            return first
        other = parse_again()
        if other is None:
            return first
        same = None
        if position is not None:
            same = next(islice(other.getroottree().iter("*"), position, None), None)
        second = self._read_once(other, same, by_name=False)
        return second if self._is_better(second, first) else first

    def from_data(self, source: str, text: str) -> list[str]:
        """The paragraphs of the story as the page's data or its source has it, where that is much more.

        Args:
            source: The page, decoded.
            text: What was read in the markup.
        """
        candidates = [full.split("\n") for full in self.witnesses.full_texts]
        if len(text) < SHORT_TEXT:
            candidates.append(story_in_scripts(source, self.head.headline.spellings, self.witnesses))
        for lines in sorted(candidates, key=lambda lines: -sum(map(len, lines))):
            paragraphs = self.clean([line for line in map(tidy, lines) if line])
            full = "\n\n".join(paragraphs)
            if MUCH * len(full) > len(text) or (len(full) >= len(text) and self.witnesses.contradict(text)):
                return paragraphs
        return []

    def is_uncertain(self, reading: ArticleText, text: str) -> bool:
        """Whether a text may be another one than the page's story.

        The page's own data have another text; or nothing that the page says of its story confirms the text,
        and it is the smaller part of what the page shows, or nothing but links, or the markup calls it
        something else.

        Args:
            reading: What was read in the markup.
            text: What is to be stored.
        """
        if self.witnesses.contradict(text):
            return True
        is_little = len(text) < LITTLE * reading.body.running_text
        is_doubtful = is_little or reading.body.is_guess or reading.is_of_links(text)
        return is_doubtful and not self.witnesses.confirm(text)

    def clean(self, paragraphs: list[str]) -> list[str]:
        """Paragraphs without what isn't the story's at their beginning and end."""
        return clean_edges(
            paragraphs,
            spellings=self.head.headline.spellings,
            site_names=self.head.site_names,
            boilerplate=self.boilerplate,
            names=tuple(self.head.authors),
            small_print=partial(
                is_small_print, names=self.head.known_names, timezone=self.head.timezone, now=self.now
            ),
        )

    def _read_once(self, body: HtmlElement, headline: HtmlElement | None, *, by_name: bool) -> ArticleText:
        head = self.head
        read = extract_body(
            body,
            headline=headline,
            spellings=head.headline.spellings,
            selector=self.selector,
            prune=self.prune,
            drop_head_lines=partial(
                drop_head_lines, names=head.known_names, timezone=head.timezone, now=self.now
            ),
            url=self.url,
            openings=self.witnesses.openings,
            by_name=by_name,
            is_article=self.is_article,
        )
        lines = None
        if read.found is not None:
            lines = telling_lines(
                read.found.element, silent=head.silent_lines, timezone=head.timezone, now=self.now
            )
        return ArticleText(self.clean(read.paragraphs), read, lines)

    def _is_doubtful(self, reading: ArticleText) -> bool:
        """Whether there may be more, or something else, to read than was read."""
        text = reading.text
        if len(text) < LITTLE * reading.body.running_text:
            return True
        return bool(self.witnesses.openings) and not self.witnesses.confirm(text)

    def _is_better(self, second: ArticleText, first: ArticleText) -> bool:
        confirmed = self.witnesses.confirm(first.text), self.witnesses.confirm(second.text)
        if confirmed[0] != confirmed[1]:
            return confirmed[1]
        shares = [
            max((share_of(full, reading.text) for full in self.witnesses.full_texts), default=0.0)
            for reading in (first, second)
        ]
        if shares[0] != shares[1]:
            return shares[1] > shares[0]
        return first.sentences < MUCH * second.sentences and len(first.text) < MUCH * len(second.text)
