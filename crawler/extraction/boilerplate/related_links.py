"""Blocks inside an article's element that lead elsewhere: related articles, prompts, labels, adverts.

The phrases are those of `phrases`; here the markup around one decides. A block goes when it is nothing but a
label, when it is a label and links, or when it is a short line set off like a label. A sentence that merely
contains or begins with such words stays.
"""

from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from crawler.extraction.boilerplate import phrases
from crawler.extraction.boilerplate.by_markup import drop, drop_all
from crawler.extraction.boilerplate.phrases import Boilerplate, Opening
from crawler.extraction.density import link_chars, text_chars
from crawler.parsing.arabic import fold
from crawler.parsing.lines import BLOCK_TAGS, text_of

MAX_ITEM_CHARS = 200
"""A linked headline is no longer; a longer block has prose in it."""
MAX_PROMPT_CHARS = 260
"""«لمتابعة أخبار … اشتركوا في قناتنا …»: prompts grow to two lines, not more."""
MAX_NOTICE_LINE = 120
"""Characters of a notice or prompt that is known by its words alone, without a link, wherever it stands."""
LINKED_SHARE = 0.6
"""A block is a link when this part of its text (its label not counted) is linked."""
MAX_ELEMENTS = 60
"""A block with more elements than this is no line or box of related articles."""
MAX_FOLLOWING = 30
"""Blocks looked at after a label. Lists of related articles have three to ten."""
MIN_CARD_LINK = 15
"""Characters of the linked headline of a card."""
CARD_SHARE = 0.25
"""Part of a card's text that is linked at least; the rest is a date or a cut-off summary."""
MAX_STRAY_CHARS = 30
"""Text directly after an element that is longer is the article going on."""

_BULLETS = ("- ", "– ", "• ", "* ", "▪ ", "◾", "🔹", "🔸")
"""What stands before an unlinked headline under a label, where a site writes its list by hand."""
_LISTS = frozenset({"ul", "ol", "dl", "table"})
_CARDS = frozenset({"div", "article", "section", "figure"})
_LABELS_OF_LISTS = frozenset({Boilerplate.RELATED, Boilerplate.TAGS, Boilerplate.COMMENTS})
"""Labels that speak of what follows them."""


def drop_related_blocks(container: HtmlElement) -> None:
    """Take out related blocks, prompts, labels and adverts inside an article's element; changes it in place.

    Args:
        container: The element of the article, with its links still in it.
    """
    judged: set[HtmlElement] = set()
    for element in list(container.iter()):
        if not isinstance(element.tag, str) or not _has_text(element.text):
            continue
        block = _block_of(element, container)
        # An earlier block may have taken this one out of the tree.
        if block is not None and block not in judged and container in block.iterancestors():
            judged.add(block)
            _judge(block, container)


def _block_of(element: HtmlElement, container: HtmlElement) -> HtmlElement | None:
    """The block inside the container that an element is part of."""
    block = element
    while block is not None and block is not container:
        if block.tag in BLOCK_TAGS:
            return block
        block = block.getparent()
    return None


def _judge(block: HtmlElement, container: HtmlElement) -> None:
    if len(list(islice(block.iter(), MAX_ELEMENTS))) == MAX_ELEMENTS:
        return
    length = text_chars(block)
    if not 0 < length <= 4 * MAX_ITEM_CHARS:
        return
    text = text_of(block)
    if (kind := phrases.label(text)) is not None:
        _drop_label(block, container, kind)
    elif (opening := phrases.opening(text)) is not None:
        _drop_opened(block, text, opening)
    elif _is_prompt(block, text, length, container):
        drop(block)


def _is_prompt(block: HtmlElement, text: str, length: int, container: HtmlElement) -> bool:
    """Whether a block is «شاهد: …» with a link, a prompt or a notice."""
    if length > MAX_PROMPT_CHARS:
        return False
    if length <= MAX_ITEM_CHARS and phrases.opens_like_link(text) and _is_linked(block, text, 8):
        return True
    return _is_notice(block, text, container)


