"""Giving loose text its paragraphs, so that the engine sees them.

Old and hand-made pages have running text straight in a `div`, between other blocks, parted by two `br`. HTML
calls such a run a paragraph too (https://html.spec.whatwg.org/multipage/dom.html#paragraphs); engines that
look for `p` lose it.
"""

from itertools import takewhile

from lxml.html import HtmlElement

from crawler.parsing.markup import page_parser

_HOLDERS = ("body", "div", "section", "article", "main", "center", "td", "blockquote", "header", "figure")
_BLOCKS = frozenset(
    (
        *("p", "div", "section", "article", "main", "center", "table", "ul", "ol", "dl", "blockquote", "pre"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "figure", "figcaption", "header", "footer", "aside"),
        *("nav", "form", "fieldset", "details", "address", "li", "dd", "dt", "tr", "td", "th", "tbody"),
        *("thead", "tfoot", "caption", "summary"),
    )
)
_WRAPPERS = ("span", "font", "b", "strong", "big", "small", "em", "i", "u", "bdi", "label")
_LINE_BLOCKS = frozenset(
    (
        *("p", "div", "section", "article", "main", "center", "td", "li", "blockquote", "header", "figure"),
        *("h2", "h3", "h4", "h5", "h6", "address", "pre"),
    )
)
"""Blocks whose lines are judged one by one."""
_TEXT_BLOCKS = frozenset(("p", "h2", "h3", "h4", "h5", "h6", "address"))
"""Blocks that hold no paragraphs, which become a `div` when they get some."""
_AS_BLOCK = frozenset(("dl", "dt", "dd", "form", "fieldset", "details", "summary", "hgroup", "search"))
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_HTML_TAGS = _BLOCKS | frozenset(
    (
        *_WRAPPERS,
        *("html", "head", "body", "a", "abbr", "acronym", "bdo", "br", "cite", "code", "data", "del", "dfn"),
        *("ins", "kbd", "mark", "nobr", "output", "q", "rp", "rt", "ruby", "s", "samp", "strike", "sub"),
        *("sup", "time", "tt", "var", "wbr", "img", "picture", "source", "audio", "video", "math", "button"),
        *("input", "menu", "amp-img"),
    )
)
"""HTML's own elements; what isn't among them is a custom element."""
_INLINE_OR_LINK = frozenset(("br", "a", "img"))
_SENTENCE_ENDS = (".", "۔", ".»", ".”", '."')
CONTINUED = "data-continued-line"
"""Attribute of a line that a single `br` parts from the one before."""
MIN_SENTENCE = 60
"""Characters of the shortest heading that can be a sentence of the article; headings inside are shorter."""
LONG_HEADING = 160
"""No heading inside an article is longer."""
LONG_RUN = 300
"""An inline element with more text than this and line breaks in it is used as a block."""


_new_element = page_parser().makeelement
"""Makes an element, several times as fast as `lxml.html.Element`."""


def make_paragraphs(container: HtmlElement) -> None:
    """Wrap every run of loose inline content beside blocks, or between double line breaks, in a `p`.

    Args:
        container: The article's element; changed in place. No text is added, removed or reordered.
    """
    for element in list(container.iter(*_WRAPPERS)):
        if _has_block(element) or _is_long_run(element):
            element.tag = "div"
    for element in filter(_has_loose_text, list(container.iter(*_HOLDERS))):
        _wrap_runs(element)


def split_lines(container: HtmlElement) -> None:
    """Give every line that a `br` ends a `p` of its own, so that each can be judged by itself.

    A line that a single `br` parts from the one before is marked, for `join_lines` to put them together
    again.

    Args:
        container: The article's element, its paragraphs made; changed in place.
    """
    holders = {line_break.getparent() for line_break in container.iter("br")}
    for block in {_line_holder(holder) for holder in holders} - {None, container}:
        if block is not None and not _has_block(block):
            _split_block(block)


def join_lines(container: HtmlElement) -> None:
    """Put lines that single `br` part back into one paragraph each, as far as they still stand together."""
    for line in list(container.iter("p")):
        previous = line.getprevious()
        is_continued = line.attrib.pop(CONTINUED, None) is not None
        if is_continued and previous is not None and previous.tag == "p" and not _has_tail(previous):
            _join(previous, line)


def is_block(element: HtmlElement) -> bool:
    """Whether an element is a block, as browsers show it: it begins a line of its own."""
    return element.tag in _BLOCKS


def open_wrappers(body: HtmlElement, headline: HtmlElement | None = None) -> None:
    """Make plain blocks of what old and hand-made pages use as such.

    Inline elements with blocks inside (old pages wrap whole articles in a `font`), definition lists, forms
    around a page and custom elements become a `div`; a heading that is a sentence becomes a paragraph.

    Args:
        body: The page's body; changed in place.
        headline: The element of the headline, which stays what it is.
    """
    for element in list(body.iter()):
        tag = element.tag
        if tag in _AS_BLOCK or (tag not in _HTML_TAGS and _stands_alone(element)):
            element.tag = "div"
        elif tag in _HEADINGS and element is not headline and _is_sentence(element):
            element.tag = "p"
    for block in body.iter(*_BLOCKS):
        for parent in takewhile(_is_wrapper, block.iterancestors()):
            parent.tag = "div"


