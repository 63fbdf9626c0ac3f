"""The headline: as the page shows it, without the site's name.

Several places tell it and each lies in its way: `og:title` carries the site's name or the home page's title,
`h1` is a
logo or says the headline twice, `title` ends in the section. What two places agree on is right.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.extraction.text import bare, one_line, skeleton

MAX_TITLE_CHARS = 400
"""Longer "headlines" are paragraphs in a wrong element. The longest real one seen has 180."""
MAX_NAME_CHARS = 50
SAME = 0.6
"""Agreement (0 to 1) from which two wordings are one headline."""
MIN_HEADLINE = 4
"""Letters and digits of the shortest headline believed."""

MIN_SHOWN = 12
"""Letters of the shortest line that is taken for a headline without being marked as a heading."""
_SHOWN_TAGS = ("div", "p", "td", "b", "strong", "font", "span", "center", "h4", "h5", "h6", "big", "u")

_SEPARATOR = re.compile(r"(?<!\s)\s+[-–—|•·»«:::/\\]{1,2}\s+|(?:(?<!\s)\s+)?(?:[|•»]|::)\s*|\s[-–—]|[-–—]\s+")
_GENERIC = frozenset(
    {
        "home",
        "homepage",
        "الرييسيه",
        "الصفحهالرييسيه",
        "untitled",
        "index",
        "news",
        "اخبار",
        "الاخبار",
        "article",
        "مقال",
        "مقالات",
        "تفاصيلالخبر",
        "التفاصيل",
        "خبر",
    }
)
_LOGO = re.compile(r"logo|brand|site-?(?:title|name)|slogan", re.IGNORECASE)
_HOME_LINK = re.compile(
    r"/?|#|\./|(?:https?:)?//[^/]+/?|/?(?:index|default|home)\.\w{2,5}|/(?:ar|en|ku|tr)/?", re.IGNORECASE
)
_WITHIN_WORDS = frozenset(
    (
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "em",
        "font",
        "i",
        "mark",
        "q",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
    )
)
"""Elements that part no words."""
_CUT = re.compile(r"(?:\.\.\.|…)\s{0,9}\Z")


@dataclass(frozen=True, slots=True)
class Headline:
    """A page's headline, where it stands, and how the page's other places spell it."""

    text: str
    element: HtmlElement | None
    """The heading that shows it, or None where none does."""
    spellings: tuple[str, ...]
    """All wordings seen (title, og:title, JSON-LD, h1), to know a repeated headline by."""


def find_title(
    body: HtmlElement,
    *,
    declared: Iterable[str],
    document_title: str | None,
    site_names: Iterable[str],
    hint: str | None = None,
) -> Headline:
    """Find the headline.

    Args:
        body: The page's body, with its headings.
        declared: What metadata says, best first: JSON-LD's headline, `og:title`, `twitter:title`.
        document_title: The `title` element.
        site_names: Names of the site and its publisher, in any language.
        hint: What a feed or listing called the page.

    Returns:
        The headline; its text is empty where the page has none.
    """
    declared = list(declared)
    names = {skeleton(name) for name in site_names if name and len(skeleton(name)) > 1}
    names |= _names_among(declared, document_title, body, names)
    said = [text for text in (_clean(text, names) for text in declared) if text]
    document = _clean(document_title, names)
    hinted = _clean(hint, names)
    headings = _headings(body, names, {skeleton(text) for text in (*said, hinted)} - {""})
    spellings = [*declared, *said, document_title or "", document, hint or ""]
    others = [text for text in (document, *said, hinted) if text]

    def headline(text: str, element: HtmlElement | None) -> Headline:
        shown = (
            [one_line("".join(element.itertext())), one_line(heading_text(element))]
            if element is not None
            else []
        )
        alike = [spelling for spelling in spellings if _agreement(text, spelling) >= SAME]
        return Headline(text, element, _unique([text, *shown, *alike]))

    best: tuple[float, str, HtmlElement] | None = None
    exact = {skeleton(text) for text in said}
    for text, element in headings:
        support = max((_agreement(text, other) for other in others), default=0.0)
        rank = support + (0.3 if element.tag == "h1" else 0.0)
        # The site's name in an h1 agrees with a part of the document's title, no more.
        rank += 0.3 if skeleton(text) in exact else 0.0
        if support >= SAME and (best is None or rank > best[0] + 1e-9):
            best = (rank, text, element)
    if best is not None:
        return headline(_fullest(best[1], others), best[2])
    if hinted and any(_agreement(hinted, other) >= SAME for other in (document, *said) if other):
        return headline(hinted, None)
    firsts = [(text, element) for text, element in headings if element.tag == "h1"]
    # A lone h1 that no other place confirms: believed when the others name the home page or nothing.
    if len(firsts) == 1 and (not others or len(skeleton(firsts[0][0])) > 12):
        return headline(*firsts[0])
    if not said and not hinted and (shown := _shown_part(document, body, names)) is not None:
        return headline(*shown)
    for text in (hinted, *said, document):
        if text:
            return headline(text, None)
    if firsts:
        return headline(*firsts[0])
    heading = _heading_called_like_its_site([*declared, document_title or ""], body)
    return headline(*heading) if heading is not None else Headline("", None, ())


def _heading_called_like_its_site(titles: list[str], body: HtmlElement) -> tuple[str, HtmlElement] | None:
    """A heading that repeats one of the page's titles, though that is the site's name, too, or very short.

    For stories about the site itself, and for sites that write each headline as the name of an application.
    """
    wanted = {skeleton(one_line(title)) for title in titles if title} - _GENERIC - {""}
    for element in body.iter("h1", "h2"):
        text = one_line(heading_text(element)[: 2 * MAX_TITLE_CHARS])
        if skeleton(text) in wanted and len(text) <= MAX_TITLE_CHARS and not _is_logo(element):
            return text, element
    return None


def _shown_part(document: str, body: HtmlElement, names: set[str]) -> tuple[str, HtmlElement] | None:
    """The longest part of the document's title that the page shows as a line of its own, not as a link.

    For pages without a heading, whose title is «الموقع | العنوان» and whose headline is a bold line.
    """
    parts = [document, *(part for part in _parts(document) if part)]
    wanted = {skeleton(part): part.strip() for part in parts if len(skeleton(part)) >= MIN_SHOWN}
    best: tuple[str, HtmlElement] | None = None
    for element in body.iter(*_SHOWN_TAGS):
        # The innermost element alone: what holds another one holds the same text.
        if len(element) > 2 or sum(map(len, element.itertext())) > MAX_TITLE_CHARS:
            continue
        bones = skeleton("".join(element.itertext()))
        if bones not in wanted or bones in names:
            continue
        if any(one.tag in ("a", "nav", "footer", "li") for one in (element, *element.iterancestors())):
            continue
        if best is None or len(bones) > len(skeleton(best[0])):
            best = wanted[bones], element
    return best


def heading_text(heading: HtmlElement) -> str:
    """A heading's text as it is shown: a line break, a block and one `span` behind another part words."""
    parts: list[str] = [heading.text or ""]
    for child in heading.iterchildren():
        if not isinstance(child.tag, str):
            parts.append(child.tail or "")
            continue
        previous = child.getprevious()
        is_next = previous is not None and previous.tag == child.tag == "span" and not previous.tail
        if child.tag not in _WITHIN_WORDS or is_next:
            parts.append(" ")
        parts.append(heading_text(child))
        if child.tag not in _WITHIN_WORDS:
            parts.append(" ")
        parts.append(child.tail or "")
    return "".join(parts)


