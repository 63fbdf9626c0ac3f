"""Taking out of a story's element what the site put into it: related stories, share prompts, adverts.

The phrases are those of `lexicon`; here the markup around one decides. A block goes when it is nothing but a
label, when it is a label and links, or when it is a short line set off like a label. A sentence that merely
contains or begins with such words stays.
"""

from itertools import islice

from lxml.html import HtmlElement

from crawler.extraction.boilerplate import phrases
from crawler.extraction.boilerplate.by_markup import drop
from crawler.extraction.boilerplate.phrases import Furniture
from crawler.extraction.density import link_chars
from crawler.extraction.text import fold

MAX_ITEM_CHARS = 200
"""A linked headline is no longer; a longer block has prose in it."""
MAX_PROMPT_CHARS = 260
"""«لمتابعة أخبار … اشتركوا في قناتنا …»: prompts grow to two lines, not more."""
LINKED_SHARE = 0.6
"""A block is a link when this part of its text (its label not counted) is linked."""
MAX_ELEMENTS = 60
"""A block with more elements than this is no line or box of related stories."""
MAX_FOLLOWING = 30
"""Blocks looked at after a label. Lists of related stories have three to ten."""

BLOCK_TAGS = frozenset(
    {
        *("p", "div", "section", "article", "main", "body", "center", "blockquote", "pre", "address", "hr"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "footer", "aside", "figure", "figcaption"),
        *("ul", "ol", "li", "dt", "dd", "table", "tr", "td", "th", "fieldset", "details", "summary"),
    }
)
"""Elements that begin and end a line."""
_BULLETS = ("- ", "– ", "• ", "* ", "▪ ", "◾", "🔹", "🔸")
"""What stands before an unlinked headline under a label, where a site writes its list by hand."""
_LISTS = frozenset({"ul", "ol", "dl", "table"})


def drop_furniture(container: HtmlElement) -> None:
    """Take out related blocks, prompts, labels and adverts inside a story's element; changes it in place.

    Args:
        container: The element of the story, with its links still in it.
    """
    judged: set[HtmlElement] = set()
    for element in list(container.iter()):
        if not isinstance(element.tag, str) or not _opens_text(element):
            continue
        block = _block_of(element, container)
        if block is None or block in judged or not _inside(block, container):
            continue
        judged.add(block)
        _judge(block, container)


def visible(element: HtmlElement) -> str:
    """An element's text with line breaks where blocks and `br` make them."""
    parts: list[str] = []
    _gather(element, parts, 0)
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _gather(element: HtmlElement, parts: list[str], depth: int) -> None:
    if depth > 60:
        parts.append("".join(element.itertext()).replace("\n", " "))
        return
    if element.text:
        parts.append(element.text.replace("\n", " "))
    for child in element:
        if isinstance(child.tag, str):
            if child.tag in BLOCK_TAGS or child.tag == "br":
                parts.append("\n")
            _gather(child, parts, depth + 1)
            if child.tag in BLOCK_TAGS:
                parts.append("\n")
        if child.tail:
            parts.append(child.tail.replace("\n", " "))


def _opens_text(element: HtmlElement) -> bool:
    """Whether an element is the first to bring text to its block: nothing visible before it in there."""
    return bool(element.text and element.text.strip())


def _block_of(element: HtmlElement, container: HtmlElement) -> HtmlElement | None:
    block = element
    while block is not container and block.tag not in BLOCK_TAGS:
        block = block.getparent()
        if block is None:
            return None
    return None if block is container else block


def _inside(block: HtmlElement, container: HtmlElement) -> bool:
    """Whether a block is still in the tree: an earlier verdict may have taken it out."""
    return any(ancestor is container for ancestor in block.iterancestors())


