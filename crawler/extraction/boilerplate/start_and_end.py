"""The last pass over the paragraphs themselves, when all markup is gone: what still clings to both ends.

A headline repeated, small print between headline and story, a label without its list, prompts and notices at
the end, and the phrases of the site's seed.
"""

import re
from collections.abc import Callable

from crawler.extraction.boilerplate import phrases
from crawler.extraction.boilerplate.notice_words import SiteNotice, is_about_cookies, notice_of
from crawler.extraction.boilerplate.phrases import Furniture
from crawler.extraction.text import fold, skeleton

MAX_LINE_CHARS = 160
"""What is longer is judged a paragraph, not a line of small print."""
MAX_SMALL_PRINT = 240
"""Characters of the longest by-line with its date and counters."""
_HASHTAGS = re.compile(r"#\w+(?:[\s،,|]+#\w+)*")
_COUNTER = re.compile(r"0|\d{4}[/-]\d{1,2}[/-]\d{1,2}|\d{1,2}[/-]\d{1,2}[/-]\d{4}")
MAX_HEADLINE_CHARS = 600
"""No repeated headline is longer, marks and vowel signs counted."""
MAX_POLICY_CHARS = 800
"""What a site says below a story about readers' comments grows to a long paragraph."""
FIRST = 4
"""Paragraphs at the beginning in which the small print of a headline is looked for."""
SITE_NAME_ROOM = 40
"""A repeated headline may go on for this many letters when they are the site's name."""


def clean_edges(
    paragraphs: list[str],
    *,
    spellings: tuple[str, ...],
    site_names: list[str],
    boilerplate: tuple[str, ...] = (),
    names: tuple[str, ...] = (),
    small_print: Callable[[str], bool] = lambda _: False,
) -> list[str]:
    """Paragraphs without what isn't the story's at their beginning and end.

    Args:
        paragraphs: The paragraphs in order, tidied.
        spellings: The headline as the page spells it.
        site_names: What the site calls itself.
        boilerplate: Phrases of the site's seed: a paragraph that is or begins with one is dropped.
        names: The authors' names: a first line that is only a name is a by-line.
        small_print: Tells of a first line whether it is only names, dates and counts.

    Returns:
        The story's paragraphs.
    """
    kept = _without_phrases(paragraphs, boilerplate)
    kept = _without_notices(kept, spellings)
    kept = _without_headline(kept, spellings, site_names)
    kept = _without_small_print(kept, names, small_print)
    kept = _without_headline(kept, spellings, site_names)
    kept = [text for text in (_without_adverts(paragraph) for paragraph in kept) if text]
    return _without_trailer(kept)


def _without_phrases(paragraphs: list[str], boilerplate: tuple[str, ...]) -> list[str]:
    starts = tuple(start for start in (skeleton(phrase) for phrase in boilerplate) if start)
    if not starts:
        return paragraphs
    return [paragraph for paragraph in paragraphs if not skeleton(paragraph[:1_000]).startswith(starts)]


def _without_notices(paragraphs: list[str], spellings: tuple[str, ...]) -> list[str]:
    """Without the notices of the site before and after the story."""
    may_consent = any(map(is_about_cookies, spellings))

    def is_notice(paragraph: str) -> bool:
        notice = notice_of(paragraph)
        return notice is not None and not (may_consent and notice is SiteNotice.CONSENT)

    first, last = 0, len(paragraphs)
    while first < last and is_notice(paragraphs[last - 1]):
        last -= 1
    while first < last and is_notice(paragraphs[first]):
        first += 1
    return paragraphs[first:last]


def _without_headline(paragraphs: list[str], spellings: tuple[str, ...], site_names: list[str]) -> list[str]:
    bones = {skeleton(spelling) for spelling in spellings} - {""}
    names = {skeleton(name) for name in site_names} - {""}
    while paragraphs:
        first, *lines = paragraphs[0].split("\n", 1)
        if len(first) > MAX_HEADLINE_CHARS or not _is_headline(skeleton(first), bones, names):
            break
        paragraphs = [lines[0].strip(), *paragraphs[1:]] if lines and lines[0].strip() else paragraphs[1:]
    return paragraphs


