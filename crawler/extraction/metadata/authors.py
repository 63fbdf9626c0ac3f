"""Who wrote it: people by name, and the agency that a story is credited to."""

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
from crawler.extraction.metadata.agencies import agency_name
from crawler.extraction.metadata.canonical import host_labels
from crawler.extraction.metadata.meta import Metadata
from crawler.extraction.metadata.person_names import (
    MAX_NAME_CHARS,
    MAX_NAME_WORDS,
    is_person_name,
    is_place,
    names_in,
)
from crawler.extraction.text import fold, one_line, skeleton

MAX_AUTHORS = 8

_BY = re.compile(
    r"\A\s*(?:(?:ال)?كاتبة?|(?:مرسلة|نُشر|نشر|أرسل|أضيف) بواسطة|"
    r"بقلم|كتبت?(?:ه)?|كُتب بواسطة|بواسطة|إعداد|اعداد|تحرير|محرر|المصدر|نشر بواسطة|"
    r"تقرير|written by|posted by|author|by|yazan|haber)\s*[:：/|-]?\s+",
    re.IGNORECASE,
)
_WHEN = re.compile(r"(?<!\s)\s+(?:في|بتاريخ|يوم|on|at|[-–—|·•])\s+(?=.{0,20}\d)")
"""Where a by-line goes on with its date: «بواسطة … في 4 كانون الأول 2024»."""
_NOBODY = frozenset(
    {
        "admin", "administrator", "editor", "editors", "root", "user", "webmaster", "author", "staff",
        "guest", "news", "desk", "submitted",
        "wordpress", "anonymous", "unknown", "null", "none", "undefined", "superadmin", "adminuser",
        "siteadmin", "test", "manager",
        "ادمن", "الادارهٔ", "الاداره", "مدير", "المدير", "مديرالموقع", "اداره", "ادارهالموقع", "المحرر",
        "محرر", "الكاتب", "كاتب", "مشرف", "المشرف",
        "زاير", "غيرمعروف", "مجهول", "المسوول", "newsdesk", "webadmin", "publisher", "newseditor", "autor",
    }
)  # fmt: skip
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
MAX_CANDIDATES = 40
"""Elements named for an author that are looked at; a page with more of them is a listing."""
MAX_LINES = 30
"""Lines around the headline in which a label and a name are looked for."""
MAX_DATELINE_WORDS = 4
"""Words of a correspondent's name; more is a sentence."""


def find_authors(
    body: HtmlElement,
    metadata: Metadata,
    url: str,
    *,
    hinted: tuple[str, ...],
    others: list[str],
    headline: HtmlElement | None = None,
    line_cache: LineCache | None = None,
) -> list[str]:
    """The authors' names: people and agencies, never an address, an account name or the site itself.

    In order of trust: the page's own statements, what a feed told, elements named for the author in the
    article's head or end, and a labelled name in the small print around the headline.

    Args:
        body: The page's body.
        metadata: The page's statements.
        url: The page's address.
        hinted: What a feed told.
        others: Names that are no authors: the site's, the section's.
        headline: The headline's element: the article is where it stands.
        line_cache: The lines of text that have been read of this page for something else.
    """
    sites = {skeleton(name) for name in others} | {skeleton(label) for label in host_labels(url)}
    sources: tuple[Callable[[], Iterable[str]], ...] = (
        lambda: _from_linked_data(metadata, url),
        lambda: _from_meta(metadata),
        lambda: hinted,
        lambda: _from_markup(body, Place.at(headline), url),
        lambda: _from_small_print(headline, url, line_cache if line_cache is not None else {}),
    )
    for told in sources:
        names: dict[str, str] = {}
        for text in told():
            for name in _names(text):
                bones = skeleton(name)
                if bones not in sites and not _NO_CREDIT.search(text):
                    names.setdefault(bones, name)
        if names:
            return list(names.values())[:MAX_AUTHORS]
    return []


def find_agency(paragraphs: list[str], authors: list[str]) -> str | None:
    """The agency a story is credited to: in its dateline («دمشق-سانا»), its last line or as author.

    Args:
        paragraphs: The story.
        authors: The authors found.

    Returns:
        The agency's usual name, or None.
    """
    if paragraphs:
        opening = paragraphs[0][:80].strip()
        match = _CITY_AGENCY.match(opening)
        if match and (name := agency_name(match.group(2))):
            return name
        match = re.match(r"\A[(\[«\"]?([^\-–—/:،()]{2,25}?)[)\]»\"]?\s{0,3}[-–—:/]", opening)
        if match and (name := agency_name(match.group(1))):
            return name
    if agency := read_credits(paragraphs, []).agency:
        return agency
    return next((name for author in authors if (name := agency_name(author))), None)


def is_credit(paragraph: str) -> bool:
    """Whether a paragraph is nothing but a dateline or a credit: «دمشق-سانا», «المصدر: وكالات»."""
    if len(paragraph) > MAX_CREDIT_CHARS:
        return False
    if is_credit_line(paragraph):
        return True
    if len(paragraph) > MAX_NAME_CHARS:
        return False
    return find_agency([paragraph], []) is not None or _CORRESPONDENT.fullmatch(paragraph) is not None


