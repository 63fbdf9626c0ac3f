"""The lines at an article's beginning and end that say who made it: «إعداد: …», "Editing by …", «دمشق-سانا».

They are no part of the text. The people go to the authors or the editors, the agency to its field.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache, partial
from itertools import chain, filterfalse, product
from pathlib import Path

from crawler.extraction.metadata.names import agency_name, is_person_name, is_place, names_in
from crawler.extraction.text import one_line
from crawler.parsing.arabic import fold, skeleton
from crawler.parsing.phrases import read_word_tables

MAX_CREDIT_CHARS = 240
"""The longest credits of agencies name half a dozen people."""
CREDIT_LINES = 3
"""Lines at either end in which credits are looked for."""
MAX_UNMARKED = 4
"""Words of a name behind a label without a colon; more is a sentence: «بقلم الرصاص رسم الطفل بيت أهله»."""
LABEL_WORDS = 8
"""Words within which a label ends, and a name begins behind it; the longest labels have three."""
MAX_DATELINE = 90
"""Characters of a dateline before the article's first words."""
MIN_BODY_WORDS = 4
"""Words of a paragraph that can be the text of an article; without one nothing is taken."""


class Role(StrEnum):
    """What a credited person did."""

    AUTHOR = "author"
    EDITOR = "editor"
    """Editors and translators: who worked on the words of another."""
    OTHER = "other"
    """Photographers and others, who are not kept."""


_WORDS = read_word_tables(Path(__file__).parent / "words" / "credits.toml")


def _roles(table: str) -> dict[str, Role]:
    return {fold(label): Role(role) for role, labels in _WORDS[table].items() for label in labels}


_PHRASE_ROLES = _roles("phrases")
"""Labels that nothing else begins with."""
_ALL_ROLES = _roles("nouns") | _PHRASE_ROLES
_BOTH = frozenset(map(fold, _WORDS["both"]["author_and_editor"]))
"""Labels by which one person did both."""
_ALTERNATIVES = "|".join(sorted(map(re.escape, {*_ALL_ROLES, *_BOTH}), key=len, reverse=True))
_LABEL = re.compile(rf"\A(?P<label>{_ALTERNATIVES})(?:\s?(?P<colon>[:：])\s?|\s?[/|]\s|\s)(?=\S)")
_FOR_EDITION = re.compile(r"\sلل?نشر[ةه](?: \w{2,12})?\Z")
"""What desks put behind their names: «إعداد سامر الحلبي للنشرة العربية»."""
_SOURCE = re.compile(
    r"\A(?:المصدر|المصادر|مصدر|sources?|kaynak|çavkanî|سەرچاوە|نقلا عن)\s?[:：]?\s?(?P<names>\S.{1,59})\Z"
)
_DESKS = re.compile(
    r"(?:فريق|قسم|هييه|اسره|مكتب|اداره|غرفه) (?:ال)?(?:تحرير|اعداد|اخبار|ترجمه|متابعه|موقع)|التحرير|المحرر"
    r"|editorial (?:team|board|staff)|(?:news|web) ?(?:desk|room|team)|staff(?: writer| reporter)?s?"
)
_AGENCY_PARTS = re.compile(r"(?:(?<!\s)\s+)?[+،,/&|]\s*|(?<!\s)\s+[-–—]\s+|(?<!\s)\s+و(?=\S)")
_DATELINE_PARTS = re.compile(r"[/()«»\[\]،,|]|[-–—]")
_DATELINE_END = re.compile(r"[-–—:/)]\s|[-–—:]")
_PLACE_AND_DAY = re.compile(r"([^\d]{2,25})\s(\d{1,2}\s.{2,20})")
_DAY_AND_MONTH = re.compile(r"\d{1,2} [^\W\d_]{2,12}(?: [^\W\d_]{2,8})?|[^\W\d_]{3,10}\.? \d{1,2}")
_FIELDS = re.compile(r"[|•·\n]|\s[-–—]\s")
_COLON = re.compile("[:：]")
_SEPARATORS = frozenset("-–—|/•·")
_SEGMENT_ENDS = frozenset(";؛|-–—/،,.•·")
_EDGES = ' \t-–—:|()[]{}«»"“”.*•/_'
_SEGMENT_EDGES = _EDGES + ";؛،,"


@dataclass(slots=True)
class Credits:
    """Who made an article, and its paragraphs without the lines that say so."""

    paragraphs: list[str]
    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    agency: str | None = None

    def add(self, line: "_Line", site_names: set[str]) -> None:
        """Add what one line credits, but the site itself.

        Args:
            line: The line.
            site_names: Skeletons of the site's names.
        """
        self.agency = self.agency or line.agency
        for role, name in line.people:
            names = {Role.AUTHOR: self.authors, Role.EDITOR: self.editors}.get(role)
            if names is None or skeleton(name) in site_names:
                continue
            if name not in names:
                names.append(name)