def _is_headline(text: str, bones: set[str], names: set[str]) -> bool:
    if text in bones:
        return True
    for headline in bones:
        if len(headline) >= 8 and len(text) <= len(headline) + SITE_NAME_ROOM:
            if text.startswith(headline) and text[len(headline) :] in names:
                return True
            if text.endswith(headline) and text[: -len(headline)] in names:
                return True
    return False


def _without_small_print(
    paragraphs: list[str], names: tuple[str, ...], small_print: Callable[[str], bool]
) -> list[str]:
    """Drop lines such as "5 minutes to read" before the story, and a by-line of the known authors."""
    by_lines = {skeleton(name) for name in names} - {""}
    kept = []
    for position, paragraph in enumerate(paragraphs):
        if (
            position < FIRST
            and len(paragraph) <= MAX_SMALL_PRINT
            and len(paragraphs) > 1
            and (_is_small_print(paragraph, by_lines) or (position < FIRST - 1 and small_print(paragraph)))
        ):
            continue
        kept.append(paragraph)
    return kept


def _is_small_print(paragraph: str, by_lines: set[str]) -> bool:
    if phrases.leading_line(paragraph) or phrases.label(paragraph) in (Furniture.SHARE, Furniture.NAVIGATION):
        return True
    bones = skeleton(paragraph)
    return any(
        bones == name or bones in (f"بقلم{name}", f"كتب{name}", f"كتبت{name}", f"بواسطه{name}", f"by{name}")
        for name in by_lines
    )


def _without_adverts(paragraph: str) -> str:
    if "\n" not in paragraph:
        return "" if phrases.label(paragraph) is Furniture.ADVERT else paragraph
    return "\n".join(line for line in paragraph.split("\n") if phrases.label(line) is not Furniture.ADVERT)


def _without_trailer(paragraphs: list[str]) -> list[str]:
    """Cut what stands after the story: from the end backwards, as long as it is furniture.

    A related label inside the last lines takes the short lines after it along.
    """
    kept = list(paragraphs)
    while kept:
        if _is_trailer(kept[-1]):
            kept.pop()
            continue
        cut = _related_tail(kept)
        if cut is None:
            break
        del kept[cut:]
    return kept


def _is_trailer(paragraph: str) -> bool:
    if len(paragraph) > MAX_LINE_CHARS and phrases.comment_policy(paragraph[: MAX_POLICY_CHARS + 1]):
        return len(paragraph) <= MAX_POLICY_CHARS
    if len(paragraph) > 2 * MAX_LINE_CHARS:
        return False
    if (
        phrases.label(paragraph) is not None
        or not any(char.isalnum() for char in paragraph)
        or _COUNTER.fullmatch(paragraph.strip()) is not None
        or (len(paragraph) <= MAX_LINE_CHARS // 2 and _is_count_or_date(paragraph))
        or _HASHTAGS.fullmatch(paragraph.strip()) is not None
        or phrases.copyright_notice(paragraph)
        or phrases.follow_prompt(paragraph)
    ):
        return True
    opening = phrases.lead(paragraph)
    return (
        opening is not None
        and opening[2]
        and len(fold(paragraph)) - opening[1] <= MAX_LINE_CHARS
        and not paragraph.endswith((".", "۔"))
    )


def _is_count_or_date(paragraph: str) -> bool:
    """Whether a last line is the small print that some sites put below a story, and no sentence."""
    return phrases.leading_line(paragraph) and not paragraph.endswith((".", "؟", "!"))


def _related_tail(paragraphs: list[str]) -> int | None:
    """Where a trailing list of headlines under a label begins, or None."""
    for position in range(len(paragraphs) - 1, max(0, len(paragraphs) - 12), -1):
        paragraph = paragraphs[position]
        if phrases.label(paragraph) is Furniture.RELATED:
            return position
        if len(paragraph) > MAX_LINE_CHARS or paragraph.rstrip('»”"').endswith((".", "۔")):
            return None
    return None
