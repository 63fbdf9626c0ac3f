"""The site's name in the titles of its pages: «عنوان - الموقع | أخبار», "Example News: headline"."""

import re
from collections.abc import Iterable
from itertools import filterfalse

from lxml.html import HtmlElement

from crawler.extraction.text import one_line
from crawler.parsing.arabic import skeleton

MAX_TITLE_CHARS = 400
"""Longer "headlines" are paragraphs in a wrong element. The longest real one seen has 180."""
MAX_NAME_CHARS = 50
"""Characters of a site's name."""
MIN_NAME_PART = 4
"""Letters of a site's name that may be a part of a longer one."""
NAME_ROOM = 12
"""Letters that a name may have beside it: «موقع المثقف» for «المثقف», "Example News" for "Example"."""
MAX_NAMES_IN_TITLE = 3
"""Names that are taken off one title: the site's, its publisher's, a section's."""

_SEPARATOR = re.compile(r"(?<!\s)\s+[-–—|•·»«:::/\\]{1,2}\s+|(?:(?<!\s)\s+)?(?:[|•»]|::)\s*|\s[-–—]|[-–—]\s+")
_LOGO = re.compile(r"logo|brand|site-?(?:title|name)|slogan", re.IGNORECASE)
_HOME_LINK = re.compile(
    r"/?|#|\./|(?:https?:)?//[^/]+/?|/?(?:index|default|home)\.\w{2,5}|/(?:ar|en|ku|tr)/?", re.IGNORECASE
)


def title_parts(title: str) -> list[str]:
    """A title's parts, as its separators part it, with the spaces around them."""
    spans = _separators(title)
    starts = [0, *(end for _, end in spans)]
    ends = [*(start for start, _ in spans), len(title)]
    return [title[start:end] for start, end in zip(starts, ends, strict=True)]


def without_site_name(title: str, names: set[str]) -> str:
    """A title without the site's name before or after it.

    Args:
        title: For example «عنوان - الموقع | أخبار».
        names: Skeletons (`arabic.skeleton`) of the site's names.

    Returns:
        The rest; the title unchanged when it has none of the names.
    """
    for _ in range(MAX_NAMES_IN_TITLE):
        spans = _separators(title)
        if not spans:
            break
        (first_start, first_end), (last_start, last_end) = spans[0], spans[-1]
        if _is_name(skeleton(title[last_end:]), names):
            title = title[:last_start].strip()
        elif _is_name(skeleton(title[:first_start]), names):
            title = title[first_end:].strip()
        else:
            break
    return title


def site_name_beside(headline: str, document_title: str | None) -> str | None:
    """The site's name: what a document's title has before or after the headline, or None.

    Args:
        headline: The headline, without the site's name.
        document_title: For example «عنوان - الموقع».
    """
    title = one_line(document_title)
    if not headline or headline == title:
        return None
    before, headline, after = title.partition(headline)
    if not headline or bool(before.strip()) is bool(after.strip()):
        return None
    parts = [part.strip() for part in title_parts(f"  {before or after}  ")]
    if after:
        parts.reverse()
    name = next(filter(None, parts), "")
    if not 2 <= len(name) <= MAX_NAME_CHARS:
        return None
    return name


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
    headlines: set[str] = set()
    for text in declared:
        headlines.update(map(skeleton, (text, *title_parts(one_line(text)))))
    suspects = set(map(skeleton, names)) & headlines - {""}
    parts = set(map(skeleton, title_parts(one_line(document_title)))) - {""}
    if not suspects or len(parts) < 2:
        return names
    shown = shown_headings(body, "h1", "h2", "h3")
    if not shown.isdisjoint(parts - suspects):
        return names
    wrong = {max(parts, key=len)} & suspects & shown
    return [name for name in names if skeleton(name) not in wrong]


def names_among(
    declared: list[str], document_title: str | None, body: HtmlElement, names: set[str]
) -> set[str]:
    """Declared "titles" that are the site's name: one end of the document's title, whose rest is a heading.

    «الموقع | العنوان» with an `og:title` of «الموقع», as sites have that fill it in once for all pages. One
    that the page shows as a heading itself is a headline, as is what stands beside one of the `names`.

    Args:
        declared: What metadata calls the article.
        document_title: The `title` element.
        body: The page's body.
        names: Skeletons of the site's names known so far.

    Returns:
        Skeletons.
    """
    title = one_line(document_title)
    if sum(map(bool, map(str.strip, title_parts(title)))) < 2:
        return set()
    headings = shown_headings(body, "h1", "h2") - names
    candidates = set(map(skeleton, declared)) - headings - {""}
    whole = skeleton(title)
    return {name for name in candidates if _rests(whole, name) & headings}


def shown_headings(body: HtmlElement, *tags: str) -> set[str]:
    """Skeletons of the page's headings with these tags, the site's own not among them."""
    headings = filterfalse(is_logo, body.iter(*tags))
    return {skeleton("".join(heading.itertext())[:MAX_TITLE_CHARS]) for heading in headings}


def is_logo(element: HtmlElement) -> bool:
    """Whether a heading is the site's own: named so, or a link to the home page."""
    if _LOGO.search(f"{element.get('class', '')} {element.get('id', '')}"[:400]):
        return True
    links = list(element.iter("a"))
    parent = element.getparent()
    if parent is not None and parent.tag == "a":
        links.append(parent)
    return any(map(_leads_home, links))


def _leads_home(link: HtmlElement) -> bool:
    return _HOME_LINK.fullmatch(link.get("href", "").strip()[:200]) is not None


def _separators(title: str) -> list[tuple[int, int]]:
    """Where the marks between a headline and names stand; a » that closes a quotation is no such mark."""
    return [match.span() for match in _SEPARATOR.finditer(title) if not _closes_quotation(match)]


def _closes_quotation(separator: re.Match[str]) -> bool:
    """Whether the » of a separator closes a quotation."""
    if "»" not in separator.group():
        return False
    before = separator.string[: separator.string.rindex("»", 0, separator.end())]
    return before.count("«") > before.count("»")


def _rests(whole: str, name: str) -> set[str]:
    """What a title has beside a name at one of its ends, where that is longer than the name."""
    rests = {whole.removeprefix(name), whole.removesuffix(name)} - {whole}
    return {rest for rest in rests if len(rest) > len(name)}


def _is_name(part: str, names: set[str]) -> bool:
    """Whether a part of a title is one of the names, or a name with a word beside it."""
    if part in names:
        return True
    for name in names:
        if len(name) < MIN_NAME_PART or len(part) > len(name) + NAME_ROOM:
            continue
        if part.startswith(name) or part.endswith(name):
            return True
    return False
