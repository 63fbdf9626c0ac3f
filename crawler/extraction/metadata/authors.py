"""Who wrote it: people by name, and the agency that an article is credited to."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from lxml.html import HtmlElement

from crawler.extraction.boilerplate.credit_lines import (
    MAX_CREDIT_CHARS,
    byline_names,
    is_credit_line,
    read_credits,
)
from crawler.extraction.dates.place import Place
from crawler.extraction.dates.visible import LineCache, Lines
from crawler.extraction.metadata.meta import Metadata
from crawler.extraction.metadata.names import (
    MAX_NAME_CHARS,
    MAX_NAME_WORDS,
    agency_name,
    is_nobody,
    is_person_name,
    is_place,
    names_in,
)
from crawler.extraction.text import one_line
from crawler.parsing.arabic import fold, skeleton
from crawler.parsing.article_urls import host_labels

MAX_AUTHORS = 8
MAX_STATEMENT_CHARS = 300
"""Characters of a statement of authors that are read."""
MAX_OPENING_CHARS = 80
"""Characters of a first paragraph in which a dateline's agency is looked for."""
MAX_PEOPLE = 20
"""Authors of one JSON-LD node that are read."""
MAX_DEPTH = 3
"""How deep lists of authors in JSON-LD are followed."""
MAX_CANDIDATES = 40
"""Elements named for an author that are looked at; a page with more of them is a listing."""
MAX_LINES = 30
"""Lines around the headline in which a label and a name are looked for."""
MAX_DATELINE_WORDS = 4
"""Words of a correspondent's name; more is a sentence."""

_BY = re.compile(
    r"\A\s*(?:(?:ال)?كاتبة?|(?:مرسلة|نُشر|نشر|أرسل|أضيف) بواسطة|"
    r"بقلم|كتبت?(?:ه)?|كُتب بواسطة|بواسطة|إعداد|اعداد|تحرير|محرر|المصدر|نشر بواسطة|"
    r"تقرير|written by|posted by|author|by|yazan|haber)\s*[:：/|-]?\s+",
    re.IGNORECASE,
)
_WHEN = re.compile(r"(?<!\s)\s+(?:في|بتاريخ|يوم|on|at|[-–—|·•])\s+(?=.{0,20}\d)")
"""Where a by-line goes on with its date: «بواسطة … في 4 كانون الأول 2024»."""
_ADDRESS = re.compile(r"https?:|www\.|@|\.(?:com|net|org)\b|/|\d{3,}|[{}<>=\\]", re.IGNORECASE)
_NO_CREDIT = re.compile(r"\b(?:developed|powered|designed|design) by\b|برمجة|تصميم وتطوير", re.IGNORECASE)
_BYLINE_CLASS = re.compile(
    r"(?:^|[-_ ])(?:author(?:[-_]?name)?|byline|by-author|writer|editor-name|post-author|article-author|"
    r"fn|submitted|itemAuthor|writer-name|reporter|journalist)(?:$|[-_ ])",
    re.IGNORECASE,
)