def dateline_author(paragraphs: list[str], others: list[str]) -> list[str]:
    """The correspondent whom a dateline of its own names: «درعا-نسيم الرفاعي», «سامر العلي – دمشق».

    Args:
        paragraphs: The story.
        others: Names that are no authors: the site's.

    Returns:
        One name, or none.
    """
    match = _CORRESPONDENT.fullmatch(paragraphs[0]) if len(paragraphs) > 1 else None
    if match is None:
        return []
    place, name = match.group(1).strip(), match.group(2).strip()
    if is_place(name):
        place, name = name, place
    known = {skeleton(other) for other in others}
    if skeleton(name) in known or skeleton(place) in known or len(fold(name).split()) > MAX_DATELINE_WORDS:
        return []
    return [each for each in _names(name) if is_person_name(each)]


def _names(text: str) -> list[str]:
    """The names of a statement: no accounts, addresses, times, places, labels, sentences."""
    names = []
    for part in names_in(_BY.sub("", one_line(text[:300]))):
        name = _BY.sub("", part).strip(' -–—:|«»"“”.')
        if (
            2 < len(name) <= MAX_NAME_CHARS
            and skeleton(name) not in _NOBODY
            and not _ADDRESS.search(name)
            and len(fold(name).split()) <= MAX_NAME_WORDS
            and not is_place(name)
            and not _NO_NAME.search(fold(name))
            and skeleton(name)
        ):
            names.append(name)
    return names


def _from_linked_data(metadata: Metadata, url: str) -> list[str]:
    node = metadata.article(url)
    return _people(node.get("author"), metadata) if node is not None else []


def _people(value: Any, metadata: Metadata, depth: int = 0) -> list[str]:
    value = metadata.linked_data.resolve(value)
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and depth < 3:
        return [name for item in value[:20] for name in _people(item, metadata, depth + 1)]
    if isinstance(value, dict) and depth < 3:
        return _people(value.get("name"), metadata, depth + 1)
    return []


def _from_meta(metadata: Metadata) -> list[str]:
    return [
        value
        for key in (
            "article:author",
            "author",
            "dc.creator",
            "dcterms.creator",
            "parsely-author",
            "sailthru.author",
            "twitter:data1",
        )
        for value in metadata.meta.get(key, ())
        if key != "twitter:data1"
        or "بواسط" in (metadata.first("twitter:label1") or "")
        or "by" in (metadata.first("twitter:label1") or "").lower()
    ][:MAX_AUTHORS]


def _from_markup(body: HtmlElement, place: Place, url: str) -> list[str]:
    """The first element named for the author that stands in the article, not beside it or among comments.

    Where the headline stands apart from the article, its markup has all of it "beside": the only name is
    believed then.
    """
    beside: dict[str, str] = {}
    for element in islice(_named_for_author(body), MAX_CANDIDATES):
        text = _WHEN.split(one_line("".join(element.itertext())[:300]), maxsplit=1)[0]
        if not 2 < len(text) <= MAX_NAME_CHARS + 20 or _is_among_comments(element):
            continue
        names = [name for name in _names(text) if _can_be_author(name)]
        if names and not place.is_beside(element, url=url):
            return [text]
        beside |= {skeleton(name): text for name in names}
    return list(beside.values()) if len(beside) == 1 else []


def _named_for_author(body: HtmlElement) -> Iterator[HtmlElement]:
    for element in body.iter("a", "span", "div", "p", "address", "h4", "h5", "li", "cite"):
        if _names_author(element.get("rel"), element.get("itemprop"), element.get("class")):
            yield element


def _can_be_author(name: str) -> bool:
    return is_person_name(name, words=1) or agency_name(name) is not None


def _is_among_comments(element: HtmlElement) -> bool:
    """Whether an element stands in a form, a comment or another story, whatever the headline's place."""
    for ancestor in (element, *element.iterancestors()):
        if ancestor.tag in ("form", "nav", "aside"):
            return True
        names = f"{ancestor.get('class') or ''} {ancestor.get('id') or ''} {ancestor.get('itemtype') or ''}"
        if ancestor.tag not in ("body", "html") and _COMMENT.search(names[:400]):
            return True
    return False


def _from_small_print(headline: HtmlElement | None, url: str, line_cache: LineCache) -> list[str]:
    """A name behind a label («بقلم: …») in the lines around the headline."""
    if headline is None:
        return []
    lines = Lines(headline, url, line_cache)
    for position, (text, _) in enumerate(chain(lines.following(), lines.preceding())):
        if position >= MAX_LINES:
            break
        lines.done_with = True
        if names := byline_names(text):
            return names
    return []


@lru_cache(maxsize=8192)
def _names_author(rel: str | None, itemprop: str | None, classes: str | None) -> bool:
    """Whether an element's attributes name it as the author's."""
    return (
        "author" in (rel or "").lower().split()
        or "author" in (itemprop or "").lower()
        or _BYLINE_CLASS.search((classes or "")[:200]) is not None
    )
