"""The dates in one line of text, and what the line says of each: published, changed, or nothing."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from crawler.model.article import DatePrecision
from crawler.parsing.dates.calendars import HIJRI_MONTHS, MONTHS, WEEKDAYS
from crawler.parsing.dates.clock import read_clock
from crawler.parsing.dates.names import DAY_WORDS, FILLERS, NUMBER_WORDS, UNITS, fold
from crawler.parsing.dates.order import DateOrder
from crawler.parsing.dates.reading import Reading, read_date

MAX_LABELS = 6
"""Labels looked at in one line: «نشر» and «آخر تحديث» twice, and some to spare."""
MAX_FIELDS = 12
"""Fields of one line; more is a menu."""
MAX_BYLINE_WORDS, MAX_PROSE_WORDS = 4, 3
"""Words beside a date that says nothing of itself: a place and an agency, an author. A caption has more."""
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
    """One date of a line.

    `said` is whether the line says that it is of publication, `changed` that it is of the last change;
    `doubtful` whether it is vague or stands among so many words that it may be the story's.
    """

    reading: Reading
    said: bool
    changed: bool
    doubtful: bool


def story_headline(title: str | None) -> str:
    """A headline in the form in which `dates_in` knows it again; empty for none, and for a bare date."""
    line = " ".join(fold((title or "")[:600]).split())
    return line if other_words(line) else ""


def other_words(line: str) -> int:
    """How many words of a folded line belong to no date."""
    _, rest = read_clock(line)
    return sum(not (word.isdecimal() or _is_of_dates(word)) for word in _WORD.findall(rest))


def dates_in(
    text: str,
    *,
    headline: str,
    prose: bool,
    timezone: ZoneInfo,
    now: datetime,
    order: DateOrder | None = None,
) -> Iterator[Dated]:
    """Read one line, which may hold several dates, each behind its label.

    Args:
        text: The line.
        headline: What `story_headline` makes of the article's; the day that it names is its story's.
        prose: Whether the line may be running text, in which «نشر» is a verb like others.
        timezone: In which times without a zone are read.
        now: The aware time of reading.
        order: In which order the page writes numeric dates, where that is known.
    """
    read = partial(read_date, timezone=timezone, now=now, order=order)
    line = " ".join(fold(text).split())
    spelt = " ".join(fold(text.replace("ة", _TA_MARBUTA)).split()) if "نشر" in line else line
    if headline and (at := line.find(headline)) >= 0:
        line, spelt = (f"{each[:at]} | {each[at + len(headline) :]}" for each in (line, spelt))
    labels = _labels(line, spelt, prose=prose)
    starts = [0, *(label.start() for label in labels)]
    for label, start, end in zip([None, *labels], starts, [*starts[1:], len(line)], strict=True):
        if reading := _read(line[start:end], prose, timezone, read):
            said = label is not None and label["published"] is not None
            changed = label is not None and not said
            yield Dated(reading, said, changed, reading.vague or not _is_alone(reading, prose))


def _labels(line: str, spelt: str, *, prose: bool) -> list[re.Match[str]]:
    """The labels that lead to a date; verbs and nouns of a sentence, and bulletins («نشرة»), left out."""
    kept: list[re.Match[str]] = []
    for label in list(_LABEL.finditer(line))[:MAX_LABELS]:
        if label["published"]:
            if label["verb"] and spelt[label.start() : label.end("verb")].endswith(_TA_MARBUTA):
                continue
            before = _MARK.split(line[kept[-1].end() if kept else 0 : label.start()])[-1]
            strange = sum(not (word.isdecimal() or _is_of_dates(word)) for word in _WORD.findall(before))
            limit = 0 if prose or label["loose"] else MAX_BEFORE_LABEL
            if strange > limit or not _leads_to_date(line[label.end() :]):
                continue
        kept.append(label)
    return kept


def _leads_to_date(rest: str) -> bool:
    """Whether a date follows, with nothing between but words that stand before dates."""
    for word in _WORD.findall(rest[:100]):
        if word.isdecimal() or word in _OF_DATES or word in _OF_AGES:
            return True
        if word not in FILLERS:
            return False
    return False


def _is_of_dates(word: str) -> bool:
    return word in _OF_DATES or word in FILLERS


def _is_alone(reading: Reading, prose: bool) -> bool:
    """Whether few other words stand beside a date: fewer where the line may be prose or a caption."""
    allowed = 1 if reading.relative else MAX_PROSE_WORDS if prose else MAX_BYLINE_WORDS
    return reading.strange <= allowed


def _read(
    part: str, prose: bool, zone: ZoneInfo, read_one: Callable[[str], Reading | None]
) -> Reading | None:
    """The date of a part; where it stands among too many words, that of its own field («… | … | …»).

    What stands in the other fields, an author or a count, says nothing for or against the date. Fields
    with different days are those of a list.
    """
    whole = read_one(part)
    if whole is not None and _is_alone(whole, prose):
        return whole
    fields = [field for field in _FIELD.split(part) if field]
    if not 2 <= len(fields) <= MAX_FIELDS:
        return whole
    read = [(at, read_one(field)) for at, field in enumerate(fields)]
    dated = [(at, reading) for at, reading in read if reading is not None and not reading.vague]
    if not dated or len({reading.when.astimezone(zone).date() for _, reading in dated}) > 1:
        return None if dated else whole
    at, own = min(dated, key=lambda each: each[1].strange)
    if own.precision is DatePrecision.DAY and not own.relative:
        for beside in (fields[at + 1 : at + 2], fields[max(0, at - 1) : at]):
            if beside and read_clock(beside[0])[0] is not None:
                timed = read_one(f"{fields[at]} | {beside[0]}")
                if timed is not None and timed.precision is DatePrecision.MINUTE:
                    return timed
    return own