def _is_notice(block: HtmlElement, text: str, container: HtmlElement) -> bool:
    """Prompts, notices of rights: by words, and by a link in them or their place at the article's end."""
    if not phrases.is_disclaimer(text):
        if not phrases.is_follow_prompt(text):
            return False
        if link_chars(block):
            return True
    if len(text) <= MAX_NOTICE_LINE:
        return True
    return _is_near_end(block, container)


def _drop_opened(block: HtmlElement, text: str, opening: Opening) -> None:
    """A block that opens with «اقرأ أيضاً» or «الوسوم:» and goes on."""
    rest = len(fold(text)) - opening.length
    breaks = text.count("\n")
    if _is_linked(block, text, opening.length) and rest <= MAX_ITEM_CHARS * max(1, breaks):
        drop(block)
        return
    if not opening.is_separated or breaks > 1 or rest > MAX_ITEM_CHARS:
        return
    if not _is_prose(text[opening.length :]):
        drop(block)


def _drop_label(block: HtmlElement, container: HtmlElement, kind: Boilerplate) -> None:
    """A bare label goes; of what comes after it, and is wrapped with it, what is no prose goes too."""
    if kind not in _LABELS_OF_LISTS:
        drop(block)
        return
    box = _box_of_label(block, container)
    parent = box.getparent()
    if parent is None:
        return
    following = _following(box)
    drop(box)
    # A label alone in its wrapper (a heading inside its own div) speaks for what follows the wrapper.
    while not following and parent not in (None, container) and text_chars(parent) == 0:
        following = _following(parent)
        parent = parent.getparent()
    _drop_teasers(following, kind)


def _box_of_label(label: HtmlElement, container: HtmlElement) -> HtmlElement:
    """The outermost element that holds a label and links, and no text before the label."""
    box = label
    for parent in label.iterancestors():
        if parent is container or _has_text_before(box, parent) or not _is_linked_box(parent):
            break
        box = parent
    return box


def _following(block: HtmlElement) -> list[HtmlElement]:
    siblings = (sibling for sibling in block.itersiblings() if isinstance(sibling.tag, str))
    return list(islice(siblings, MAX_FOLLOWING))


def _drop_teasers(following: list[HtmlElement], kind: Boilerplate) -> None:
    """Drop what follows a label while it is links; to the end, when nothing but short lines remain."""
    count = _count_teasers(following)
    rest = following[count:]
    drop_all(following[:count])
    if kind is Boilerplate.RELATED and all(map(_is_title_line, rest)):
        drop_all(rest)


def _count_teasers(following: list[HtmlElement]) -> int:
    """How many blocks after a label are related articles; empty ones count between, not behind them."""
    count, has_text, goes_on = 0, False, False
    for position, element in enumerate(following):
        # Running text directly after an element is the article going on.
        goes_on = _has_stray_tail(element)
        if not _is_teaser(element, first=position == 0 if goes_on else not has_text):
            break
        count += 1
        has_text = has_text or text_chars(element) > 0
        if goes_on:
            break
    while count and (goes_on or count < len(following)) and text_chars(following[count - 1]) == 0:
        count -= 1
    return count


def _is_teaser(element: HtmlElement, *, first: bool) -> bool:
    """Whether a block after a label is a related article: empty, a link, a list of links, a card."""
    length, linked = text_chars(element), link_chars(element)
    if linked >= LINKED_SHARE * length and length <= MAX_ITEM_CHARS * max(1, _count_links(element)):
        return True
    if element.tag in _LISTS:
        return _is_headline_list(element, first=first)
    if text_of(element).startswith(_BULLETS):
        return _is_title_line(element)
    if element.tag not in _CARDS or length > 2 * MAX_ITEM_CHARS:
        return False
    return linked >= max(MIN_CARD_LINK, CARD_SHARE * length)


