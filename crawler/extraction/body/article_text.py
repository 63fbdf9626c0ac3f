"""The text of a page's article: read from the markup, compared with what the page declares of it elsewhere.

The first reading believes the names in the markup. Where it has much less than the page's running text, or
not what the page declares, a second one believes names less. The page's own data (JSON-LD, scripts, the
feed's full text) is read where both give nothing or much less than it has.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from crawler.extraction.body.amount_guard import SENTENCE
from crawler.extraction.body.declared_text import text_in_scripts
from crawler.extraction.body.markup_text import SHORT_TEXT, MarkupText, read_markup
from crawler.extraction.boilerplate.start_and_end import clean_ends
from crawler.extraction.page import Page
from crawler.extraction.text import tidy

MUCH = 0.5
"""A reading with less than this part of another one lacks most of the article."""
LITTLE = 0.4
"""A reading with less than this part of the page's running text is doubted. Below a short article there may
be as much again that markup does not distinguish from it: a notice, a word about the site."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading of a page's markup, and its paragraphs without boilerplate at both ends."""

    paragraphs: list[str]
    markup: MarkupText

    @property
    def text(self) -> str:
        """The paragraphs as they are stored."""
        return "\n\n".join(self.paragraphs)

    @property
    def sentence_chars(self) -> int:
        """Characters of its paragraphs that are longer than a headline or a label."""
        return sum(len(paragraph) for paragraph in self.paragraphs if len(paragraph) >= SENTENCE)


class TextReader:
    """Reads the text of one page.

    Args:
        page: The page. The first reading changes its body.
        is_article: Whether the page says itself that it is an article.
    """

    def __init__(self, page: Page, *, is_article: bool = False) -> None:
        self._page = page
        self._declared = page.declared_text
        self._is_article = is_article

    def read_markup(self) -> Reading:
        """Read the text from the markup, a second time where the first reading is doubtful."""
        first = self._read_once(self._page.take_body(), self._page.headline.element, by_name=True)
        has_selector = self._page.site is not None and self._page.site.body is not None
        if has_selector or not self._is_doubtful(first):
            return first
        body = self._page.parse_again()
        second = self._read_once(body, self._headline_in(body), by_name=False)
        return second if self._is_better(second, first) else first

    def read_data(self, text: str) -> list[str]:
        """The paragraphs of the article in the page's data or its source's, where that is much more.

        Args:
            text: What was read in the markup.
        """
        candidates = [full_text.split("\n") for full_text in self._declared.full_texts]
        if len(text) < SHORT_TEXT:
            spellings = self._page.headline.spellings
            candidates.append(text_in_scripts(self._page.source, spellings, self._declared))
        for lines in sorted(candidates, key=lambda lines: -sum(map(len, lines))):
            paragraphs = self.clean(map(tidy, lines))
            if self._is_fuller("\n\n".join(paragraphs), text):
                return paragraphs
        return []

    def clean(self, paragraphs: Iterable[str]) -> list[str]:
        """Paragraphs without empty ones and without boilerplate at both ends."""
        page = self._page
        return clean_ends(
            [paragraph for paragraph in paragraphs if paragraph],
            spellings=page.headline.spellings,
            site_names=page.site_names,
            boilerplate=page.site.boilerplate if page.site else (),
            names=tuple(page.authors),
            is_byline=page.byline_reader.is_byline,
        )

    def is_uncertain(self, reading: Reading, text: str) -> bool:
        """Whether a text may be another one than the page's article.

        The page's own data have another text; or nothing that the page declares confirms the text, and it
        is the smaller part of what the page shows, or nothing but links, or the markup calls it something
        else.

        Args:
            reading: What was read in the markup.
            text: What is to be stored.
        """
        if self._declared.contradicts(text):
            return True
        markup = reading.markup
        is_little = len(text) < LITTLE * markup.running_text
        is_doubtful = is_little or markup.is_guess or markup.is_of_links(text)
        return is_doubtful and not self._declared.confirms(text)

    def _read_once(self, body: HtmlElement, headline: HtmlElement | None, *, by_name: bool) -> Reading:
        markup = read_markup(self._page, body, headline, by_name=by_name, is_article=self._is_article)
        return Reading(self.clean(markup.paragraphs), markup)

    def _headline_in(self, body: HtmlElement) -> HtmlElement | None:
        """The headline's element in another tree of the page: the one at the same place."""
        element = self._page.headline.element
        if element is None:
            return None
        position = self._page.elements.index(element)
        return next(islice(body.getroottree().iter("*"), position, None), None)

    def _is_doubtful(self, reading: Reading) -> bool:
        """Whether there may be more, or something else, to read than was read."""
        text = reading.text
        if len(text) < LITTLE * reading.markup.running_text:
            return True
        return bool(self._declared.openings) and not self._declared.confirms(text)

    def _is_better(self, second: Reading, first: Reading) -> bool:
        is_confirmed = self._declared.confirms(second.text)
        if self._declared.confirms(first.text) is not is_confirmed:
            return is_confirmed
        first_share, second_share = self._declared.share_in(first.text), self._declared.share_in(second.text)
        if first_share != second_share:
            return second_share > first_share
        has_more_sentences = first.sentence_chars < MUCH * second.sentence_chars
        return has_more_sentences and len(first.text) < MUCH * len(second.text)

    def _is_fuller(self, full_text: str, text: str) -> bool:
        """Whether a full text has much more than the text that was read, or is another one."""
        if MUCH * len(full_text) > len(text):
            return True
        return len(full_text) >= len(text) and self._declared.contradicts(text)