def site_name_beside(headline: str, document_title: str | None) -> str | None:
    """The site's name: what a document's title has before or after the headline, or None.

    Args:
        headline: The headline, without the site's name.
        document_title: For example «عنوان - الموقع».
    """
    title = one_line(document_title)
    if not headline or not title or headline not in title or headline == title:
        return None
    before, _, after = title.partition(headline)
    if bool(before.strip()) is bool(after.strip()):
        return None
    parts = [part.strip() for part in _parts(f"  {before or after}  ")]
    name = next((part for part in (reversed(parts) if after else parts) if part), "")
    return name if 2 <= len(name) <= MAX_NAME_CHARS else None


def without_headlines(
    names: list[str], declared: Iterable[str], document_title: str | None, body: HtmlElement
) -> list[str]:
    """A site's names without those that are the page's headline: some sites fill it in for every name.

    Such a "name" is a declared headline, the page shows it as one, and the document's title has it beside a
    shorter part that the page shows nowhere as a heading: that part is the site's name.

    Args:
        names: What the page's data call the site.
        declared: What they call the article.
        document_title: The `title` element.
        body: The page's body.
    """
    headlines = {skeleton(part) for text in declared for part in (text, *_parts(one_line(text)))}
    suspects = {skeleton(name) for name in names} & headlines - {""}
    parts = {skeleton(part) for part in _parts(one_line(document_title))} - {""}
    if not suspects or len(parts) < 2:
        return names
    shown = {
        skeleton("".join(element.itertext())[:MAX_TITLE_CHARS])
        for element in body.iter("h1", "h2", "h3")
        if not _is_logo(element)
    }
    if (parts - suspects) & shown:
        return names
    longest = max(parts, key=len)
    wrong = {longest} & suspects & shown
    return [name for name in names if skeleton(name) not in wrong]


