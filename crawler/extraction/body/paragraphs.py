"""Giving loose text its paragraphs, so that the engine sees them.

Old and hand-made pages have running text straight in a `div`, between other blocks, parted by two `br`. HTML
calls such a run a paragraph too (https://html.spec.whatwg.org/multipage/dom.html#paragraphs); engines that
look
for `p` lose it.
"""

from lxml.html import Element, HtmlElement

_HOLDERS = ("body", "div", "section", "article", "main", "center", "td", "blockquote", "header", "figure")
_BLOCKS = frozenset(
    {
        *("p", "div", "section", "article", "main", "center", "table", "ul", "ol", "dl", "blockquote", "pre"),
        *(
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "figure",
            "figcaption",
            "header",
            "footer",
            "aside",
            "nav",
        ),
        *(
            "form",
            "fieldset",
            "details",
            "address",
            "li",
            "dd",
            "dt",
            "tr",
            "td",
            "th",
            "tbody",
            "thead",
            "tfoot",
        ),
        *("caption", "summary"),
    }
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
_KNOWN = _BLOCKS | frozenset(
    (
        *_WRAPPERS,
        *("html", "head", "body", "a", "abbr", "acronym", "bdo", "br", "cite", "code", "data", "del", "dfn"),
        *("ins", "kbd", "mark", "nobr", "output", "q", "rp", "rt", "ruby", "s", "samp", "strike", "sub"),
        *("sup", "time", "tt", "var", "wbr", "img", "picture", "source", "audio", "video", "math", "button"),
        *("input", "menu", "amp-img"),
    )
)
"""HTML's own elements; what isn't among them is a site's own."""
CONTINUED = "data-continued-line"
"""Attribute of a line that a single `br` parts from the one before."""
MIN_SENTENCE = 60
"""Characters of the shortest heading that can be a sentence of the story; headings inside one are shorter."""
LONG_HEADING = 160
"""No heading inside a story is longer."""
LONG_RUN = 300
"""An inline element with more text than this and line breaks in it is used as a block."""


def make_paragraphs(container: HtmlElement) -> None:
    """Wrap every run of loose inline content beside blocks, or between double line breaks, in a `p`.

    Args:
        container: The story's element; changed in place. No text is added, removed or reordered.
    """
    for element in list(container.iter(*_WRAPPERS)):
        if _has_block(element) or (
            next(element.iterdescendants("br"), None) is not None
            and sum(map(len, element.itertext())) > LONG_RUN
        ):
            element.tag = "div"
    for element in list(container.iter(*_HOLDERS)):
        if _loose(element):
            _wrap_runs(element)


def split_lines(container: HtmlElement) -> None:
    """Give every line that a `br` ends a `p` of its own, so that each can be judged by itself.

    A line that a single `br` parts from the one before is marked, for `join_lines` to put them together
    again.

    Args:
        container: The story's element, its paragraphs made; changed in place.
    """
    holders = {line_break.getparent() for line_break in container.iter("br")}
    blocks = {block for block in map(_line_holder, holders) if block is not None}
    for block in blocks:
        if block is container or _has_block(block):
            continue
        lines = _lines_of(block)
        tail, attributes = block.tail, dict(block.attrib)
        block.clear()
        block.tail = tail
        block.attrib.update(attributes)
        if block.tag in _TEXT_BLOCKS:
            block.tag = "div"
        for number, line in enumerate(lines):
            if number:
                line.set(CONTINUED, "1")
            block.append(line)


def join_lines(container: HtmlElement) -> None:
    """Put lines that single `br` part back into one paragraph each, as far as they still stand together."""
    for line in list(container.iter("p")):
        previous = line.getprevious()
        is_continued = line.attrib.pop(CONTINUED, None) is not None
        if not is_continued or previous is None or previous.tag != "p" or (previous.tail or "").strip():
            continue
        line_break = Element("br")
        line_break.tail = line.text
        previous.append(line_break)
        previous.extend(list(line))
        previous.tail = line.tail
        parent = line.getparent()
        if parent is not None:
            parent.remove(line)


def is_block(element: HtmlElement) -> bool:
    """Whether an element is a block, as browsers show it: it begins a line of its own."""
    return element.tag in _BLOCKS


def _line_holder(element: HtmlElement | None) -> HtmlElement | None:
    """The block around an inline element with a line break in it, or the element where it is a block."""
    while element is not None and element.tag not in _BLOCKS:
        element = element.getparent()
    return element if element is not None and element.tag in _LINE_BLOCKS else None


def _lines_of(element: HtmlElement) -> list[HtmlElement]:
    """The lines of an element's content, a `p` each; inline elements around a break are in both lines."""
    return [line for line in _split(element, "p", {}) if len(line) or (line.text or "").strip()]


def _split(element: HtmlElement, tag: str, attributes: dict[str, str]) -> list[HtmlElement]:
    """An element's content in as many elements as it has lines."""
    line = Element(tag, attributes)
    line.text = element.text
    lines = [line]
    for child in list(element):
        tail, child.tail = child.tail, None
        if child.tag == "br":
            lines.append(Element(tag, attributes))
            lines[-1].text = tail
            continue
        if isinstance(child.tag, str) and next(child.iterdescendants("br"), None) is not None:
            first, *others = _split(child, child.tag, dict(child.attrib))
            lines[-1].append(first)
            for part in others:
                lines.append(Element(tag, attributes))
                lines[-1].append(part)
        else:
            lines[-1].append(child)
        _append_text(lines[-1], tail)
    return lines


def _append_text(element: HtmlElement, text: str | None) -> None:
    if not text:
        return
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def open_wrappers(body: HtmlElement, headline: HtmlElement | None = None) -> None:
    """Make plain blocks of what old and hand-made pages use as such.

    Inline elements with blocks inside (old pages wrap whole stories in a `font`), definition lists, forms
    around a page and elements of a site's own become a `div`; a heading that is a sentence becomes a
    paragraph.

    Args:
        body: The page's body; changed in place.
        headline: The element of the headline, which stays what it is.
    """
    for element in list(body.iter()):
        tag = element.tag
        if tag in _AS_BLOCK or (tag not in _KNOWN and isinstance(tag, str) and _stands_alone(element)):
            element.tag = "div"
        elif tag in _HEADINGS and element is not headline and _is_sentence(element):
            element.tag = "p"
    for block in body.iter(*_BLOCKS):
        parent = block.getparent()
        while parent is not None and parent.tag in _WRAPPERS:
            parent.tag = "div"
            parent = parent.getparent()


def _stands_alone(element: HtmlElement) -> bool:
    """Whether an element of a site's own is a block: no running text beside it."""
    parent = element.getparent()
    if parent is None or (parent.text or "").strip() or (element.tail or "").strip():
        return False
    return not any((sibling.tail or "").strip() for sibling in parent)


def _is_sentence(heading: HtmlElement) -> bool:
    text = " ".join("".join(heading.itertext()).split())
    if len(text) < MIN_SENTENCE or next(heading.iter("a"), None) is not None:
        return False
    return len(text) >= LONG_HEADING or text.endswith((".", "۔", ".»", ".”", '."'))


def _has_block(element: HtmlElement) -> bool:
    return any(child.tag in _BLOCKS for child in element.iterdescendants())


def _loose(element: HtmlElement) -> bool:
    """Whether an element holds text of its own, or inline elements, that a paragraph should hold."""
    if element.text and element.text.strip():
        return True
    return any(child.tag not in _BLOCKS or (child.tail and child.tail.strip()) for child in element)


def _wrap_runs(element: HtmlElement) -> None:
    content: list[HtmlElement] = []
    run = _run(element.text)
    after_break = False
    for child in list(element):
        tail, child.tail = child.tail, None
        if child.tag in _BLOCKS or (child.tag not in ("br", "a", "img") and _has_block(child)):
            _close(run, content)
            content.append(child)
            run, after_break = _run(tail), False
        elif child.tag == "br" and after_break:
            _close(run, content)
            run = _run(tail)
        else:
            child.tail = tail
            run.append(child)
            after_break = child.tag == "br" and not (tail and tail.strip())
    _close(run, content)
    element.text = None
    element[:] = content


def _run(text: str | None) -> HtmlElement:
    paragraph = Element("p")
    paragraph.text = text
    return paragraph


def _close(run: HtmlElement, content: list[HtmlElement]) -> None:
    while len(run) and run[-1].tag == "br" and not (run[-1].tail or "").strip():
        run.remove(run[-1])
    if len(run) or (run.text and run.text.strip()):
        content.append(run)
