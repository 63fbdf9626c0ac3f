"""What is to be known of an article's text: marks, by the page's data and by its own words."""

import re
from collections.abc import Iterable

from crawler.extraction.metadata.jsonld import Node, node_types
from crawler.extraction.metadata.meta import Metadata
from crawler.extraction.text import fold
from crawler.model.article import ArticleMark

EDGE = 4
"""Paragraphs at either end in which a page's own word on its text is looked for."""
MAX_CHARS = 600
"""A longer paragraph is the story's."""

_PHRASES: dict[ArticleMark, re.Pattern[str]] = {
    ArticleMark.PAYWALLED: re.compile(
        r"(?:للمشتركين|للاعضاء) فقط|(?:اشترك|سجل(?: ال)?دخولك?) (?:لقراءه|لمتابعه|لاكمال)|"
        r"لقراءه (?:بقيه|باقي|المقال كامل)|(?:to|and) (?:continue|keep) reading,? |"
        r"subscribe to (?:continue|keep|read)|for subscribers only|already a subscriber|"
        r"okumaya devam etmek icin"
    ),
    ArticleMark.CORRECTED: re.compile(
        r"\A\W{0,3}(?:تصحيح|تصويب|استدراك|توضيح من (?:المحرر|التحرير)|correction|clarification|"
        r"duzeltme|düzeltme)"
        r"(?: \S{1,20}){0,3}\W{0,2}[:：\-–—]|"
        r"(?:نسخه|صيغه) (?:سابقه|سابقا) من (?:هذا|هذه)|ورد في (?:نسخه|صيغه) سابقه|"
        r"(?:جري|تم) (?:تصحيح|تصويب) (?:هذا|هذه|الخبر|الماده)|(?:an earlier|a previous) version of this|"
        r"this (?:article|story|post|piece) (?:was|has been) (?:amended|corrected)"
    ),
    ArticleMark.MACHINE_TRANSLATED: re.compile(
        r"(?:ترجم|ترجمت|ترجمه|مترجم|مترجمه) (?:\S{1,12} ){0,3}(?:اليا|اليه)\b|"
        r"(?:ترجم|ترجمت|ترجمه|مترجم) (?:\S{1,12} ){0,3}(?:بواسطه|باستخدام) (?:الذكاء الاصطناعي|جوجل|غوغل)|"
        r"(?:machine|automatic(?:ally)?|ai)[- ]?translat(?:ed|ion)|"
        r"translated (?:automatically|by (?:ai|google|a machine|deepl))|"
        r"makine (?:cevirisi|çevirisi)|otomatik olarak cevril"
    ),
    ArticleMark.SPONSORED: re.compile(
        r"\A\W{0,3}(?:ماده|محتوي|مقال|خبر|تقرير|اعلان) (?:اعلانيه?|مموله?|مدفوعه?|برعايه)\b.{0,60}\Z|"
        r"\A\W{0,3}(?:sponsored|paid|partner) (?:content|post|article|partnership|by|feature)\b.{0,60}\Z|"
        r"\A\W{0,3}sponsored\W{0,3}\Z|\A\W{0,3}advertorial\b.{0,40}\Z"
    ),
}
"""By folded words (`text.fold`), which a paragraph at the story's edge or a section's name has."""
_FREE = frozenset({"false", "no", "0"})
_LOCKED = frozenset({"locked", "metered", "premium", "subscription", "paid"})
_LIVE = re.compile(r"(?:^|[-_ ])live[-_]?(?:blog|post|update|coverage|event)", re.IGNORECASE)


def find_marks(
    metadata: Metadata, url: str, *, headline: str, section: str | None, tags: Iterable[str], lines: list[str]
) -> set[ArticleMark]:
    """The marks that a page's data and words give its article.

    Args:
        metadata: The page's own statements.
        url: The page's address.
        headline: The article's headline.
        section: Its section.
        tags: Its tags.
        lines: Its paragraphs, those that cleaning takes away at the edges too.
    """
    node = metadata.article(url) or {}
    marks = {mark for mark, holds in _by_data(metadata, node).items() if holds}
    edges = lines if len(lines) <= 2 * EDGE else [*lines[:EDGE], *lines[-EDGE:]]
    for line in edges:
        marks |= marks_of_line(line)
    labels = [label for label in (section, *tags) if label]
    if any(ArticleMark.SPONSORED in marks_of_line(label) for label in (*labels, *_bracketed(headline))):
        marks.add(ArticleMark.SPONSORED)
    return marks


def marks_of_line(line: str) -> set[ArticleMark]:
    """The marks that the words of one paragraph or label give."""
    if len(line) > MAX_CHARS:
        return set()
    folded = fold(line)
    return {mark for mark, pattern in _PHRASES.items() if pattern.search(folded)}


def _by_data(metadata: Metadata, node: Node) -> dict[ArticleMark, bool]:
    kinds = node_types(node)
    tier = (metadata.first("article:content_tier", "content_tier") or "").lower()
    return {
        ArticleMark.PAYWALLED: tier in _LOCKED or not _is_free(node),
        ArticleMark.LIVE_BLOG: "liveblogposting" in kinds or any(map(_LIVE.search, metadata.body_classes)),
        ArticleMark.SPONSORED: "advertisercontentarticle" in kinds or bool(node.get("sponsor")),
        ArticleMark.CORRECTED: bool(node.get("correction")),
    }


def _is_free(node: Node) -> bool:
    """Whether an article's data say that all of it can be read, or nothing of that."""
    parts = node.get("hasPart")
    nodes = [node, *(parts if isinstance(parts, list) else [parts])]
    return not any(
        isinstance(part, dict) and str(part.get("isAccessibleForFree", "")).lower() in _FREE for part in nodes
    )


def _bracketed(headline: str) -> list[str]:
    """What stands in brackets at either end of a headline: «[محتوى ممول] …»."""
    match = re.match(r"[\[(]([^\[\]()]{3,40})[\])]", headline) or re.search(
        r"[\[(]([^\[\]()]{3,40})[\])]\Z", headline[-60:]
    )
    return [match.group(1)] if match else []
