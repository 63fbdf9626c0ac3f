"""Who wrote it: people by name, and the agency that a story is credited to."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from lxml.html import HtmlElement

from crawler.extraction.canonical import host_labels
from crawler.extraction.metadata import Metadata
from crawler.extraction.text import bare, fold, one_line, skeleton

MAX_NAME_CHARS = 60
MAX_AUTHORS = 8

_BY = re.compile(
    r"\A\s*(?:(?:ال)?كاتبة?|(?:مرسلة|نُشر|نشر|أرسل|أضيف) بواسطة|"
    r"بقلم|كتبت?(?:ه)?|كُتب بواسطة|بواسطة|إعداد|اعداد|تحرير|محرر|المصدر|نشر بواسطة|"
    r"تقرير|written by|posted by|author|by|yazan|haber)\s*[:：/|-]?\s+",
    re.IGNORECASE,
)
_WHEN = re.compile(r"(?<!\s)\s+(?:في|بتاريخ|يوم|on|at|[-–—|·•])\s+(?=.{0,20}\d)")
"""Where a by-line goes on with its date: «بواسطة … في 4 كانون الأول 2024»."""
_SPLIT = re.compile(r"(?:(?<!\s)\s+)?(?:[,،;؛|]|\band\b)\s*|(?<!\s)\s+[/&]\s+")
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

_AGENCIES = {
    "سانا": "سانا", "sana": "SANA", "رويترز": "رويترز", "reuters": "Reuters", "اف ب": "أ ف ب",
    "ا ف ب": "أ ف ب", "اف.ب": "أ ف ب", "فرانس برس": "فرانس برس",
    "afp": "AFP", "اسوشيتد برس": "أسوشيتد برس", "اسوشييتد برس": "أسوشيتد برس", "ا ب": "أ ب", "ap": "AP",
    "associated press": "Associated Press",
    "الاناضول": "الأناضول", "وكاله الاناضول": "الأناضول", "anadolu": "Anadolu", "anadolu agency": "Anadolu",
    "aa": "Anadolu", "د ب ا": "د ب أ", "dpa": "dpa", "الالمانيه": "د ب أ",
    "سبوتنيك": "سبوتنيك", "sputnik": "Sputnik", "شينخوا": "شينخوا", "xinhua": "Xinhua", "تاس": "تاس",
    "tass": "TASS", "نوفوستي": "نوفوستي",
    "واس": "واس", "بترا": "بترا", "وام": "وام", "قنا": "قنا", "كونا": "كونا", "ا ش ا": "أ ش أ",
    "اش ا": "أ ش أ", "وفا": "وفا", "ارنا": "إرنا", "irna": "IRNA",
    "تسنيم": "تسنيم", "فارس": "فارس", "واع": "واع", "الوطنيه للاعلام": "الوطنية للإعلام", "يونيوز": "يونيوز",
    "هاوار": "هاوار", "anha": "ANHA", "نورث برس": "نورث برس",
    "north press": "North Press", "اكي": "آكي", "سي ان ان": "سي إن إن", "بي بي سي": "بي بي سي",
    "روسيا اليوم": "روسيا اليوم", "وكالات": "وكالات", "الوكالات": "وكالات",
    "agencies": "agencies", "المرصد السوري لحقوق الانسان": "المرصد السوري لحقوق الإنسان",
    "المركزيه": "المركزية", "وطا": "وات", "وات": "وات", "واج": "واج", "ومع": "ومع",
}  # fmt: skip
"""Folded name → the name as shown. Short ones count only in the fixed places where a credit stands."""

_CITY_AGENCY = re.compile(
    r"\A([^\-–—/:.،()]{2,20})\s*[-–—/(]\s*[(«\"]?([^\-–—/:.،()\"»]{2,25})[)»\"]?\s*(?:[-–—:/.)]|\Z)"
)
_CORRESPONDENT = re.compile(
    r"[«(\[]?([^\W\d_]{3,12}(?: [^\W\d_]{2,10})?)\s?[-–—]\s?([^\W\d_]{2,14}(?: [^\W\d_]{2,14}){0,3})[»)\]]?:?"
)
"""City, dash, name, and nothing else on the line."""
_NO_NAME = frozenset(
    {"خاص", "وكالات", "مراسلنا", "مراسلون", "نيوز", "برس", "تقرير", "متابعات", "متابعه", "ترجمه", "مقال",
     "صحيفه", "موقع", "قناه", "وكاله", "شبكه", "راديو", "فريق", "قسم", "مكتب", "news", "press"}
)  # fmt: skip
"""Words of a dateline that names an outlet or a kind of text, not a person."""
_CREDIT_LINE = re.compile(
    r"\A[\W_]*+(?:(?:المصدر|المصادر|وكاله|source|عن|نقلا عن)(?![^\W_]))?[\W_]*+(.{2,60}?)[\W_]*\Z",
)
_BETWEEN = re.compile(r"(?:(?<!\s)\s+)?[+،,/&|]\s*|(?<!\s)\s+[-–—]\s+|(?<!\s)\s+و(?=\S)")


def find_authors(
    body: HtmlElement, metadata: Metadata, url: str, *, hinted: tuple[str, ...], others: list[str]
) -> list[str]:
    """The authors' names: people and agencies, never an address, an account name or the site itself.

    Args:
        body: The page's body.
        metadata: The page's statements.
        url: The page's address.
        hinted: What a feed told.
        others: Names that are no authors: the site's, the section's.
    """
    sites = {skeleton(name) for name in others} | {skeleton(label) for label in host_labels(url)}
    sources: tuple[Callable[[], Iterable[str]], ...] = (
        lambda: _from_linked_data(metadata, url),
        lambda: _from_meta(metadata),
        lambda: hinted,
        lambda: _from_markup(body),
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
        if match and (name := _agency(match.group(2))):
            return name
        match = re.match(r"\A[(\[«\"]?([^\-–—/:،()]{2,25}?)[)\]»\"]?\s*[-–—:/]", opening)
        if match and (name := _agency(match.group(1))):
            return name
    for line in [line for paragraph in paragraphs[-2:] for line in paragraph.split("\n")][-2:]:
        if len(line) <= 60:
            match = _CREDIT_LINE.match(line)
            for part in _BETWEEN.split(match.group(1)) if match else ():
                if name := _agency(part):
                    return name
    for author in authors:
        if name := _agency(author):
            return name
    return None


def is_credit(paragraph: str) -> bool:
    """Whether a paragraph is nothing but a dateline or a credit: «دمشق-سانا», «المصدر: وكالات»."""
    if len(paragraph) > MAX_NAME_CHARS:
        return False
    return find_agency([paragraph], []) is not None or _CORRESPONDENT.fullmatch(paragraph) is not None


def dateline_author(paragraphs: list[str], others: list[str]) -> list[str]:
    """The correspondent whom a dateline of its own names: «درعا-نسيم الرفاعي», «حلب - محمد الأحمد».

    Args:
        paragraphs: The story.
        others: Names that are no authors: the site's.

    Returns:
        One name, or none.
    """
    match = _CORRESPONDENT.fullmatch(paragraphs[0]) if len(paragraphs) > 1 else None
    if match is None:
        return []
    known = {skeleton(name) for name in others}
    name = match.group(2).strip()
    words = fold(name).split()
    if skeleton(name) in known or skeleton(match.group(1)) in known or set(words) & _NO_NAME:
        return []
    return [found for found in _names(name) if len(words) <= 4]


def _agency(text: str) -> str | None:
    name = bare(text)
    return _AGENCIES.get(name) or _AGENCIES.get(name.removeprefix("وكاله ").removeprefix("انباء ").strip())


def _names(text: str) -> list[str]:
    found = []
    text = _BY.sub("", one_line(text[:300]))
    for part in _SPLIT.split(text):
        name = _BY.sub("", part).strip(' -–—:|«»"“”.')
        bones = skeleton(name)
        if (
            2 < len(name) <= MAX_NAME_CHARS
            and bones not in _NOBODY
            and not _ADDRESS.search(name)
            and len(fold(name).split()) <= 6
            and bones
        ):
            found.append(name)
    return found


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


def _from_markup(body: HtmlElement) -> list[str]:
    found = []
    for element in body.iter("a", "span", "div", "p", "address", "h4", "h5", "li", "cite"):
        if _names_author(element.get("rel"), element.get("itemprop"), element.get("class")):
            if any(ancestor.tag == "form" for ancestor in element.iterancestors()):
                continue  # the field of a comment's author
            text = _WHEN.split(one_line("".join(element.itertext())[:300]), maxsplit=1)[0]
            if 2 < len(text) <= MAX_NAME_CHARS + 20:
                found.append(text)
                break
    return found


@lru_cache(maxsize=8192)
def _names_author(rel: str | None, itemprop: str | None, classes: str | None) -> bool:
    """Whether an element's attributes name it as the author's."""
    return (
        "author" in (rel or "").lower().split()
        or "author" in (itemprop or "").lower()
        or _BYLINE_CLASS.search((classes or "")[:200]) is not None
    )
