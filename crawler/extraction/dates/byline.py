"""The dates in one line of text, with the label of each: of publication, of the last change, or none."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import filterfalse, islice, pairwise
from zoneinfo import ZoneInfo

from crawler.model.article import DatePrecision
from crawler.parsing.dates.calendars import HIJRI_MONTHS, MONTHS, WEEKDAYS
from crawler.parsing.dates.clock import read_clock
from crawler.parsing.dates.order import DateOrder
from crawler.parsing.dates.reading import Reading, read_date
from crawler.parsing.dates.words import DAY_WORDS, FILLERS, NUMBER_WORDS, UNITS, fold

MAX_LABELS = 6
"""Labels looked at in one line: «نشر» and «آخر تحديث» twice, and some to spare."""
MAX_FIELDS = 12
"""Fields of one line; more is a menu."""
MAX_BYLINE_WORDS, MAX_PROSE_WORDS = 4, 3
"""Words beside a date without a label: a place and an agency, an author. A caption has more."""
MAX_BEFORE_LABEL = 3
"""Words that may stand before «نشر في …» where elements run together: «سامر الحلبي نشر في»."""

_LABEL = re.compile(
    r"(?<![^\W_])(?:(?P<modified>(?:اخر |تاريخ |تم |جري )?(?:ال)?(?:تحديث|تعديل)|محدث[ه]?|حدث في|عدل في"
    r"|(?:last )?(?:updated?|modified)|son guncelleme|guncelleme|guncellenme)"
    r"|(?P<published>تاريخ (?:ال)?(?:نشر|اضافه|خبر)|(?P<verb>نشر[ته]?)|(?P<loose>بتاريخ|صدرت?)|اضيفت?"
    r"|published|posted|publish|yayin\w{0,8})(?: (?:هذا |هذه )?(?:ال)?(?:خبر|مقاله?|ماده|تقرير|موضوع))?"
    r")(?![^\W_])"
)
_FIELD = re.compile(r"(?:(?<!\s)\s+)?[|•·¦]\s*")
_MARK = re.compile(r"[|•·¦»:,.()/–—-]")
_WORD = re.compile(r"\d+|[^\W\d_]+")
_OF_DATES = frozenset(
    word
    for names in (MONTHS, HIJRI_MONTHS, WEEKDAYS, UNITS, DAY_WORDS, NUMBER_WORDS)
    for name in names
    for word in name.split()
)
_OF_AGES = frozenset(map(fold, ("منذ", "قبل", "الآن", "just")))
_TA_MARBUTA = "\x01"
"""Stands for the letter that folding makes a ه, where it matters."""


@dataclass(frozen=True, slots=True)
class Dated:
    """One date of a line."""

    reading: Reading
    is_published: bool
    """Whether its label is one of publication."""
    is_changed: bool
    """Whether its label is one of the last change."""
    is_doubtful: bool
    """Whether it is vague, or stands among so many words that it may be the article text's."""


def comparable_headline(title: str | None) -> str:
    """A headline in the form in which `dates_in` recognises it; empty for none, and for a bare date."""
    line = _folded((title or "")[:600])
    return line if other_words(line) else ""


def other_words(line: str) -> int:
    """How many words of a folded line belong to no date."""
    _, rest = read_clock(line)
    return _strange_words(rest)


def dates_in(
    text: str,
    *,
    headline: str,
    is_prose: bool,
    timezone: ZoneInfo,
    now: datetime,
    order: DateOrder | None = None,
) -> Iterator[Dated]:
    """Read one line, which may hold several dates, each behind its label.

    Args:
        text: The line.
        headline: The article's, as `comparable_headline` gives it; a day in it is one of the article's text.
        is_prose: Whether the line may be running text, in which «نشر» is a verb like others.
        timezone: In which times without a zone are read.
        now: The aware time of reading.
        order: In which order the page writes numeric dates, where that is known.
    """
    read = partial(read_date, timezone=timezone, now=now, order=order)
    line = _folded(text)
    spelt = _folded(text.replace("ة", _TA_MARBUTA)) if "نشر" in line else line
    if headline and headline in line:
        cut = slice(line.index(headline), line.index(headline) + len(headline))
        line, spelt = _without(line, cut), _without(spelt, cut)
    labels = _labels(line, spelt, is_prose=is_prose)
    starts = [0, *(label.start() for label in labels), len(line)]
    kinds = [None, *(label.lastgroup for label in labels)]
    for kind, (start, end) in zip(kinds, pairwise(starts), strict=True):
        if reading := _read(line[start:end], is_prose, timezone, read):
            is_doubtful = reading.vague or not _is_alone(reading, is_prose)
            yield Dated(reading, kind == "published", kind == "modified", is_doubtful)