def _is_wrapper(element: HtmlElement) -> bool:
    return element.tag in _WRAPPERS


def _is_long_run(element: HtmlElement) -> bool:
    """Whether an inline element has lines and much text, and so is used as a block."""
    if next(element.iterdescendants("br"), None) is None:
        return False
    return sum(map(len, element.itertext())) > LONG_RUN


def _line_holder(element: HtmlElement) -> HtmlElement | None:
    """The block around an inline element with a line break in it, or the element where it is a block."""
    block = next(filter(is_block, (element, *element.iterancestors())), None)
    return block if block is not None and block.tag in _LINE_BLOCKS else None


def _split_block(block: HtmlElement) -> None:
    """Put each line of a block in a `p`; inline elements around a break are in both lines."""
    lines = list(filter(_has_content, _split(block, "p", {})))
    tail, attributes = block.tail, dict(block.attrib)
    block.clear()
    block.tail = tail
    block.attrib.update(attributes)
    if block.tag in _TEXT_BLOCKS:
        block.tag = "div"
    for line in lines[1:]:
        line.set(CONTINUED, "1")
    block.extend(lines)


def _split(element: HtmlElement, tag: str, attributes: dict[str, str]) -> list[HtmlElement]:
    """An element's content in as many elements as it has lines."""
    line = _new_element(tag, attributes)
    line.text = element.text
    lines = [line]
    for child in list(element):
        tail, child.tail = child.tail, None
        if child.tag == "br":
            lines.append(_new_element(tag, attributes))
        elif next(child.iterdescendants("br"), None) is None:
            lines[-1].append(child)
        else:
            first, *rest = _split(child, child.tag, dict(child.attrib))
            lines[-1].append(first)
            for part in rest:
                lines.append(_new_element(tag, attributes))
                lines[-1].append(part)
        _append_text(lines[-1], tail)
    return lines


def _append_text(element: HtmlElement, text: str | None) -> None:
    if not text:
        return
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _join(previous: HtmlElement, line: HtmlElement) -> None:
    """Put a line behind the one before, with a `br` between them."""
    line_break = _new_element("br")
    line_break.tail = line.text
    previous.append(line_break)
    previous.extend(list(line))
    previous.tail = line.tail
    parent = line.getparent()
    if parent is not None:
        parent.remove(line)


def _stands_alone(element: HtmlElement) -> bool:
    """Whether a custom element is a block: no running text beside it."""
    parent = element.getparent()
    if parent is None or _has_text(parent) or _has_tail(element):
        return False
    return not any(map(_has_tail, parent))


def _has_content(element: HtmlElement) -> bool:
    return len(element) > 0 or _has_text(element)


def _has_text(element: HtmlElement) -> bool:
    return bool(element.text and element.text.strip())


def _has_tail(element: HtmlElement) -> bool:
    return bool(element.tail and element.tail.strip())


def _is_sentence(heading: HtmlElement) -> bool:
    text = " ".join("".join(heading.itertext()).split())
    if len(text) < MIN_SENTENCE or next(heading.iter("a"), None) is not None:
        return False
    return len(text) >= LONG_HEADING or text.endswith(_SENTENCE_ENDS)


def _has_block(element: HtmlElement) -> bool:
    return next(element.iterdescendants(*_BLOCKS), None) is not None


def _has_loose_text(element: HtmlElement) -> bool:
    """Whether an element holds text of its own, or inline elements, that a paragraph should hold."""
    return _has_text(element) or any(not is_block(child) or _has_tail(child) for child in element)


def _wrap_runs(element: HtmlElement) -> None:
    """Put each run of text and inline elements between an element's blocks in a `p`."""
    content: list[HtmlElement] = []
    run = _run(element.text)
    is_after_break = False
    for child in list(element):
        is_break = child.tag == "br"
        if (is_break and is_after_break) or _is_or_has_block(child):
            tail, child.tail = child.tail, None
            _close(run, content)
            if not is_break:
                content.append(child)
                is_after_break = False
            run = _run(tail)
        else:
            run.append(child)
            is_after_break = is_break and not _has_tail(child)
    _close(run, content)
    element.text = None
    element[:] = content


def _is_or_has_block(element: HtmlElement) -> bool:
    if element.tag in _INLINE_OR_LINK:
        return False
    return is_block(element) or _has_block(element)


def _run(text: str | None) -> HtmlElement:
    paragraph = _new_element("p")
    paragraph.text = text
    return paragraph


def _close(run: HtmlElement, content: list[HtmlElement]) -> None:
    """End a run, without the `br` at its end; an empty one is left out."""
    while len(run) and run[-1].tag == "br" and not _has_tail(run[-1]):
        run.remove(run[-1])
    if _has_content(run):
        content.append(run)
