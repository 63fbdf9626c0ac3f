"""One reading of an article's text from the page's markup: find its element, clean it, read its paragraphs.

trafilatura (https://trafilatura.readthedocs.io) reads the element that `container` found, not the page: its
fall-backs for short texts would otherwise fill a short article up with sidebar and footer.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache

from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Extractor

from crawler.extraction.body.amount_guard import DropDecision, running_text
from crawler.extraction.body.container import find_container
from crawler.extraction.body.paragraphs import join_lines, make_paragraphs, open_wrappers, split_lines
from crawler.extraction.boilerplate.by_markup import drop, drop_clutter, drop_invisible
from crawler.extraction.boilerplate.byline_lines import drop_byline_lines
from crawler.extraction.boilerplate.other_articles import (
    drop_comments,
    drop_linked_headlines,
    drop_other_articles,
)
from crawler.extraction.boilerplate.related_links import drop_related_blocks
from crawler.extraction.boilerplate.site_notices import drop_consent, notices_behind
from crawler.extraction.density import link_chars
from crawler.extraction.page import Page
from crawler.extraction.page_type.before_text import title_parts
from crawler.extraction.page_type.text_lines import TextLines, sort_lines
from crawler.extraction.text import tidy
from crawler.parsing.arabic import skeleton, skeleton_of_long
from crawler.parsing.lines import BLOCK_TAGS, lines_of
from crawler.parsing.markup import page_parser

SHORT_TEXT = 1_500
"""Characters of a text that may consist of links alone; longer ones have prose."""
ENGINE_SHARE = 0.75
"""When the engine returns less than this part of the container's prose, the container is read directly."""
ENGINE_CHILDREN = 500
"""The engine's time grows with the square of the inline elements of one paragraph; real ones have under
fifty."""
ENGINE_ELEMENTS = 6_000
"""Elements of the largest container that the engine reads: it takes several times as long for each as all the
rest does. The longest live reports have a thousand paragraphs."""
MAX_LINES = 10_000
"""Lines of the longest text whose lines are judged one by one; one with more is a book, or hostile."""
MIN_CAPTIONS = 2
CAPTION_WORDS = 5
"""A gallery's captions have sentences; «صورة 1» and a photographer's name are too short."""
_RUNS = ("p", "span", "li", "a", "b", "strong", "em", "td", "font", "h2", "h3")
SHORT_LINE = 60
"""Lines shorter than this that end no sentence are kept together as one paragraph."""
_ENDS = (".", "؟", "!", ":", "۔", "»", "”", '"', "…")
_HEADLINE_TAGS = (
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "strong", "b", "span", "a", "header", "u", "em"),
    *("font", "blockquote", "center"),
)
_ABOVE_HEADLINE = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "hgroup"})
_LONGEST_CAPTION = 1_000
_HEADLINE_REACH = 400
"""Characters of text after which a repeated headline is no longer looked for."""
_PARAGRAPHS = re.compile(r"\n\s*\n")
_BLOCKS = frozenset({"p", "head", "quote", "code", "list", "table", "row", "item", "div"})
_LISTS = ("list", "table")


@dataclass(slots=True)
class MarkupText:
    """What one reading of a page's markup gave."""

    paragraphs: list[str]
    """The paragraphs, tidied, without the headline; empty where there is nothing to read."""
    container: HtmlElement | None
    """The article's element; None where there is none."""
    lines: TextLines
    """The lines of the article's element by kind."""
    repeats_headline: bool
    """Whether the article's element holds the headline once more: all that a one-line bulletin has."""
    running_text: int
    """Characters of running text behind the headline that can be the article's, without boilerplate."""
    is_guess: bool
    """Whether the text stands in a block whose markup calls it boilerplate, with little to speak for it."""
    is_sifted: bool
    """Whether its lines were judged one by one: they were not where there are more than `MAX_LINES`."""

    def is_of_links(self, text: str) -> bool:
        """Whether a text, read from this page's element, has none of its lines but links."""
        if not self.lines.links or len(text) > SHORT_TEXT:
            return False
        letters = skeleton_of_long(text)
        return not any(skeleton(line) in letters for line in self.lines.prose)


