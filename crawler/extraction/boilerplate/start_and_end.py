"""The last pass over the paragraphs, when all markup is gone: boilerplate at both ends of the text.

A headline repeated, a byline between headline and text, a label without its list, prompts and notices at the
end, and the phrases of the site's seed.
"""

import re
from collections.abc import Callable, Iterable

from crawler.extraction.boilerplate import phrases
from crawler.extraction.boilerplate.phrases import Boilerplate
from crawler.extraction.boilerplate.site_notices import SiteNotice, is_about_cookies, notice_of
from crawler.parsing.arabic import fold, skeleton

MAX_LINE_CHARS = 160
"""What is longer is judged a paragraph, not a line of boilerplate."""
MAX_BYLINE = 240
"""Characters of the longest byline with its date and counters."""
MAX_HEADLINE_CHARS = 600
"""No repeated headline is longer, marks and vowel signs counted."""
MAX_POLICY_CHARS = 800
"""What a site says below an article about readers' comments grows to a long paragraph."""
FIRST = 4
"""Paragraphs at the beginning in which a byline is looked for."""
LAST = 11
"""Paragraphs at the end in which a label without its list is looked for."""
MIN_HEADLINE = 8
"""Letters of the shortest headline that may stand beside the site's name."""
SITE_NAME_ROOM = 40
"""A repeated headline may go on for this many letters when they are the site's name."""
PHRASE_CHARS = 1_000
"""Characters of a paragraph that are compared with the phrases of a seed."""

_HASHTAGS = re.compile(r"#\w+(?:[\s،,|]+#\w+)*")
_COUNTER = re.compile(r"0|\d{4}[/-]\d{1,2}[/-]\d{1,2}|\d{1,2}[/-]\d{1,2}[/-]\d{4}")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_BY = ("", "بقلم", "كتب", "كتبت", "بواسطه", "by")
"""What stands before a name that is a byline by itself, as skeletons."""


def clean_ends(
    paragraphs: list[str],
    *,
    spellings: tuple[str, ...],
    site_names: list[str],
    boilerplate: tuple[str, ...] = (),
    names: tuple[str, ...] = (),
    is_byline: Callable[[str], bool] = lambda _: False,
) -> list[str]:
    """Paragraphs without the boilerplate at their beginning and end.

    Args:
        paragraphs: The paragraphs in order, tidied.
        spellings: The headline as the page spells it.
        site_names: What the site calls itself.
        boilerplate: Phrases of the site's seed: a paragraph that is or begins with one is dropped.
        names: The authors' names: a first line that is only a name is a byline.
        is_byline: Whether a first line is only names, dates and counts.

    Returns:
        The article's paragraphs.
    """
    kept = _without_phrases(paragraphs, boilerplate)
    kept = _without_notices(kept, spellings)
    kept = _without_headline(kept, spellings, site_names)
    kept = _without_byline(kept, names, is_byline)
    kept = _without_headline(kept, spellings, site_names)
    kept = list(filter(None, map(_without_adverts, kept)))
    return _without_trailer(kept)


def _without_phrases(paragraphs: list[str], boilerplate: tuple[str, ...]) -> list[str]:
    starts = tuple(_skeletons(boilerplate))
    if not starts:
        return paragraphs
    return [
        paragraph for paragraph in paragraphs if not skeleton(paragraph[:PHRASE_CHARS]).startswith(starts)
    ]


def _skeletons(texts: Iterable[str]) -> set[str]:
    return set(map(skeleton, texts)) - {""}


def _without_notices(paragraphs: list[str], spellings: tuple[str, ...]) -> list[str]:
    """Without the notices of the site before and after the article."""
    allowed: set[SiteNotice | None] = {None}
    if any(map(is_about_cookies, spellings)):
        allowed.add(SiteNotice.CONSENT)
    first, last = 0, len(paragraphs)
    while first < last and notice_of(paragraphs[last - 1]) not in allowed:
        last -= 1
    while first < last and notice_of(paragraphs[first]) not in allowed:
        first += 1
    return paragraphs[first:last]


def _without_headline(paragraphs: list[str], spellings: tuple[str, ...], site_names: list[str]) -> list[str]:
    headlines, names = _skeletons(spellings), _skeletons(site_names)
    while paragraphs:
        first, _, rest = paragraphs[0].partition("\n")
        if len(first) > MAX_HEADLINE_CHARS or not _is_headline(skeleton(first), headlines, names):
            break
        rest = rest.strip()
        paragraphs = [rest, *paragraphs[1:]] if rest else paragraphs[1:]
    return paragraphs