def _judge(block: HtmlElement, container: HtmlElement) -> None:
    if sum(1 for _ in islice(block.iter(), MAX_ELEMENTS)) == MAX_ELEMENTS:
        return
    length = _length(block)
    if length == 0 or length > 4 * MAX_ITEM_CHARS:
        return
    text = visible(block)
    kind = phrases.label(text)
    if kind is not None:
        _drop_label(block, container, kind)
        return
    opening = phrases.lead(text)
    if opening is not None:
        _, end, separated = opening
        _judge_lead(block, text, end, separated=separated)
    elif (phrases.weak_lead(text) and _linked(block, text, 8) and length <= MAX_ITEM_CHARS) or (
        length <= MAX_PROMPT_CHARS and _is_notice(block, text, container)
    ):
        drop(block)


def _judge_lead(block: HtmlElement, text: str, end: int, *, separated: bool) -> None:
    """A block that opens with «اقرأ أيضاً» or «الوسوم:» and goes on."""
    rest = len(fold(text)) - end
    items = text.count("\n")
    if _linked(block, text, end) and rest <= MAX_ITEM_CHARS * max(1, items):
        drop(block)
        if "\n" not in text and separated and rest < 3:
            _drop_teasers(_following(block), Furniture.RELATED)
    elif separated and rest <= MAX_ITEM_CHARS and items <= 1 and not _is_prose(text[end:]):
        drop(block)


def _drop_label(block: HtmlElement, container: HtmlElement, kind: Furniture) -> None:
    """A bare label goes; of what comes after it, and is wrapped with it, what is no prose goes too."""
    if kind not in (Furniture.RELATED, Furniture.TAGS, Furniture.COMMENTS):
        drop(block)
        return
    wrapper = block
    parent = wrapper.getparent()
    # What has text before the label is no box that the label opens, but the story around it.
    while (
        parent is not None
        and parent is not container
        and not _text_before(wrapper, parent)
        and _is_linked_box(parent)
    ):
        wrapper, parent = parent, parent.getparent()
    if parent is None:
        return
    following = _following(wrapper)
    drop(wrapper)
    # A label alone in its wrapper (a heading inside its own div) speaks for what follows the wrapper.
    while not following and parent is not None and parent is not container and _length(parent) == 0:
        following = _following(parent)
        parent = parent.getparent()
    _drop_teasers(following, kind)


def _following(block: HtmlElement) -> list[HtmlElement]:
    found = []
    for sibling in block.itersiblings():
        if isinstance(sibling.tag, str):
            found.append(sibling)
            if len(found) >= MAX_FOLLOWING:
                break
    return found


def _drop_teasers(following: list[HtmlElement], kind: Furniture) -> None:
    """Drop what follows a label while it is links; to the end, when nothing but short lines remain."""
    doomed: list[HtmlElement] = []
    rest: list[HtmlElement] = []
    for position, element in enumerate(following):
        if _stray_text(element.tail):
            # Running text directly after a removed element is the story going on.
            if _is_teaser(element, first=position == 0):
                doomed.append(element)
            rest = following[position + 1 :] or [element]
            rest = [element, *rest]
            break
        if _length(element) == 0 or _is_teaser(element, first=not any(_length(one) for one in doomed)):
            doomed.append(element)
        else:
            rest = following[position:]
            break
    while doomed and _length(doomed[-1]) == 0 and rest:
        doomed.pop()
    for element in doomed:
        drop(element)
    rest = [element for element in rest if element not in doomed]
    if kind is Furniture.RELATED and rest and all(_is_title_line(element) for element in rest):
        for element in rest:
            drop(element)


def _is_teaser(element: HtmlElement, *, first: bool) -> bool:
    """Whether a block after a label is a related story: a link, a list of links, a card."""
    length = _length(element)
    linked = link_chars(element)
    if linked >= LINKED_SHARE * length and length <= MAX_ITEM_CHARS * max(1, _count_links(element)):
        return True
    if element.tag in _LISTS:
        items = [item for item in element.iter("li", "dd", "td") if _length(item)]
        if not items:
            return False
        if all(_length(item) <= MAX_ITEM_CHARS and not _is_prose(visible(item)) for item in items):
            # Unlinked headlines: only right after the label, for a list further down is the story's own.
            return first or sum(link_chars(item) > 0 for item in items) * 2 > len(items)
        return False
    if visible(element).startswith(_BULLETS):
        return _is_title_line(element)
    # A card: linked headline, then a date or a cut-off summary.
    return (
        element.tag in ("div", "article", "section", "figure")
        and linked >= 15
        and length <= 2 * MAX_ITEM_CHARS
        and linked >= 0.25 * length
    )