def read_markup(
    page: Page, body: HtmlElement, headline: HtmlElement | None, *, by_name: bool, is_article: bool
) -> MarkupText:
    """Read the text of an article from the markup of its page.

    Args:
        page: The page.
        body: A body of the page; changed in place.
        headline: The element in `body` that shows the headline, if any.
        by_name: Whether the names in the markup are believed as usual; False for a second reading.
        is_article: Whether the page says itself that it is an article.
    """
    return _MarkupReader(page, body, headline, by_name=by_name, is_article=is_article).read()


class _MarkupReader:
    """Reads the text of one body of a page."""

    def __init__(
        self, page: Page, body: HtmlElement, headline: HtmlElement | None, *, by_name: bool, is_article: bool
    ) -> None:
        self._page = page
        self._body = body
        self._headline = headline
        self._spellings = page.headline.spellings
        self._by_name = by_name
        self._is_article = is_article
        self._is_sifted = True

    def read(self) -> MarkupText:
        """Read the text."""
        decision = self._clean_body()
        container = self._container(by_name=self._by_name and not decision.is_rescue)
        if container is None:
            repeats_headline = self._has_headline_paragraph()
            paragraphs, lines = [], TextLines()
        else:
            repeats_headline = self._clean(container)
            paragraphs = _read(container)
            lines = self._lines(container)
        return MarkupText(
            paragraphs,
            container,
            lines,
            repeats_headline,
            decision.running_text,
            decision.is_guess,
            self._is_sifted,
        )

    def _clean_body(self) -> DropDecision:
        """Take out of the whole page what is no article text, by its markup."""
        body = self._body
        drop_invisible(body)
        self._forget_dropped_headline()
        drop_consent(body, self._headline, self._title)
        decision = drop_clutter(
            body,
            selectors=self._page.site.prune if self._page.site else (),
            headline=self._headline,
            openings=self._page.declared_text.openings,
            by_name=self._by_name,
            notices=notices_behind,
        )
        drop_comments(body, self._headline)
        drop_other_articles(body, self._headline, self._spellings)
        open_wrappers(body, self._headline)
        self._forget_dropped_headline()
        return decision

    def _clean(self, container: HtmlElement) -> bool:
        """Take out of the article's element what is not its text; returns whether it repeats the headline."""
        if self._headline is not None:
            _drop_before_headline(container, self._headline)
        make_paragraphs(container)
        self._is_sifted = _line_count(container) <= MAX_LINES
        if self._is_sifted:
            split_lines(container)
        # While somebody has them, lxml need not make the elements' objects again in each of the walks below.
        elements = list(container.iter())
        drop_consent(container, None, self._title)
        drop_repeated_captions(container)
        if self._is_sifted:
            drop_related_blocks(container)
            drop_linked_headlines(container, self._page.url)
        repeats_headline = _drop_headline(container, self._spellings, self._headline)
        drop_byline_lines(container, self._page.byline_reader)
        join_lines(container)
        elements.clear()
        return repeats_headline

    @property
    def _title(self) -> str:
        return self._spellings[0] if self._spellings else ""

    def _forget_dropped_headline(self) -> None:
        if self._headline is not None and self._body not in self._headline.iterancestors():
            self._headline = None

    def _container(self, *, by_name: bool) -> HtmlElement | None:
        selector = self._page.site.body if self._page.site else None
        container = _selected(self._body, selector) if selector else None
        if container is None:
            container = find_container(
                self._body, self._headline, by_name=by_name, is_article=self._is_article
            )
        return container if container is not None else _captions(self._body, self._headline)

    def _has_headline_paragraph(self) -> bool:
        spellings = {skeleton(spelling) for spelling in self._spellings} - {""}
        paragraphs = self._body.iter("p", "blockquote")
        return any(skeleton("".join(element.itertext())[:500]) in spellings for element in paragraphs)

    def _lines(self, container: HtmlElement) -> TextLines:
        page = self._page
        labels = [*self._spellings, *title_parts(page.metadata), *page.credit_names]
        return sort_lines(container, labels=labels, timezone=page.timezone, now=page.now)


