"""The line between headline and story: who wrote it, when, in which section, how often it was read."""

import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from crawler.extraction.boilerplate.credit_lines import byline_names
from crawler.extraction.boilerplate.phrases import leading_line
from crawler.extraction.text import fold
from crawler.parsing.dates.reading import Reading, read_date

MAX_CHARS = 240
"""No such line is longer."""
STRANGE = 3
"""Words of a name («سلمى الخطيب») or a section («محليات»). A sentence with a date in it has more."""
MAX_NUMBERS = 3
"""Counts of views, comments and shares beside a date. A line with more is a table's."""

_WORDS = re.compile(
    r"(?<![^\W_])(?:بواسطه|مرسله|بقلم|كتبه?|كتبت|اعداد|تحرير|نشر|نشرت|تم النشر|اضيف|تحديث|اخر تحديث|تاريخ|"
    r"التاريخ|يوم|في|بتاريخ|القسم|قسم|التصنيف|مشاهده|مشاهدات|المشاهدات|قراءه|قراءات|زياره|تعليق|تعليقات|"
    r"لا توجد|الساعه|عند|"
    r"عدد|مشاركات|المشاركات|التعليقات|دقيقه|دقايق|للقراءه|min|mins|minutes?|reads?|shares?|by|posted|published|updated|on|in|at|views?|comments?|tarafindan)(?![^\W_])"
)
_FIELDS = re.compile(r"(?:(?<!\s)\s+)?[|•·¦]\s*|(?<!\s)\s+[-–—]\s+")
MAX_FIELDS = 12
"""Fields of one line («… | … | …»); more is a menu."""
MAX_UNKNOWN_FIELDS = 2
"""Fields beside two that are small print: a name and a section."""
NAME_WORDS = 4
"""Words of a name, a place or a section."""
_NUMBER = re.compile(r"(?<!\d)\d[\d.,]{0,8}(?!\d)")
_LETTER = re.compile(r"[^\W\d_]")


def is_small_print(line: str, *, names: Iterable[str], timezone: ZoneInfo, now: datetime) -> bool:
    """Whether a line is nothing but names, dates, counts and the small words that join them.

    Beside a full date, up to `STRANGE` words may be unknown: the section or a name that nothing else tells.

    Args:
        line: A first line of the text.
        names: What is known: authors, the section, the site's names.
        timezone: The site's, to read dates.
        now: The aware time of fetching, to read dates.
    """
    if len(line) > MAX_CHARS or line.endswith((".", "؟", "!", ":", "…")):
        return False
    names = [name for name in names if name]
    if _is_small_print(line, names, timezone, now):
        return True
    fields = [field.strip() for field in _FIELDS.split(line) if field.strip()]
    if not 2 <= len(fields) <= MAX_FIELDS:
        return False
    rest = [
        field
        for field in fields
        if not (
            byline_names(field)
            or leading_line(field)
            or _is_small_print(field, names, timezone, now, is_field=True)
        )
    ]
    return len(fields) - len(rest) >= 2 and len(rest) <= MAX_UNKNOWN_FIELDS and all(map(_may_be_name, rest))


def _may_be_name(field: str) -> bool:
    return len(field.split()) <= NAME_WORDS and not _NUMBER.search(fold(field))


def _is_small_print(
    line: str, names: list[str], timezone: ZoneInfo, now: datetime, *, is_field: bool = False
) -> bool:
    """Whether a line is small print; as a field of a longer line, a count and its label are enough."""
    folded = rest = fold(line)
    for name in sorted({fold(name) for name in names if name}, key=len, reverse=True):
        if len(name) > 2:
            rest = re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", " ", rest)
    named = rest != folded
    for text in (rest, _WORDS.sub(" ", rest)):
        reading = read_date(text, timezone=timezone, now=now)
        if _is_date(reading):
            return True
    rest = _WORDS.sub(" ", rest)
    if _LETTER.search(rest):
        # A count behind the date makes the reader of dates see a second number: read without it.
        *_, last = _NUMBER.finditer(rest) if _NUMBER.search(rest) else [None]
        if last is not None and not rest[last.end() :].strip():
            reading = read_date(rest[: last.start()], timezone=timezone, now=now)
            return _is_date(reading)
        return False
    return (named or (is_field and rest != folded)) and len(_NUMBER.findall(rest)) <= MAX_NUMBERS


def _is_date(reading: Reading | None) -> bool:
    return (
        reading is not None
        and reading.strange <= STRANGE
        and not reading.vague
        and not (reading.strange and reading.relative)
    )