def _is_title_line(element: HtmlElement) -> bool:
    """Whether a block reads like a headline: short, one line, no full stop."""
    if _stray_text(element.tail):
        return False
    text = visible(element)
    if not text:
        return True
    if element.tag in _LISTS:
        return all(len(line) <= MAX_ITEM_CHARS and not _is_prose(line) for line in text.split("\n"))
    return len(text) <= MAX_ITEM_CHARS - 40 and "\n" not in text and not _is_prose(text)


def _is_prose(text: str) -> bool:
    """Whether a text reads like sentences: ends like one, or has the end of one inside."""
    text = text.strip()
    if len(text) > MAX_ITEM_CHARS:
        return True
    return text.endswith((".", "۔", ".”", '."', ".»", "،")) or ". " in text.rstrip(". ")


def _text_before(child: HtmlElement, parent: HtmlElement) -> bool:
    """Whether an element shows text of its own, or of earlier children, before one of its children."""
    if (parent.text or "").strip() or any(_length(earlier) for earlier in child.itersiblings(preceding=True)):
        return True
    return any((earlier.tail or "").strip() for earlier in child.itersiblings(preceding=True))


def _is_sentence(text: str) -> bool:
    """Whether a text is one line of story: longer than a label, and ending like a sentence."""
    return phrases.LABEL_CHARS < len(text) <= 4 * MAX_ITEM_CHARS and text.endswith((".", "؟", "!", "۔", ".»"))


def _is_linked_box(element: HtmlElement) -> bool:
    """Whether a wrapper around a label holds nothing but the label and links."""
    if element.tag in ("body", "main") or len(element) > 60:
        return False
    if any(link_chars(one) == 0 and _is_sentence(visible(one)) for one in element.iter("p", "div")):
        return False
    length = _length(element)
    links = link_chars(element)
    label_room = phrases.LABEL_CHARS
    return (
        links > 0
        and links >= LINKED_SHARE * (length - label_room)
        and length - links <= label_room + 40 * _count_links(element)
    ) or length <= label_room


def _linked(block: HtmlElement, text: str, end: int) -> bool:
    """Whether what follows the first `end` characters of a block is mostly linked."""
    rest = max(1, len(" ".join(text.split())) - end)
    links = link_chars(block)
    return links > 0 and min(links, rest) >= LINKED_SHARE * rest


def _is_notice(block: HtmlElement, text: str, container: HtmlElement) -> bool:
    """Prompts, notices of rights: by words, and by a link in them or their place at the story's edge."""
    if phrases.copyright_notice(text):
        return _near_end(block, container) or len(text) <= 120
    if phrases.follow_prompt(text):
        return link_chars(block) > 0 or _near_end(block, container) or len(text) <= 120
    return False


def _near_end(block: HtmlElement, container: HtmlElement) -> bool:
    """Whether hardly any text follows a block in its container."""
    after = 0
    element: HtmlElement | None = block
    while element is not None and element is not container:
        after += len((element.tail or "").strip()) if element is not block else 0
        for sibling in element.itersiblings():
            if isinstance(sibling.tag, str):
                after += _length(sibling) + len((sibling.tail or "").strip())
            if after > 3 * MAX_ITEM_CHARS:
                return False
        element = element.getparent()
    return True


def _length(element: HtmlElement) -> int:
    return len(" ".join("".join(element.itertext()).split()))


def _count_links(element: HtmlElement) -> int:
    return sum(1 for _ in element.iter("a"))


def _stray_text(tail: str | None) -> bool:
    return bool(tail and len(tail.strip()) > 30)