def _is_headline_list(element: HtmlElement, *, first: bool) -> bool:
    """Whether a list has headlines alone; unlinked ones right after the label only.

    Further down a list of short lines is the article's.
    """
    items = list(filter(text_chars, element.iter("li", "dd", "td")))
    if not items or not all(map(_is_short_item, items)):
        return False
    if first:
        return True
    linked = list(filter(link_chars, items))
    return len(linked) * 2 > len(items)


def _is_short_item(item: HtmlElement) -> bool:
    if text_chars(item) > MAX_ITEM_CHARS:
        return False
    return not _is_prose(text_of(item))


def _is_title_line(element: HtmlElement) -> bool:
    """Whether a block reads like a headline: short, one line, no full stop."""
    if _has_stray_tail(element):
        return False
    text = text_of(element)
    if element.tag in _LISTS:
        return not any(map(_is_prose, text.split("\n")))
    if "\n" in text or len(text) > MAX_ITEM_CHARS - 40:
        return False
    return not _is_prose(text)


def _is_prose(text: str) -> bool:
    """Whether a text reads like sentences: ends like one, or has the end of one inside."""
    text = text.strip()
    if len(text) > MAX_ITEM_CHARS:
        return True
    if text.endswith((".", "۔", ".”", '."', ".»", "،")):
        return True
    return ". " in text.rstrip(". ")


def _has_text_before(child: HtmlElement, parent: HtmlElement) -> bool:
    """Whether an element shows text, directly or in earlier children, before one of its children."""
    if _has_text(parent.text):
        return True
    for sibling in child.itersiblings(preceding=True):
        if text_chars(sibling) or _has_text(sibling.tail):
            return True
    return False


def _has_text(text: str | None) -> bool:
    return text is not None and text.strip() != ""


def _is_sentence(element: HtmlElement) -> bool:
    """Whether an element is one unlinked line of an article: longer than a label, ending like a sentence."""
    if link_chars(element):
        return False
    text = text_of(element)
    if not phrases.LABEL_CHARS < len(text) <= 4 * MAX_ITEM_CHARS:
        return False
    return text.endswith((".", "؟", "!", "۔", ".»"))


def _is_linked_box(element: HtmlElement) -> bool:
    """Whether a wrapper around a label holds nothing but the label and links."""
    if element.tag in ("body", "main") or len(element) > MAX_ELEMENTS:
        return False
    if any(map(_is_sentence, element.iter("p", "div"))):
        return False
    length, linked = text_chars(element), link_chars(element)
    if length <= phrases.LABEL_CHARS:
        return True
    if linked == 0 or length - linked > phrases.LABEL_CHARS + 40 * _count_links(element):
        return False
    return linked >= LINKED_SHARE * (length - phrases.LABEL_CHARS)


def _is_linked(block: HtmlElement, text: str, start: int) -> bool:
    """Whether what follows the first `start` characters of a block is mostly linked."""
    linked = link_chars(block)
    if linked == 0:
        return False
    rest = max(1, len(" ".join(text.split())) - start)
    return min(linked, rest) >= LINKED_SHARE * rest


def _is_near_end(block: HtmlElement, container: HtmlElement) -> bool:
    """Whether hardly any text follows a block in its container."""
    after = 0
    for length in _lengths_after(block, container):
        after += length
        if after > 3 * MAX_ITEM_CHARS:
            return False
    return True


def _lengths_after(block: HtmlElement, container: HtmlElement) -> Iterator[int]:
    """Characters of the texts that follow a block in its container, nearest first."""
    for element in (block, *block.iterancestors()):
        if element is container:
            return
        if element is not block:
            yield _tail_length(element)
        for sibling in element.itersiblings():
            if isinstance(sibling.tag, str):
                yield text_chars(sibling) + _tail_length(sibling)


def _tail_length(element: HtmlElement) -> int:
    return len((element.tail or "").strip())


def _count_links(element: HtmlElement) -> int:
    return len(list(element.iter("a")))


def _has_stray_tail(element: HtmlElement) -> bool:
    return _tail_length(element) > MAX_STRAY_CHARS
