"""Giving loose text its paragraphs, so that the engine sees them.

Old and hand-made pages have running text straight in a `div`, between other blocks, parted by two `br`. HTML
calls such a run a paragraph too (https://html.spec.whatwg.org/multipage/dom.html#paragraphs); engines that
look
for `p` lose it.
"""

from lxml.html import Element, HtmlElement

_HOLDERS = ("div", "section", "article", "main", "center", "td", "blockquote", "header", "figure")
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


def open_wrappers(body: HtmlElement) -> None:
    """Make a `div` of every inline element with blocks inside: old pages wrap whole stories in a `font`.

    Args:
        body: The page's body; changed in place.
    """
    for block in body.iter(*_BLOCKS):
        parent = block.getparent()
        while parent is not None and parent.tag in _WRAPPERS:
            parent.tag = "div"
            parent = parent.getparent()


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
