"""Articles over several pages: which further pages one links to, and their texts joined.

Recognised are the two ways in which content systems number the pages of one article: ``?page=2`` and ``/2/``
(or ``/page/2/``) behind its own URL, linked as a number or as "next".
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import SplitResult, parse_qsl, urldefrag, urljoin, urlsplit

from lxml.etree import LxmlError
from lxml.html import HtmlElement, document_fromstring

from crawler.extraction.errors import ExtractionError
from crawler.extraction.parse import decode_page
from crawler.model.article import Article
from crawler.parsing.arabic import bare, fold
from crawler.parsing.article_urls import url_path
from crawler.parsing.markup import page_parser

MOST_PARTS = 10
"""Further pages that are read of one article. Real ones have two to five; a loop of links has no end."""
LONGEST_PAGE_LINKS = 80
"""Letters of a line of links to pages: a label, ten numbers, "previous" and "next"."""
MOST_LABEL_WORDS = 6
"""Words beside the numbers in such a line."""

_NUMBERED = re.compile(r"(?:page|pg|pagenum|pageno)=|(?<!\d)\d{1,2}/?(?:[?#]|\s*\Z)", re.IGNORECASE)
"""What no link to a further page lacks; looked for first, since few links have it."""
_PART_URL = re.compile(r"/\d{1,2}/?\Z|[?&](?:page|pg|pagenum|pageno)=\d")
_DIGIT = re.compile(r"\d")
_SENTENCE = re.compile(r"[.!?؟،؛,;]")
_QUERY = frozenset({"page", "pg", "pagenum", "pageno"})
_NUMBER = re.compile(r"[0-9]{1,9}")
_BEHIND = re.compile(r"(?:/page)?/([1-9]\d?)/?")
_NEXT = frozenset({"التالي", "التاليه", "الصفحه التاليه", "next", "next page", "sonraki", "sonraki sayfa"})
_FIRST = frozenset({"1", "السابق", "السابقه", "الصفحه السابقه", "previous", "previous page", "prev"})


def part_number(url: str, other: str) -> int | None:
    """The number of the page of `url`'s article that `other` is, from 2 on; None where it is none."""
    try:
        own, part = urlsplit(urldefrag(url)[0]), urlsplit(urldefrag(other)[0])
    except ValueError:
        return None
    path = own.path.rstrip("/")
    if not path or own.netloc.lower() != part.netloc.lower() or part.scheme not in ("http", "https"):
        return None
    read_number = _number_in_query if part.path.rstrip("/") == path else _number_in_path
    number = read_number(own, part)
    return number if number in range(2, MOST_PARTS + 2) else None


def _number_in_query(own: SplitResult, part: SplitResult) -> int | None:
    numbers, rest = [], []
    for key, value in parse_qsl(part.query):
        if key.lower() in _QUERY:
            numbers.append(value)
        else:
            rest.append((key, value))
    if len(numbers) != 1 or rest != parse_qsl(own.query):
        return None
    return int(numbers[0]) if _NUMBER.fullmatch(numbers[0]) else None


def _number_in_path(own: SplitResult, part: SplitResult) -> int | None:
    path = own.path.rstrip("/")
    if not part.path.startswith(path) or parse_qsl(part.query) != parse_qsl(own.query):
        return None
    match = _BEHIND.fullmatch(part.path, len(path))
    return int(match.group(1)) if match else None


def further_parts(html: bytes, url: str, base: str, charset: str | None = None) -> dict[int, str]:
    """The further pages of the article at `base` that a page of it links to, by number.

    Args:
        html: The page's bytes.
        url: The page's own URL.
        base: The URL of the article's first page.
        charset: What the HTTP header declared.
    """
    tree = _tree(html, charset)
    return {} if tree is None else further_parts_in(tree, url, base)


def further_parts_in(tree: HtmlElement, url: str, base: str) -> dict[int, str]:
    """The same for a page that has been parsed."""
    parts: dict[int, str] = {}
    for link, part_url in _numbered_links(tree, url, base):
        number = part_number(base, part_url)
        if number is not None and _is_labelled(link, {str(number), *_NEXT}, "next"):
            parts.setdefault(number, part_url)
    return parts


def _numbered_links(tree: HtmlElement, url: str, base: str) -> Iterator[tuple[HtmlElement, str]]:
    """The links that may lead to a further page, with their URLs."""
    path = url_path(base).rstrip("/")
    for link in tree.iter("a", "link"):
        href = link.get("href", "")
        # Whatever is not relative to the page spells the article's path out.
        is_under_path = path in href or not href.startswith(("/", "http"))
        if is_under_path and _NUMBERED.search(href) and (target := _absolute(link, url)):
            yield link, target


def part_of(html: bytes, url: str, charset: str | None = None) -> str | None:
    """The URL of an article whose second or later page this is; None for any other page."""
    tree = _tree(html, charset) if _PART_URL.search(url) else None
    if tree is None:
        return None
    for link in tree.iter("a", "link"):
        target = _absolute(link, url)
        if target and part_number(target, url) is not None and _is_labelled(link, _FIRST, "prev"):
            return urldefrag(target)[0]
    return None


def without_page_links(text: str, parts: int) -> str:
    """A text without the line of links to the article's pages («الصفحات: 1 2 3»), whatever it is labelled.

    Args:
        text: The text of one page of the article, paragraphs parted by blank lines.
        parts: How many further pages the article has.
    """
    return "\n\n".join(paragraph for paragraph in text.split("\n\n") if not _is_page_links(paragraph, parts))


def _is_page_links(paragraph: str, parts: int) -> bool:
    """Whether a paragraph is a label and the numbers of an article's pages, the page's own or not."""
    if len(paragraph) > LONGEST_PAGE_LINKS or _SENTENCE.search(paragraph):
        return False
    digits = "".join(str(unicodedata.decimal(digit)) for digit in _DIGIT.findall(paragraph))
    label = _DIGIT.sub("", paragraph)
    pages = [str(number) for number in range(1, parts + 2)]
    without_own = {"".join(pages[:own] + pages[own + 1 :]) for own in range(len(pages))}
    return digits in {"".join(pages), *without_own} and len(label.split()) <= MOST_LABEL_WORDS


def join(article: Article, texts: list[str]) -> Article:
    """An article with the texts of its further pages behind its own; what each page repeats is there once."""
    paragraphs = list(filter(None, article.text.split("\n\n")))
    for text in texts:
        earlier = {*paragraphs, ""}
        paragraphs += [paragraph for paragraph in text.split("\n\n") if paragraph not in earlier]
    return replace(article, text="\n\n".join(paragraphs))


def _tree(html: bytes, charset: str | None) -> HtmlElement | None:
    try:
        source = decode_page(html, charset).encode("utf-8", "replace")
        return document_fromstring(source, parser=page_parser())
    except (ExtractionError, LxmlError, ValueError):
        return None


def _absolute(link: HtmlElement, url: str) -> str | None:
    try:
        return str(urljoin(url, link.get("href", "").strip()[:2_000]))
    except ValueError:
        return None


def _is_labelled(link: HtmlElement, words: set[str] | frozenset[str], rel: str) -> bool:
    """Whether a link is marked or worded as one to such a page."""
    if rel in link.get("rel", "").lower().split():
        return True
    text = "".join(link.itertext())[:60]
    return link.tag == "a" and not words.isdisjoint((bare(text), fold(text).strip()))
