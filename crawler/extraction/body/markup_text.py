"""The story's paragraphs: find its element, clean it, let trafilatura read it.

trafilatura (https://trafilatura.readthedocs.io) reads the element that `container` found, not the page: its
fall-backs for short texts would otherwise fill a short story up with sidebar and footer.
"""

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache, partial

from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Extractor

from crawler.extraction.body.amount_guard import running_text
from crawler.extraction.body.container import Found, find_container
from crawler.extraction.body.paragraphs import join_lines, make_paragraphs, open_wrappers, split_lines
from crawler.extraction.boilerplate.below_article import drop_comments, drop_other_stories
from crawler.extraction.boilerplate.by_markup import drop, drop_clutter, drop_invisible
from crawler.extraction.boilerplate.linked_headlines import drop_linked_headlines
from crawler.extraction.boilerplate.related_links import drop_furniture, visible
from crawler.extraction.boilerplate.site_notices import drop_consent, notice_amounts
from crawler.extraction.density import link_chars
from crawler.extraction.text import skeleton, tidy
from crawler.parsing.markup import page_parser

ENGINE_SHARE = 0.75
"""When the engine returns less than this part of the container's prose, the container is read directly."""
ENGINE_CHILDREN = 500
"""The engine's time grows with the square of the inline elements of one paragraph; real ones have under
fifty."""
MIN_CAPTIONS = 2
CAPTION_WORDS = 5
"""A gallery has captions that tell something; «صورة 1» and a photographer's name do not."""
_RUNS = ("p", "span", "li", "a", "b", "strong", "em", "td", "font", "h2", "h3")
SHORT_LINE = 60
"""Lines shorter than this that end no sentence are kept together as one paragraph."""
_ENDS = (".", "؟", "!", ":", "۔", "»", "”", '"', "…")
_HEADLINE_TAGS = (
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "div",
    "strong",
    "b",
    "span",
    "a",
    "header",
    "u",
    "em",
    "font",
    "blockquote",
    "center",
)
_ABOVE_HEADLINE = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "hgroup"})
_LONGEST_CAPTION = 1_000
_HEADLINE_REACH = 400
"""Characters of story after which a repeated headline is no longer looked for."""
_PARAGRAPHS = re.compile(r"\n\s*\n")
_BLOCKS = frozenset({"p", "head", "quote", "code", "list", "table", "row", "item", "div"})


@dataclass(slots=True)
class Body:
    """What was read of a page's story."""

    paragraphs: list[str]
    found: Found | None
    repeated_headline: bool
    """Whether the story's element held the headline once more: all that a one-line bulletin has."""
    running_text: int = 0
    """Characters of running text behind the headline that can be the story's, furniture and notices not."""
    is_guess: bool = False
    """Whether the story stood in a block whose markup says that it is none, with little to speak for it."""


def extract_body(
    body: HtmlElement,
    *,
    headline: HtmlElement | None,
    spellings: tuple[str, ...],
    selector: str | None = None,
    prune: tuple[str, ...] = (),
    drop_head_lines: Callable[[HtmlElement], None] = lambda _: None,
    url: str = "",
    openings: tuple[str, ...] = (),
    by_name: bool = True,
    is_article: bool = False,
) -> Body:
    """Read the story of a page.

    Args:
        body: The page's body; changed in place.
        headline: The element that shows the headline, if any.
        spellings: The headline as the page spells it in different places.
        selector: CSS selector of the story's element, from the site's seed.
        prune: CSS selectors of blocks to drop, from the site's seed.
        drop_head_lines: Takes the small print between headline and story out of the story's element.
        url: The page's address.
        openings: How the story begins by the page's other statements, as skeletons (`text.skeleton`).
        by_name: Whether the names in the markup are believed as usual; False for a second reading.
        is_article: Whether the page says itself that it is an article.

    Returns:
        The paragraphs, tidied, without the headline; empty where there is nothing to read.
    """
    drop_invisible(body)
    if headline is not None and not any(ancestor is body for ancestor in headline.iterancestors()):
        headline = None
    title = spellings[0] if spellings else ""
    drop_consent(body, headline, title)
    judgement = drop_clutter(
        body,
        selectors=prune,
        headline=headline,
        openings=openings,
        by_name=by_name,
        notices=partial(notice_amounts, body, headline),
    )
    amount = judgement.running_text
    by_name = by_name and not judgement.is_rescue
    drop_comments(body, headline)
    drop_other_stories(body, headline, spellings)
    open_wrappers(body, headline)
    if headline is not None and not any(ancestor is body for ancestor in headline.iterancestors()):
        headline = None
    found = _selected(body, selector) if selector else None
    if found is None:
        found = find_container(body, headline, by_name=by_name, is_article=is_article) or _captions(
            body, headline
        )
    if found is None:
        return Body([], None, _says_headline(body, spellings), amount, judgement.is_guess)
    container = found.element
    if headline is not None:
        _drop_before_headline(container, headline)
    make_paragraphs(container)
    split_lines(container)
    drop_consent(container, None, title)
    drop_repeated_captions(container)
    drop_furniture(container)
    drop_linked_headlines(container, url)
    repeated = _drop_headline(container, spellings, headline)
    drop_head_lines(container)
    join_lines(container)
    paragraphs = _read(container)
    return Body(paragraphs, found, repeated, amount, judgement.is_guess)