def _is_headline(text: str, headlines: set[str], names: set[str]) -> bool:
    """Whether a text is a headline, or one with the site's name before or after it."""
    if text in headlines:
        return True
    for headline in headlines:
        may_have_name = len(headline) >= MIN_HEADLINE and len(text) <= len(headline) + SITE_NAME_ROOM
        if may_have_name and names & {_after(text, headline), _before(text, headline)}:
            return True
    return False


def _after(text: str, headline: str) -> str:
    """What follows a headline at the beginning of a text; empty where there is none."""
    return text.removeprefix(headline) if text.startswith(headline) else ""


def _before(text: str, headline: str) -> str:
    return text.removesuffix(headline) if text.endswith(headline) else ""


def _without_byline(
    paragraphs: list[str], names: tuple[str, ...], is_byline: Callable[[str], bool]
) -> list[str]:
    """Drop lines such as "5 minutes to read" before the text, and a byline of the known authors."""
    if len(paragraphs) < 2:
        return paragraphs
    bylines = {f"{by}{name}" for name in _skeletons(names) for by in _BY}
    kept = []
    for position, paragraph in enumerate(paragraphs[:FIRST]):
        is_short = len(paragraph) <= MAX_BYLINE
        if is_short and _is_byline_line(paragraph, bylines):
            continue
        if is_short and position < FIRST - 1 and is_byline(paragraph):
            continue
        kept.append(paragraph)
    return kept + paragraphs[FIRST:]


def _is_byline_line(paragraph: str, bylines: set[str]) -> bool:
    if phrases.is_byline_phrase(paragraph) or skeleton(paragraph) in bylines:
        return True
    return phrases.label(paragraph) in (Boilerplate.SHARE, Boilerplate.NAVIGATION)


def _without_adverts(paragraph: str) -> str:
    lines = paragraph.split("\n")
    return "\n".join(line for line in lines if phrases.label(line) is not Boilerplate.ADVERT)


def _without_trailer(paragraphs: list[str]) -> list[str]:
    """Cut what stands after the text: from the end backwards, as long as it is boilerplate.

    A related label inside the last lines takes the short lines after it along.
    """
    kept = list(paragraphs)
    while kept:
        if _is_trailer(kept[-1]):
            kept.pop()
            continue
        cut = _find_related_label(kept)
        if cut is None:
            break
        del kept[cut:]
    return kept


def _is_trailer(paragraph: str) -> bool:
    if len(paragraph) > MAX_LINE_CHARS and phrases.is_comment_policy(paragraph[: MAX_POLICY_CHARS + 1]):
        return len(paragraph) <= MAX_POLICY_CHARS
    if len(paragraph) > 2 * MAX_LINE_CHARS:
        return False
    return any(is_boilerplate(paragraph) for is_boilerplate in _TRAILERS)


def _is_label(paragraph: str) -> bool:
    return phrases.label(paragraph) is not None


def _is_without_words(paragraph: str) -> bool:
    """Whether a paragraph is marks, a lone date, a zero or hashtags."""
    if not _LETTER_OR_DIGIT.search(paragraph):
        return True
    text = paragraph.strip()
    return bool(_COUNTER.fullmatch(text) or _HASHTAGS.fullmatch(text))


def _is_count_or_date(paragraph: str) -> bool:
    """Whether a last line is a byline, which some sites put below the text, and no sentence."""
    if len(paragraph) > MAX_LINE_CHARS // 2 or paragraph.endswith((".", "؟", "!")):
        return False
    return phrases.is_byline_phrase(paragraph)


def _opens_list(paragraph: str) -> bool:
    """Whether a short paragraph opens with «اقرأ أيضاً:» or «الوسوم:», and is no sentence."""
    opening = phrases.opening(paragraph)
    if opening is None or not opening.is_separated or paragraph.endswith((".", "۔")):
        return False
    return len(fold(paragraph)) - opening.length <= MAX_LINE_CHARS


_TRAILERS: tuple[Callable[[str], bool], ...] = (
    _is_label,
    _is_without_words,
    _is_count_or_date,
    phrases.is_disclaimer,
    phrases.is_follow_prompt,
    _opens_list,
)
"""What a last paragraph may be that is boilerplate."""


def _find_related_label(paragraphs: list[str]) -> int | None:
    """Where a trailing list of headlines under a label begins, or None."""
    for position in range(len(paragraphs) - 1, max(0, len(paragraphs) - LAST - 1), -1):
        paragraph = paragraphs[position]
        if phrases.label(paragraph) is Boilerplate.RELATED:
            return position
        if len(paragraph) > MAX_LINE_CHARS or paragraph.rstrip('»”"').endswith((".", "۔")):
            return None
    return None