def _separators(title: str) -> list[tuple[int, int]]:
    """Where the marks between a headline and names stand; a » that closes a quotation is none."""
    return [
        match.span()
        for match in _SEPARATOR.finditer(title)
        if "»" not in match.group() or not _is_quoting(title[: match.end()].rstrip())
    ]


def _is_quoting(beginning: str) -> bool:
    """Whether the » at the end of a title's beginning closes a quotation."""
    before = beginning[: beginning.rindex("»")]
    return before.count("«") > before.count("»")


def _parts(title: str) -> list[str]:
    """A title's parts, as its separators part it."""
    starts = [0, *(end for _, end in _separators(title))]
    ends = [*(start for start, _ in _separators(title)), len(title)]
    return [title[start:end] for start, end in zip(starts, ends, strict=True)]


def without_site_name(title: str, names: set[str]) -> str:
    """A title without the site's name before or after it.

    Args:
        title: For example «عنوان - الموقع | أخبار».
        names: Skeletons (`text.skeleton`) of the site's names.

    Returns:
        The rest; the title unchanged when it has none of the names.
    """
    for _ in range(3):
        spans = [(0, 0), *_separators(title), (len(title), len(title))]
        if len(spans) < 3:
            break
        last, first = skeleton(title[spans[-2][1] :]), skeleton(title[: spans[1][0]])
        if _is_name(last, names):
            title = title[: spans[-2][0]]
        elif _is_name(first, names):
            title = title[spans[1][1] :]
        else:
            break
        title = title.strip()
    return title


def same_headline(one: str, other: str) -> bool:
    """Whether two texts are the same headline, give or take marks, quotes, spaces and letter variants."""
    first = skeleton(one)
    return bool(first) and first == skeleton(other)