def _drop_before_headline(container: HtmlElement, headline: HtmlElement) -> None:
    """Take out what stands before the headline in the story's element, where it is no running text."""
    ancestors = list(headline.iterancestors())
    if container not in ancestors:
        return
    branches = (headline, *ancestors[: ancestors.index(container)])
    earlier = {one: running_text(one) for branch in branches for one in branch.itersiblings(preceding=True)}
    # A headline below the text is no beginning: it may stand in a list of stories.
    if 2 * sum(earlier.values()) >= running_text(container):
        return
    for element, amount in earlier.items():
        # A heading above the headline is the site's name or the section's, however long it is.
        if not amount or element.tag in _ABOVE_HEADLINE:
            drop(element)


def drop_repeated_captions(container: HtmlElement) -> None:
    """Take out captions that say what an earlier one says: galleries repeat one below each picture."""
    seen: set[str] = set()
    for caption in list(container.iter("figcaption")):
        bones = skeleton("".join(caption.itertext())[:_LONGEST_CAPTION])
        if bones in seen:
            drop(caption)
        elif bones:
            seen.add(bones)


def _captions(body: HtmlElement, headline: HtmlElement | None) -> Found | None:
    """The story of a gallery, which has none but its captions."""
    captions = [
        one for one in body.iter("figcaption") if len("".join(one.itertext()).split()) >= CAPTION_WORDS
    ]
    if len(captions) < MIN_CAPTIONS:
        return None
    for caption in captions:
        caption.tag = "p"
        figure = caption.getparent()
        if figure is not None and figure.tag == "figure":
            figure.tag = "div"
    return find_container(body, headline)


def _selected(body: HtmlElement, selector: str) -> Found | None:
    try:
        elements = body.cssselect(selector)
    except Exception:  # noqa: BLE001 - cssselect raises a dozen kinds for a bad selector; seeds are validated
        return None
    if not elements:
        return None
    element = max(elements, key=lambda one: len("".join(one.itertext())))
    return Found(element, len("".join(element.itertext()).strip()), 1.0)


def _drop_headline(container: HtmlElement, spellings: tuple[str, ...], headline: HtmlElement | None) -> bool:
    """Take the headline out of the beginning of the story's element; tell whether it was there once more."""
    bones = {skeleton(spelling) for spelling in spellings} - {""}
    seen = 0
    dropped = False
    for element in list(container.iter(*_HEADLINE_TAGS)):
        if element is container or element.getparent() is None:
            continue
        text = "".join(element.itertext())
        if len(text) <= 500 and skeleton(text) in bones:
            follower = element.getnext() if not (element.tail or "").strip() else None
            drop(element)
            if follower is not None and follower.tag == "br":
                drop(follower)
            dropped = dropped or not _are_nested(element, headline)
            continue
        if element.tag in ("p", "blockquote"):
            seen += len(text.strip())
            if seen > _HEADLINE_REACH:
                break
    return dropped