@dataclass(slots=True)
class _Line:
    """What one line credits."""

    people: list[tuple[Role, str]] = field(default_factory=list)
    agency: str | None = None


def read_credits(paragraphs: list[str], site_names: list[str]) -> Credits:
    """Read the credits at both ends of an article and take them out of it.

    Args:
        paragraphs: The article's text.
        site_names: What the site calls itself: no author.

    Returns:
        The credits, and the rest of the paragraphs; all of them where there would be none left.
    """
    own = set(map(skeleton, site_names))
    lines = [paragraph.split("\n") for paragraph in paragraphs]
    credited = [*_take_from_start(lines, own), *_take_from_end(lines)]
    kept = ["\n".join(rest) for rest in lines if rest]
    if kept:
        kept[0], datelines = _without_dateline(kept[0])
        credited += datelines
    if not any(len(paragraph.split()) >= MIN_BODY_WORDS for paragraph in kept):
        kept = paragraphs
    article_credits = Credits(list(filter(None, kept)))
    for line in credited:
        article_credits.add(line, own)
    return article_credits


def byline_names(line: str) -> list[str]:
    """The authors whom a byline names behind a label: «… | بقلم: سامر الحلبي | 902».

    Args:
        line: A line near the headline.
    """
    for part in _FIELDS.split(line[:MAX_CREDIT_CHARS]):
        people = _people(part.strip(_EDGES), noun_needs_colon=True) or []
        if names := [name for role, name in people if role is Role.AUTHOR]:
            return names
    return []


def is_credit_line(line: str) -> bool:
    """Whether a line is nothing but credits."""
    return _credit_line(line) is not None


def _take_from_start(lines: list[list[str]], site_names: set[str]) -> list[_Line]:
    """Take credit lines off the beginning, in place; the first line may be a dateline."""
    credited: list[_Line] = []
    for paragraph in lines:
        while paragraph and len(credited) < CREDIT_LINES:
            line = _credit_line(paragraph[0])
            if not credited:
                line = line or _dateline_only(paragraph[0], site_names)
            if line is None:
                return credited
            credited.append(line)
            paragraph.pop(0)
    return credited


def _take_from_end(lines: list[list[str]]) -> list[_Line]:
    """Take credit lines off the end, in place."""
    credited: list[_Line] = []
    for paragraph in reversed(lines):
        while paragraph and len(credited) < CREDIT_LINES:
            line = _credit_line(paragraph[-1])
            if line is None:
                return credited
            credited.append(line)
            paragraph.pop()
    return credited


# Asked more than once of the lines at an article's ends: for its agency, its people, its text.
@lru_cache(maxsize=256)
def _credit_line(text: str) -> _Line | None:
    """A line of labelled names, of a source, or of an agency alone; None for any other."""
    text = one_line(text)
    if not 2 <= len(text) <= MAX_CREDIT_CHARS:
        return None
    stripped = text.strip(_EDGES)
    agency = agency_name(stripped) or _source_agency(stripped)
    if agency is not None:
        return _Line(agency=agency)
    # Most lines show at their first words that their first segment is no credit.
    if not _LABEL.match(fold(" ".join(stripped.lstrip(_SEGMENT_EDGES).split()[:LABEL_WORDS]))):
        return None
    segments = list(filter(None, _split_segments(stripped)))
    is_marked = len(segments) > 1 or text.startswith(("(", "["))
    return _line_of_segments(segments, noun_needs_colon=not is_marked)


def _source_agency(text: str) -> str | None:
    """The agency of «المصدر: …», where all that it names are agencies."""
    source = _SOURCE.fullmatch(fold(text))
    if source is None:
        return None
    parts = filter(lambda part: part.strip(_EDGES), _AGENCY_PARTS.split(source["names"]))
    names = list(map(agency_name, parts))
    if not names or None in names:
        return None
    return names[0]


def _line_of_segments(segments: list[str], *, noun_needs_colon: bool) -> _Line | None:
    line = _Line()
    for segment in segments:
        agency = agency_name(segment) if line.people else None
        if agency is not None:
            line.agency = agency
            continue
        people = _people(segment.strip(_EDGES), noun_needs_colon=noun_needs_colon)
        if people is None:
            return None
        line.people += people
    return line if line.people else None


def _split_segments(text: str) -> list[str]:
    """Parts that begin with a label each; labels are looked for in the folded words."""
    words = text.split()
    folded = list(map(fold, words))
    if len(" ".join(folded).split()) != len(words):
        return [text]
    segments: list[list[str]] = [[]]
    for position, word in enumerate(words):
        if _begins_segment(words, folded, position):
            segments.append([])
        segments[-1].append(word)
    return [" ".join(segment).strip(_SEGMENT_EDGES) for segment in segments]