def undouble(text: str) -> str:
    """«عنوان عنوان» → «عنوان»: the headline once, where a heading says it twice."""
    words = text.split()
    half, odd = divmod(len(words), 2)
    if half >= 2 and not odd and skeleton("".join(words[:half])) == skeleton("".join(words[half:])):
        return " ".join(words[:half])
    bones = skeleton(text)
    if len(bones) >= 16 and len(bones) % 2 == 0 and bones[: len(bones) // 2] == bones[len(bones) // 2 :]:
        for cut in range(len(text) // 2 - 8, len(text) // 2 + 9):
            if skeleton(text[:cut]) == bones[: len(bones) // 2] and skeleton(text[cut:]):
                return text[:cut].strip()
    return text


def _names_among(
    declared: list[str], document_title: str | None, body: HtmlElement, known: set[str]
) -> set[str]:
    """Declared "titles" that are the site's name: one end of the document's title, whose rest is a heading.

    «الموقع | العنوان» with an `og:title` of «الموقع», as sites have that fill it in once for all pages. One
    that the page shows as a heading itself is a headline, as is what stands beside a `known` name.
    """
    title = one_line(document_title)
    parts = [part for part in _parts(title) if part.strip()]
    if len(parts) < 2:
        return set()
    headings = {
        skeleton("".join(element.itertext())[:MAX_TITLE_CHARS])
        for element in body.iter("h1", "h2")
        if not _is_logo(element)
    } - known
    found = set()
    for text in declared:
        bones, whole = skeleton(text), skeleton(title)
        if bones in headings:
            continue
        for rest in (whole.removeprefix(bones), whole.removesuffix(bones)):
            if bones and len(bones) < len(rest) < len(whole) and rest in headings:
                found.add(bones)
    return found


def _is_logo(element: HtmlElement) -> bool:
    """Whether a heading is the site's own: named so, or a link to the home page."""
    if _LOGO.search(f"{element.get('class', '')} {element.get('id', '')}"[:400]):
        return True
    links = list(element.iter("a"))
    if element.getparent() is not None and element.getparent().tag == "a":
        links.append(element.getparent())
    return any(_HOME_LINK.fullmatch(link.get("href", "").strip()[:200]) for link in links)


def _clean(text: str | None, names: set[str]) -> str:
    text = one_line(text)
    if not text or len(text) > MAX_TITLE_CHARS:
        return ""
    text = undouble(without_site_name(text, names))
    bones = skeleton(text)
    return "" if len(bones) < MIN_HEADLINE or bones in names or bones in _GENERIC else text


def _is_name(part: str, names: set[str]) -> bool:
    if not part:
        return False
    if part in names:
        return True
    # «موقع المثقف» for the name «المثقف», "Example News" for "Example".
    return any(
        len(name) >= 4 and (part.startswith(name) or part.endswith(name)) and len(part) <= len(name) + 12
        for name in names
    )


def _headings(body: HtmlElement, names: set[str], declared: set[str]) -> list[tuple[str, HtmlElement]]:
    """The page's headings; of one that says the site's name, too, only the part that is `declared`."""
    found: list[tuple[str, HtmlElement]] = []
    for element in body.iter("h1", "h2", "h3"):
        if len(found) >= 40:
            break
        # What stands twice for two screen sizes, or has an empty twin, is read once.
        text = _clean(_declared_part(heading_text(element)[: 2 * MAX_TITLE_CHARS], declared), names)
        if text and not _is_logo(element):
            found.append((text, element))
    return found


def _declared_part(text: str, declared: set[str]) -> str:
    """The part of a heading that is a declared title, where the rest is set off by a separator."""
    if skeleton(text) in declared:
        return text
    parts = [part.strip() for part in _parts(one_line(text)) if part.strip()]
    return next((part for part in parts if len(parts) > 1 and skeleton(part) in declared), text)


def _agreement(one: str, other: str) -> float:
    """1 for one headline, less when one is the other cut or decorated, 0 for two."""
    first, second = skeleton(one), skeleton(_CUT.sub("", other))
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    shorter, longer = sorted((first, second), key=len)
    if shorter in longer and len(shorter) >= 8:
        return (
            0.6 + 0.35 * len(shorter) / len(longer)
            if longer.startswith(shorter) or len(shorter) > 0.5 * len(longer)
            else 0.3
        )
    one_words, other_words = set(bare(one).split()), set(bare(other).split())
    shared = len(one_words & other_words) / max(1, min(len(one_words), len(other_words)))
    return 0.6 * shared if min(len(one_words), len(other_words)) >= 3 and shared >= 0.75 else 0.0


def _fullest(text: str, others: list[str]) -> str:
    """The heading, unless it is itself cut short («…») and another place has the whole."""
    if _CUT.search(text):
        start = skeleton(_CUT.sub("", text))
        for other in others:
            if skeleton(other).startswith(start) and not _CUT.search(other):
                return other
    return text


def _unique(spellings: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in (one_line(text) for text in spellings) if text))