def _are_nested(element: HtmlElement, other: HtmlElement | None) -> bool:
    """Whether two elements are one, or one holds the other."""
    if other is None:
        return False
    return element is other or other in element.iterancestors() or element in other.iterancestors()


def _says_headline(body: HtmlElement, spellings: tuple[str, ...]) -> bool:
    bones = {skeleton(spelling) for spelling in spellings} - {""}
    return any(
        skeleton("".join(element.itertext())[:500]) in bones for element in body.iter("p", "blockquote")
    )


def _read(container: HtmlElement) -> list[str]:
    """The paragraphs of the story's element, by trafilatura, or directly where it drops too much."""
    direct = [line for line in (tidy(part) for part in visible(container).split("\n")) if line]
    total = sum(map(len, direct))
    if not total:
        return []
    links = link_chars(container)
    make = page_parser().makeelement
    page = make("html")
    page_body = make("body")
    # Named so that the engine takes this element and no narrower one inside it.
    article = make("article", {"itemprop": "articleBody", "class": "post"})
    page.append(page_body)
    page_body.append(article)
    story = deepcopy(container)
    story.tail = None
    for name in list(story.attrib):
        del story.attrib[name]
    story.tag = "div"
    article.append(story)
    if any(len(element) > ENGINE_CHILDREN for element in story.iter(*_RUNS)):
        return direct
    read = getattr(bare_extraction(page, options=_options()), "body", None)
    paragraphs = _paragraphs(read) if read is not None else []
    if sum(map(len, paragraphs)) < ENGINE_SHARE * (total - links):
        return direct
    # For a short text the engine may fall back on a reading that knows no paragraphs.
    if len(paragraphs) == 1 < len(direct) and "\n" not in paragraphs[0]:
        return direct
    return paragraphs


@cache
def _options() -> Extractor:
    """The engine's own pass alone: no rivals, no comments, no metadata, nothing too short to return."""
    options = Extractor(output_format="python", fast=True, comments=False, tables=True, formatting=False)
    options.min_extracted_size = 1
    options.min_output_size = 1
    options.min_duplcheck_size = 10**9
    return options


def _paragraphs(body: HtmlElement) -> list[str]:
    found: list[str] = []
    for element in body:
        _collect(element, found)
    return [paragraph for paragraph in found if paragraph]


def _collect(element: HtmlElement, found: list[str]) -> None:
    if not isinstance(element.tag, str):
        return
    if element.tag in ("list", "table"):
        for item in element.iter("item", "row"):
            cells = list(item.iterchildren("cell")) or [item]
            found.append(tidy("\t".join(_flat(cell, nested_lists=False) for cell in cells)))
    elif element.tag in ("quote", "div") and any(child.tag in _BLOCKS for child in element):
        found.append(tidy(element.text or ""))
        for child in element:
            _collect(child, found)
            if child.tail and child.tail.strip():
                found.append(tidy(child.tail))
    else:
        for part in _PARAGRAPHS.split(_flat(element)):
            found.extend(_broken(tidy(part)))


def _broken(text: str) -> list[str]:
    """A paragraph at its line breaks, where these end sentences: many sites write `br` for a new paragraph.

    Short lines without a full stop (verse, an address) stay together.
    """
    parts: list[str] = []
    for line in text.split("\n"):
        if parts and len(parts[-1]) < SHORT_LINE and not parts[-1].endswith(_ENDS) and len(line) < SHORT_LINE:
            parts[-1] += "\n" + line
        else:
            parts.append(line)
    return parts


def _flat(element: HtmlElement, *, nested_lists: bool = True) -> str:
    """An element's text with line breaks; `nested_lists` tells whether lists and tables inside are in it."""
    parts: list[str] = [element.text or ""]
    for child in element:
        if (child.tag in ("list", "table") and not nested_lists) or child.tag == "lb":
            parts.append("\n")
        elif isinstance(child.tag, str):
            nested = child.tag in _BLOCKS
            parts.append("\n" if nested else "")
            parts.append(_flat(child, nested_lists=nested_lists))
            parts.append("\n" if nested else "")
        parts.append(child.tail or "")
    return "".join(parts)
