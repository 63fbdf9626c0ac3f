"""Articles over several pages: which further pages one names, and their texts joined.

Recognised are the two ways that content systems number the pages of one article: ``?page=2`` and ``/2/`` (or
``/page/2/``) behind its own address, linked as a number or as "next".
"""

import re
import unicodedata
from dataclasses import replace
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from lxml.etree import LxmlError
from lxml.html import HtmlElement, document_fromstring

from crawler.extraction.errors import ExtractionError
from crawler.extraction.metadata.canonical import urlsplit_path
from crawler.extraction.parse import decode_page
from crawler.extraction.text import bare, fold
from crawler.model.article import Article
from crawler.parsing.markup import page_parser

MOST_PARTS = 10
"""Further pages that are read of one article. Real ones have two to five; a loop of links has no end."""

_NUMBERED = re.compile(r"(?:page|pg|pagenum|pageno)=|(?<!\d)\d{1,2}/?(?:[?#]|\s*\Z)", re.IGNORECASE)
"""What no link to a further page lacks; looked for first, since few links have it."""
LONGEST_PAGE_LINKS = 80
"""Letters of a line of links to pages: a label, ten numbers, "previous" and "next"."""

MOST_LABEL_WORDS = 6
"""Words beside the numbers in such a line."""

_SENTENCE = re.compile(r"[.!?؟،؛,;]")

_QUERY = frozenset({"page", "pg", "pagenum", "pageno"})
_BEHIND = re.compile(r"(?:/page)?/([1-9]\d?)/?")
_NEXT = frozenset({"التالي", "التاليه", "الصفحه التاليه", "next", "next page", "sonraki", "sonraki sayfa"})
_FIRST = frozenset({"1", "السابق", "السابقه", "الصفحه السابقه", "previous", "previous page", "prev"})


def part_number(url: str, other: str) -> int | None:
    """The number of the page of `url`'s article that `other` is, from 2 on; None where it is none."""
    try:
        own, told = urlsplit(urldefrag(url)[0]), urlsplit(urldefrag(other)[0])
    except ValueError:
        return None
    path = own.path.rstrip("/")
    if not path or own.netloc.lower() != told.netloc.lower() or told.scheme not in ("http", "https"):
        return None
    own_query, told_query = parse_qsl(own.query), parse_qsl(told.query)
    number = None
    if told.path.rstrip("/") == path:
        numbers = [value for key, value in told_query if key.lower() in _QUERY]
        others = [pair for pair in told_query if pair[0].lower() not in _QUERY]
        if len(numbers) == 1 and others == own_query and numbers[0].isascii() and numbers[0].isdecimal():
            number = int(numbers[0])
    elif told.path.startswith(path) and told_query == own_query:
        match = _BEHIND.fullmatch(told.path[len(path) :])
        number = int(match.group(1)) if match else None
    return number if number is not None and 2 <= number <= MOST_PARTS + 1 else None


def further_parts(html: bytes, url: str, base: str, charset: str | None = None) -> dict[int, str]:
    """The further pages of the article at `base` that a page of it links to, by number.

    Args:
        html: The page's bytes.
        url: The page's own address.
        base: The address of the article's first page.
        charset: What the HTTP header declared.
    """
    tree = _tree(html, charset)
    return {} if tree is None else further_parts_in(tree, url, base)


def further_parts_in(tree: HtmlElement, url: str, base: str) -> dict[int, str]:
    """The same for a page that has been parsed."""
    found: dict[int, str] = {}
    path = urlsplit_path(base).rstrip("/")
    others: set[str] = {""}
    for link in tree.iter("a", "link"):
        if (href := link.get("href") or "") in others:
            continue
        # Whatever is not relative to the page spells the article's path out.
        may_be = path in href or not href.startswith(("/", "http"))
        address = _absolute(link, url) if may_be and _NUMBERED.search(href) else None
        number = part_number(base, address) if address else None
        if number is None or address is None:
            others.add(href)
        elif _says(link, {str(number), *_NEXT}, "next"):
            found.setdefault(number, address)
    return found


def part_of(html: bytes, url: str, charset: str | None = None) -> str | None:
    """The address of an article whose second or later page this is; None for any other page."""
    if not re.search(r"/\d{1,2}/?\Z|[?&](?:page|pg|pagenum|pageno)=\d", url):
        return None
    tree = _tree(html, charset)
    for link in tree.iter("a", "link") if tree is not None else ():
        address = _absolute(link, url) if link.get("href") else None
        if address and part_number(address, url) is not None and _says(link, _FIRST, "prev"):
            return urldefrag(address)[0]
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
    if len(paragraph) > LONGEST_PAGE_LINKS:
        return False
    numbers = [unicodedata.decimal(letter, None) for letter in paragraph]
    digits = "".join(str(number) for number in numbers if number is not None)
    label = "".join(letter for letter, number in zip(paragraph, numbers, strict=True) if number is None)
    pages = [str(number) for number in range(1, parts + 2)]
    expected = {"".join(pages), *("".join(pages[:own] + pages[own + 1 :]) for own in range(len(pages)))}
    return digits in expected and len(label.split()) <= MOST_LABEL_WORDS and not _SENTENCE.search(label)


def join(article: Article, texts: list[str]) -> Article:
    """An article with the texts of its further pages behind its own; what each page repeats is there once."""
    paragraphs = article.text.split("\n\n")
    known = set(paragraphs)
    for text in texts:
        new = [paragraph for paragraph in text.split("\n\n") if paragraph not in known]
        paragraphs += new
        known.update(new)
    return replace(article, text="\n\n".join(paragraph for paragraph in paragraphs if paragraph))


def _tree(html: bytes, charset: str | None) -> HtmlElement | None:
    try:
        return document_fromstring(
            decode_page(html, charset).encode("utf-8", "replace"), parser=page_parser()
        )
    except (ExtractionError, LxmlError, ValueError):
        return None


def _absolute(link: HtmlElement, url: str) -> str | None:
    try:
        return str(urljoin(url, link.get("href", "").strip()[:2_000]))
    except ValueError:
        return None


def _says(link: HtmlElement, words: set[str] | frozenset[str], rel: str) -> bool:
    """Whether a link is marked or worded as one to such a page."""
    if rel in (link.get("rel") or "").lower().split():
        return True
    text = "".join(link.itertext())[:60]
    return link.tag == "a" and (bare(text) in words or fold(text).strip() in words)