def _line_count(container: HtmlElement) -> int:
    """How many elements begin or end a line in the article's element."""
    return sum(1 for _ in container.iter("br", *BLOCK_TAGS))


def _drop_before_headline(container: HtmlElement, headline: HtmlElement) -> None:
    """Take out what stands before the headline in the article's element, where it is no running text."""
    ancestors = list(headline.iterancestors())
    if container not in ancestors:
        return
    branches = (headline, *ancestors[: ancestors.index(container)])
    earlier = {
        sibling: running_text(sibling)
        for branch in branches
        for sibling in branch.itersiblings(preceding=True)
    }
    # A headline below the text is no beginning: it may stand in a list of articles.
    if 2 * sum(earlier.values()) >= running_text(container):
        return
    for element, amount in earlier.items():
        # A heading above the headline is the site's name or the section's, however long it is.
        if not amount or element.tag in _ABOVE_HEADLINE:
            drop(element)


def drop_repeated_captions(container: HtmlElement) -> None:
    """Take out captions that repeat an earlier one: galleries have the same below each picture."""
    seen: set[str] = set()
    for caption in list(container.iter("figcaption")):
        letters = skeleton("".join(caption.itertext())[:_LONGEST_CAPTION])
        if letters in seen:
            drop(caption)
        elif letters:
            seen.add(letters)


def _captions(body: HtmlElement, headline: HtmlElement | None) -> HtmlElement | None:
    """The text of a gallery, which has none but its captions."""
    captions = [caption for caption in body.iter("figcaption") if _word_count(caption) >= CAPTION_WORDS]
    if len(captions) < MIN_CAPTIONS:
        return None
    for caption in captions:
        caption.tag = "p"
        figure = caption.getparent()
        if figure is not None and figure.tag == "figure":
            figure.tag = "div"
    return find_container(body, headline)


def _word_count(element: HtmlElement) -> int:
    return len("".join(element.itertext()).split())


def _selected(body: HtmlElement, selector: str) -> HtmlElement | None:
    """The element with the most text that the seed's selector chooses."""
    try:
        elements = body.cssselect(selector)
    except Exception:  # noqa: BLE001 - cssselect raises a dozen kinds for a bad selector; seeds are validated
        return None
    return max(elements, key=lambda element: len("".join(element.itertext())), default=None)


def _drop_headline(container: HtmlElement, spellings: tuple[str, ...], headline: HtmlElement | None) -> bool:
    """Take the headline out of the beginning of the article's element; returns whether it was repeated."""
    letters = {skeleton(spelling) for spelling in spellings} - {""}
    chars = 0
    is_repeated = False
    for element in list(container.iter(*_HEADLINE_TAGS)):
        if element is container or element.getparent() is None:
            continue
        text = "".join(element.itertext())
        if len(text) <= 500 and skeleton(text) in letters:
            _drop_line(element)
            is_repeated = is_repeated or not _are_nested(element, headline)
        elif element.tag in ("p", "blockquote"):
            chars += len(text.strip())
            if chars > _HEADLINE_REACH:
                break
    return is_repeated


def _drop_line(element: HtmlElement) -> None:
    """Take out an element and the `br` that ends its line."""
    follower = None if (element.tail or "").strip() else element.getnext()
    drop(element)
    if follower is not None and follower.tag == "br":
        drop(follower)


def _are_nested(element: HtmlElement, other: HtmlElement | None) -> bool:
    """Whether two elements are the same, or one holds the other."""
    if other is None:
        return False
    return element is other or other in element.iterancestors() or element in other.iterancestors()