def _without(line: str, part: slice) -> str:
    """A line with a mark in the place of a part."""
    return f"{line[: part.start]} | {line[part.stop :]}"


def _folded(text: str) -> str:
    return " ".join(fold(text).split())


def _labels(line: str, spelt: str, *, is_prose: bool) -> list[re.Match[str]]:
    """The labels that lead to a date; verbs and nouns of a sentence, and bulletins («نشرة»), left out."""
    labels: list[re.Match[str]] = []
    for label in islice(_LABEL.finditer(line), MAX_LABELS):
        start = labels[-1].end() if labels else 0
        if label["modified"] or _leads_to_publication(label, line, start, spelt, is_prose=is_prose):
            labels.append(label)
    return labels


def _leads_to_publication(label: re.Match[str], line: str, start: int, spelt: str, *, is_prose: bool) -> bool:
    """Whether a label of publication is one, by its spelling and what stands around it.

    Args:
        label: The label in `line`.
        line: The folded line.
        start: Where the label before it ends.
        spelt: The line with each ة marked.
        is_prose: Whether the line may be running text.
    """
    if label["verb"] and spelt[label.start() : label.end("verb")].endswith(_TA_MARBUTA):
        return False
    before = _MARK.split(line[start : label.start()])[-1]
    max_words = 0 if is_prose or label["loose"] else MAX_BEFORE_LABEL
    return _strange_words(before) <= max_words and _leads_to_date(line[label.end() :])


def _leads_to_date(rest: str) -> bool:
    """Whether a date follows, with nothing between but words that stand before dates."""
    first = next(filterfalse(_is_filler, _WORD.findall(rest[:100])), "")
    return first.isdecimal() or first in _OF_DATES or first in _OF_AGES


def _is_filler(word: str) -> bool:
    return word in FILLERS and word not in _OF_DATES and word not in _OF_AGES


def _strange_words(text: str) -> int:
    """How many words of a folded text are no part of a date."""
    words = _WORD.findall(text)
    return len(words) - sum(map(_is_of_date, words))


def _is_of_date(word: str) -> bool:
    return word.isdecimal() or word in _OF_DATES or word in FILLERS


def _is_alone(reading: Reading, is_prose: bool) -> bool:
    """Whether few other words stand beside a date: fewer where the line may be prose or a caption."""
    max_words = MAX_PROSE_WORDS if is_prose else MAX_BYLINE_WORDS
    return reading.strange <= (1 if reading.relative else max_words)


def _read(part: str, is_prose: bool, zone: ZoneInfo, read: Callable[[str], Reading | None]) -> Reading | None:
    """The date of a part; where it stands among too many words, that of its own field («… | … | …»).

    What stands in the other fields, an author or a count, says nothing for or against the date. Fields
    with different days are those of a list.
    """
    whole = read(part)
    if whole is not None and _is_alone(whole, is_prose):
        return whole
    fields = list(filter(None, _FIELD.split(part)))
    if not 2 <= len(fields) <= MAX_FIELDS:
        return whole
    readings = [(position, read(field)) for position, field in enumerate(fields)]
    dated = [(position, reading) for position, reading in readings if reading and not reading.vague]
    if not dated:
        return whole
    if len({reading.when.astimezone(zone).date() for _, reading in dated}) > 1:
        return None
    position, reading = min(dated, key=lambda each: each[1].strange)
    if reading.precision is not DatePrecision.DAY or reading.relative:
        return reading
    beside = (*fields[position + 1 : position + 2], *fields[max(0, position - 1) : position])
    return _with_clock(fields[position], beside, read) or reading


def _with_clock(field: str, beside: Iterable[str], read: Callable[[str], Reading | None]) -> Reading | None:
    """The date of a field with the time of day in the field after or before it, if there is one."""
    clocks = (other for other in beside if read_clock(other)[0] is not None)
    readings = filter(None, (read(f"{field} | {clock}") for clock in clocks))
    return next((reading for reading in readings if reading.precision is DatePrecision.MINUTE), None)