def _begins_segment(words: list[str], folded: list[str], position: int) -> bool:
    """Whether a label, or an agency that is all of the rest, stands at a word behind a separator."""
    if position == 0 or words[position] in _SEPARATORS:
        return False
    if words[position - 1][-1] not in _SEGMENT_ENDS:
        return False
    if _LABEL.match(" ".join(folded[position : position + 4]) + " x"):
        return True
    return agency_name(" ".join(words[position:]).strip(_EDGES)) is not None


def _people(text: str, *, noun_needs_colon: bool) -> list[tuple[Role, str]] | None:
    """The people behind a label; an empty list where it names a desk; None for what is no credit."""
    match = _LABEL.match(" ".join(map(fold, text.split())))
    if match is None:
        return None
    label, has_colon = match["label"], match["colon"] is not None
    if noun_needs_colon and not has_colon and label not in _PHRASE_ROLES:
        return None
    is_credited = partial(_is_credited_name, has_colon=has_colon)
    names = list(map(_without_edition, names_in(_after_label(text, label))))
    if not names or not all(map(is_credited, names)):
        return None
    roles = (Role.AUTHOR, Role.EDITOR) if label in _BOTH else (_ALL_ROLES[label],)
    return list(product(roles, filterfalse(_is_desk, names)))


def _without_edition(name: str) -> str:
    if _FOR_EDITION.search(fold(name)):
        name = _FOR_EDITION.sub("", name)
    return name.removesuffix(" للنشرة العربية")


def _is_credited_name(name: str, *, has_colon: bool) -> bool:
    if not has_colon and len(name.split()) > MAX_UNMARKED:
        return False
    if _is_desk(name):
        return True
    return is_person_name(name, words=1 if has_colon else 2)


def _after_label(text: str, label: str) -> str:
    """What follows a label: as many words as it has, and the mark behind it, are left out."""
    length = len(label.split())
    words = text.split(maxsplit=length)
    if len(words) <= length:  # «بقلم:سامر»
        return text.partition(":")[2] or text.partition("：")[2]
    names = words[-1]
    _, *joined = _COLON.split(words[length - 1], maxsplit=1)
    if joined:
        return f"{joined[0]} {names}"
    return names.lstrip(":：/| ")


def _is_desk(name: str) -> bool:
    return _DESKS.fullmatch(fold(name)) is not None


def _dateline_only(text: str, site_names: set[str]) -> _Line | None:
    """A first line that is a dateline and nothing else: «دمشق-سانا», «إدلب / سامر الحلبي / الأناضول»."""
    text = one_line(text)
    return _dateline(text, site_names) if len(text) <= MAX_DATELINE else None


def _dateline(text: str, site_names: set[str]) -> _Line | None:
    """What a dateline credits: all its parts are places, days, a person, agencies, the site."""
    parts = list(chain.from_iterable(map(_place_and_day, _DATELINE_PARTS.split(text))))
    line = _Line()
    places = 0
    for part in parts:
        if is_place(part):
            places += 1
        elif agency := agency_name(part):
            line.agency = line.agency or agency
        elif not line.people and _is_correspondent(part, site_names):
            line.people.append((Role.AUTHOR, part))
        elif skeleton(part) not in site_names and not _DAY_AND_MONTH.fullmatch(part):
            return None
    is_dateline = line.agency is not None or 0 < places < len(parts)
    return line if is_dateline else None


def _is_correspondent(part: str, site_names: set[str]) -> bool:
    if skeleton(part) in site_names or _DAY_AND_MONTH.fullmatch(part):
        return False
    return is_person_name(part, words=2)


def _place_and_day(part: str) -> list[str]:
    """«دمشق 4 كانون الأول» in two; nothing for an empty part."""
    part = part.strip(" .:\t")
    match = _PLACE_AND_DAY.fullmatch(part)
    if match and is_place(match[1]):
        return [match[1].strip(), match[2]]
    return [part] if part else []


def _without_dateline(paragraph: str) -> tuple[str, list[_Line]]:
    """A first paragraph without the dateline before its first words: «بيروت (رويترز) - قال …»."""
    beginning = paragraph[:MAX_DATELINE]
    for match in reversed(list(_DATELINE_END.finditer(beginning))):
        rest = paragraph[match.end() :].lstrip(" -–—:/\t")
        if len(rest.split()) < MIN_BODY_WORDS:
            continue
        line = _dateline(beginning[: match.end()].strip(), set())
        if line is not None and line.agency is not None:
            return rest, [line]
    return paragraph, []