_CITY_AGENCY = re.compile(
    r"\A([^\-–—/:.،()]{2,20})\s*[-–—/(]\s*[(«\"]?([^\-–—/:.،()\"»]{2,25})[)»\"]?\s*(?:[-–—:/.)]|\Z)"
)
_CORRESPONDENT = re.compile(
    r"[«(\[]?([^\W\d_]{3,12}(?: [^\W\d_]{2,10})?)\s?[-–—]\s?([^\W\d_]{2,14}(?: [^\W\d_]{2,14}){0,3})[»)\]]?:?"
)
"""City, dash, name, and nothing else on the line."""
_NO_NAME = re.compile(
    r"\d|[:؟?!]|(?<![^\W_])(?:يقول|تقول|قال|كتب|نشر|بتاريخ|الساعه|دقيقه|دقائق|قراءه|مشاهده|تعليق|تعليقات|شارك|"
    r"الكاتب|المولف|المحرر|اليوم|امس|says|said|comments?|share|views|published|posted|updated|reply)(?![^\W_])"
)
"""A clock time, a count, a label, a commenter: what stands where a name was expected."""
_COMMENT = re.compile(
    r"(?:\A|[\s_-])(?:comments?|commentlist|comment-\w{1,20}|respond|reply|replies|reviews?|disqus|related"
    r"|UserComments|Comment)(?:\Z|[\s_-])|schema\.org/Comment",
    re.IGNORECASE,
)
_OPENING_AGENCY = re.compile(r"\A[(\[«\"]?([^\-–—/:،()]{2,25}?)[)\]»\"]?\s{0,3}[-–—:/]")
_META_KEYS = (
    *("article:author", "author", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author"),
)
_NAMED_TAGS = ("a", "span", "div", "p", "address", "h4", "h5", "li", "cite")
_NAME_EDGES = ' -–—:|«»"“”.'


def find_authors(
    body: HtmlElement,
    metadata: Metadata,
    url: str,
    *,
    hinted: tuple[str, ...],
    not_authors: list[str],
    headline: HtmlElement | None = None,
    line_cache: LineCache | None = None,
) -> list[str]:
    """The authors' names: people and agencies, never an address, an account name or the site itself.

    In order of trust: the page's own statements, those of a feed, elements named for the author in the
    article's beginning or end, and a labelled name in the byline around the headline.

    Args:
        body: The page's body.
        metadata: The page's statements.
        url: The page's address.
        hinted: The authors that a feed names.
        not_authors: Names that are no authors: the site's, the section's.
        headline: The headline's element: the article is where it stands.
        line_cache: The lines of text that have been read of this page for something else.
    """
    excluded = set(map(skeleton, [*not_authors, *host_labels(url)]))
    sources: tuple[Callable[[], Iterable[str]], ...] = (
        lambda: _from_linked_data(metadata, url),
        lambda: _from_meta(metadata),
        lambda: hinted,
        lambda: _from_markup(body, Place.at(headline), url),
        lambda: _from_byline(headline, url, line_cache if line_cache is not None else {}),
    )
    for statements in sources:
        if names := _distinct_names(statements(), excluded):
            return names[:MAX_AUTHORS]
    return []


def find_agency(paragraphs: list[str], authors: list[str]) -> str | None:
    """The agency an article is credited to: in its dateline («دمشق-سانا»), its last line or as author.

    Args:
        paragraphs: The article's text.
        authors: The authors found.

    Returns:
        The agency's usual name, or None.
    """
    for agency in _dateline_agencies(paragraphs):
        if agency is not None:
            return agency
    agency = read_credits(paragraphs, []).agency
    if agency is not None:
        return agency
    return next(filter(None, map(agency_name, authors)), None)


def is_credit(paragraph: str) -> bool:
    """Whether a paragraph is nothing but a dateline or a credit: «دمشق-سانا», «المصدر: وكالات»."""
    if len(paragraph) > MAX_CREDIT_CHARS:
        return False
    if is_credit_line(paragraph):
        return True
    if len(paragraph) > MAX_NAME_CHARS:
        return False
    if _CORRESPONDENT.fullmatch(paragraph):
        return True
    return find_agency([paragraph], []) is not None


def dateline_author(paragraphs: list[str], not_authors: list[str]) -> list[str]:
    """The correspondent whom a lone dateline names: «درعا-نسيم الرفاعي», «سامر العلي – دمشق».

    Args:
        paragraphs: The article's text.
        not_authors: Names that are no authors: the site's.

    Returns:
        One name, or none.
    """
    if len(paragraphs) < 2:
        return []
    match = _CORRESPONDENT.fullmatch(paragraphs[0])
    if match is None:
        return []
    place, name = map(str.strip, match.groups())
    if is_place(name):
        name = place
    if len(fold(name).split()) > MAX_DATELINE_WORDS:
        return []
    if not set(map(skeleton, not_authors)).isdisjoint(map(skeleton, match.groups())):
        return []
    return list(filter(is_person_name, _names(name)))


def _dateline_agencies(paragraphs: list[str]) -> Iterator[str | None]:
    """What may be the agency in the dateline of the first paragraph."""
    opening = paragraphs[0][:MAX_OPENING_CHARS].strip() if paragraphs else ""
    if match := _CITY_AGENCY.match(opening):
        yield agency_name(match.group(2))
    if match := _OPENING_AGENCY.match(opening):
        yield agency_name(match.group(1))


def _distinct_names(statements: Iterable[str], excluded: set[str]) -> list[str]:
    names: dict[str, str] = {}
    for statement in statements:
        if _NO_CREDIT.search(statement):
            continue
        for name in _names(statement):
            names.setdefault(skeleton(name), name)
    for key in excluded:
        names.pop(key, None)
    return list(names.values())


def _names(statement: str) -> list[str]:
    """The names of a statement: no accounts, addresses, times, places, labels, sentences."""
    parts = names_in(_BY.sub("", one_line(statement[:MAX_STATEMENT_CHARS])))
    return list(filter(_is_name, (_BY.sub("", part).strip(_NAME_EDGES) for part in parts)))


def _is_name(name: str) -> bool:
    if not 2 < len(name) <= MAX_NAME_CHARS or _ADDRESS.search(name):
        return False
    if skeleton(name) == "":
        return False
    folded = fold(name)
    if len(folded.split()) > MAX_NAME_WORDS or _NO_NAME.search(folded):
        return False
    if is_nobody(name):
        return False
    return not is_place(name)


def _from_linked_data(metadata: Metadata, url: str) -> list[str]:
    node = metadata.article(url) or {}
    return _people(node.get("author"), metadata)


def _people(value: Any, metadata: Metadata, depth: int = 0) -> list[str]:
    value = metadata.linked_data.resolve(value)
    if isinstance(value, str):
        return [value]
    if depth == MAX_DEPTH:
        return []
    if isinstance(value, dict):
        return _people(value.get("name"), metadata, depth + 1)
    if not isinstance(value, list):
        return []
    people: list[str] = []
    for author in value[:MAX_PEOPLE]:
        people += _people(author, metadata, depth + 1)
    return people


def _from_meta(metadata: Metadata) -> list[str]:
    label = (metadata.first("twitter:label1") or "").lower()
    keys = list(_META_KEYS)
    if "بواسط" in label or "by" in label:
        keys.append("twitter:data1")
    values = chain.from_iterable(metadata.meta.get(key, ()) for key in keys)
    return list(islice(values, MAX_AUTHORS))


def _from_markup(body: HtmlElement, place: Place, url: str) -> list[str]:
    """The first element named for the author that stands in the article, not beside it or among comments.

    Where the headline stands apart from the article, its markup has all of it "beside": the only name is
    believed then.
    """
    beside: dict[str, str] = {}
    for element in islice(_named_for_author(body), MAX_CANDIDATES):
        text = _WHEN.split(one_line("".join(element.itertext())[:MAX_STATEMENT_CHARS]), maxsplit=1)[0]
        if not 2 < len(text) <= MAX_NAME_CHARS + 20 or _is_among_comments(element):
            continue
        names = list(filter(_can_be_author, _names(text)))
        if names and not place.is_beside(element, url=url):
            return [text]
        beside |= dict.fromkeys(map(skeleton, names), text)
    return list(beside.values()) if len(beside) == 1 else []


def _named_for_author(body: HtmlElement) -> Iterator[HtmlElement]:
    for element in body.iter(*_NAMED_TAGS):
        if _names_author(element.get("rel"), element.get("itemprop"), element.get("class")):
            yield element


def _can_be_author(name: str) -> bool:
    if is_person_name(name, words=1):
        return True
    return agency_name(name) is not None


def _is_among_comments(element: HtmlElement) -> bool:
    """Whether an element stands in a form, a comment or another article, whatever the headline's place."""
    for ancestor in chain((element,), element.iterancestors()):
        if ancestor.tag in ("form", "nav", "aside"):
            return True
        names = " ".join(ancestor.get(key) or "" for key in ("class", "id", "itemtype"))
        if ancestor.tag not in ("body", "html") and _COMMENT.search(names[:400]):
            return True
    return False


def _from_byline(headline: HtmlElement | None, url: str, line_cache: LineCache) -> list[str]:
    """A name behind a label («بقلم: …») in the lines around the headline."""
    if headline is None:
        return []
    lines = Lines(headline, url, line_cache)
    for text, _ in islice(chain(lines.following(), lines.preceding()), MAX_LINES):
        lines.done_with = True
        if names := byline_names(text):
            return names
    return []


@lru_cache(maxsize=8192)
def _names_author(rel: str | None, itemprop: str | None, classes: str | None) -> bool:
    """Whether an element's attributes name it as the author's."""
    if "author" in (rel or "").lower().split():
        return True
    if "author" in (itemprop or "").lower():
        return True
    return _BYLINE_CLASS.search((classes or "")[:200]) is not None