def _read(container: HtmlElement) -> list[str]:
    """The paragraphs of the article's element, by trafilatura, or directly where it drops too much."""
    direct = [line for line in map(tidy, lines_of(container)) if line]
    length = sum(map(len, direct))
    if not length:
        return []
    links = link_chars(container)
    if _is_too_much(container):
        return direct
    page = _page_of(container)
    body = getattr(bare_extraction(page, options=_options()), "body", None)
    paragraphs = [] if body is None else _paragraphs(body)
    if sum(map(len, paragraphs)) < ENGINE_SHARE * (length - links):
        return direct
    # For a short text the engine may fall back on a reading that knows no paragraphs.
    is_flat = len(paragraphs) == 1 < len(direct) and "\n" not in paragraphs[0]
    return direct if is_flat else paragraphs


def _is_too_much(container: HtmlElement) -> bool:
    """Whether an element has more in it than the engine reads in bounded time."""
    if any(len(element) > ENGINE_CHILDREN for element in container.iterdescendants(*_RUNS)):
        return True
    return sum(1 for _ in container.iter()) > ENGINE_ELEMENTS


def _page_of(container: HtmlElement) -> HtmlElement:
    """A page that has nothing but the article's element, so named that the engine takes no narrower one."""
    make = page_parser().makeelement
    page = make("html")
    body = make("body")
    article = make("article", {"itemprop": "articleBody", "class": "post"})
    content = deepcopy(container)
    content.tag = "div"
    content.tail = None
    content.attrib.clear()
    page.append(body)
    body.append(article)
    article.append(content)
    return page


@cache
def _options() -> Extractor:
    """The engine's own pass alone: no rivals, no comments, no metadata, nothing too short to return."""
    options = Extractor(output_format="python", fast=True, comments=False, tables=True, formatting=False)
    options.min_extracted_size = 1
    options.min_output_size = 1
    options.min_duplcheck_size = 10**9
    return options


def _paragraphs(body: HtmlElement) -> list[str]:
    """The paragraphs of the engine's result, a tree of TEI elements."""
    paragraphs = [paragraph for element in body for paragraph in _block_paragraphs(element)]
    return [paragraph for paragraph in paragraphs if paragraph]


def _block_paragraphs(element: HtmlElement) -> Iterator[str]:
    if not isinstance(element.tag, str):
        return
    if element.tag in ("list", "table"):
        for row in element.iter("item", "row"):
            cells = list(row.iterchildren("cell")) or [row]
            yield tidy("\t".join(_lines_in(cell, nested_lists=False) for cell in cells))
    elif element.tag in ("quote", "div") and any(child.tag in _BLOCKS for child in element):
        yield tidy(element.text or "")
        for child in element:
            yield from _block_paragraphs(child)
            yield tidy(child.tail or "")
    else:
        for part in _PARAGRAPHS.split(_lines_in(element)):
            yield from _split_at_breaks(tidy(part))


def _split_at_breaks(text: str) -> list[str]:
    """A paragraph at its line breaks, where these end sentences: many sites write `br` for a new paragraph.

    Short lines without a full stop (verse, an address) stay together.
    """
    first, *lines = text.split("\n")
    parts = [first]
    for line in lines:
        is_verse = max(len(parts[-1]), len(line)) < SHORT_LINE and not parts[-1].endswith(_ENDS)
        if is_verse:
            parts[-1] += f"\n{line}"
        else:
            parts.append(line)
    return parts


def _lines_in(element: HtmlElement, *, nested_lists: bool = True) -> str:
    """An element's text with line breaks.

    Args:
        element: An element of the engine's result.
        nested_lists: Whether the text of lists and tables inside is in it.
    """
    parts: list[str] = [element.text or ""]
    for child in element:
        if child.tag == "lb" or (child.tag in _LISTS and not nested_lists):
            parts.append("\n")
        elif child.tag in _BLOCKS:
            parts += ("\n", _lines_in(child, nested_lists=nested_lists), "\n")
        elif isinstance(child.tag, str):
            parts.append(_lines_in(child, nested_lists=nested_lists))
        parts.append(child.tail or "")
    return "".join(parts)
