"""Markup of strangers, decoded and parsed so that it can do no harm.

XML is stripped of everything before its root element, so no document type and no entity definition ever
reaches the parser: expansion bombs and external entities have nothing to expand. HTML's named entities,
which feeds use without defining them, become characters. lxml then repairs what is ill-formed.
"""

import re
import sys
from html.entities import html5

from lxml import etree, html

from crawler.parsing.encoding import decode

_ROOT = re.compile(r"<(?:[\w-]{1,20}:)?(?:rss|feed|rdf|urlset|sitemapindex)(?=[\s>/])", re.IGNORECASE)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|script|meta)\b", re.IGNORECASE)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # XML 1.0, 2.2
_REFERENCE = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:#(?P<number>\d{1,7}|[xX][0-9a-fA-F]{1,6});|(?P<name>[A-Za-z][A-Za-z0-9]{1,31});)?",
    re.DOTALL,
)
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
# lxml.html's own look-up asks a Python function for the class of every element, each time that a walk meets
# it: more than half of a walk's time. It would tell forms and their fields apart, which nothing here needs.
_CLASSES = etree.ElementDefaultClassLookup(element=html.HtmlElement)


class MarkupError(Exception):
    """The bytes are not the markup that was expected; `reason` is empty, html, json or unknown."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def xml_source(body: bytes) -> bytes:
    """A feed's or sitemap's markup in UTF-8 from its root element on, without undefined entities.

    Raises:
        MarkupError: There is no such root element.
    """
    text = decode(body)
    start = text[:2000].lstrip()
    if not start:
        raise MarkupError("empty")
    root = _ROOT.search(text)
    if start.startswith("{"):
        raise MarkupError("json")
    if not root or re.match(r"<!doctype\s+html|<html", start, re.IGNORECASE):
        raise MarkupError("html" if _HTML.search(text[:20_000]) else "unknown")
    text = _ILLEGAL.sub("", text[root.start() :])
    return _REFERENCE.sub(_defined, text).encode()


def _defined(match: re.Match[str]) -> str:
    """A reference as XML knows it; a section of CDATA as it is."""
    whole, name = match[0], match["name"]
    if whole.startswith("<") or name in _XML_NAMES:
        return whole
    if number := match["number"]:
        return whole if _is_legal(number) else ""
    character = html5.get(f"{name};")
    if character is None:
        return "&amp;" + whole[1:]
    return f"&#{ord(character)};" if character in "&<>" else character


def _is_legal(number: str) -> bool:
    """Whether the number of a reference, decimal or "x" and hexadecimal, is a character's that XML allows."""
    value = int(number[1:], 16) if number[0] in "xX" else int(number)
    return value <= sys.maxunicode and not _ILLEGAL.match(chr(value))


def parse_xml(source: bytes) -> etree._Element:
    """Parse what `xml_source` gave, repairing what is ill-formed.

    Raises:
        MarkupError: Nothing in it could be parsed.
    """
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    root = etree.fromstring(source, parser)
    if root is None:
        raise MarkupError("unknown")
    return root


def page_parser(*, deep: bool = False) -> html.HTMLParser:
    """A parser for pages in UTF-8 that leaves comments and processing instructions out.

    Args:
        deep: Whether elements may nest deeper than libxml2 allows by itself (256 levels).
    """
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=deep)
    parser.set_element_class_lookup(_CLASSES)
    return parser


def parse_html(body: bytes, charset: str | None = None) -> html.HtmlElement | None:
    """Parse a page; None where it has no element at all."""
    return html_tree(decode(body, charset))


def html_tree(text: str) -> html.HtmlElement | None:
    """Parse a page or a fragment of HTML; None where it has no element at all."""
    # Unclosed <font> and <div> nest by the hundred on old pages; size is bounded by the download limit.
    source = _ILLEGAL.sub("", text).encode()
    try:
        return html.document_fromstring(source, parser=page_parser(deep=True), ensure_head_body=False)
    except etree.ParserError:
        return None
