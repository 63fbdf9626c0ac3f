"""The lines at a story's beginning and end that say who made it: «إعداد: …», "Editing by …", «دمشق-سانا».

They are no part of what the story says. The people go to the authors or the editors, the agency to its field.
"""

import re
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache

from crawler.extraction.metadata.agencies import agency_name
from crawler.extraction.metadata.person_names import is_person_name, is_place, names_in
from crawler.extraction.text import fold, one_line, skeleton

MAX_CREDIT_CHARS = 240
"""The longest credits of agencies name half a dozen people."""
EDGE_LINES = 3
"""Lines at either end in which credits are looked for."""
MAX_UNMARKED = 4
"""Words of a name behind a label without a colon; more is a sentence: «بقلم الرصاص رسم الطفل بيت أهله»."""
LABEL_REACH = 8
"""Words within which a label ends, and a name begins behind it; the longest labels have three."""
MAX_DATELINE = 90
"""Characters of a dateline before the story's first words."""


class Role(Enum):
    """What a credited person did."""

    AUTHOR = auto()
    EDITOR = auto()
    """Editors and translators: who worked on the words of another."""
    OTHER = auto()
    """Photographers and others, who are not kept."""


_NOUNS: dict[Role, tuple[str, ...]] = {
    Role.AUTHOR: (
        "إعداد", "تقرير", "تحقيق", "حوار", "متابعة", "تغطية", "تغطية صحفية", "كتابة", "الكاتب",
        "الكاتبة", "الكاتب الصحفي",
        "المؤلف", "المراسل", "المراسلة", "مراسل", "مراسلة", "صحفي", "صحافي", "شارك في التغطية",
        "شارك في الإعداد",
        "إعداد وتقديم", "إعداد التقرير", "تقرير وتصوير", "إعداد وتصوير", "author", "writer", "reporter",
        "words", "text", "haber",
        "yazan", "yazar", "muhabir", "nivîskar", "amadekar", "nûçe", "نووسەر", "نووسینی", "ئامادەکردنی",
        "نویسنده", "گزارش",
    ),
    Role.EDITOR: (
        "تحرير", "المحرر", "المحررة", "مراجعة", "تدقيق", "تدقيق لغوي", "إشراف", "ترجمة", "ترجمة وتحرير",
        "تحرير وترجمة",
        "المترجم", "المترجمة", "نقله إلى العربية", "editor", "editing", "translation", "translator",
        "editör", "çeviri", "edîtor",
    ),
    Role.OTHER: (
        "تصوير", "عدسة", "الصور", "صور", "مونتاج", "إخراج", "غرافيك", "photo", "photos", "photography",
        "video",
    ),
}  # fmt: skip
"""Labels that are nouns of the language, too: a colon must follow, or all of the line be credits."""
_PHRASES: dict[Role, tuple[str, ...]] = {
    Role.AUTHOR: (
        "بقلم", "بقلم الكاتب", "بقلم الكاتبة", "بقلم الدكتور", "كتبه", "كتبها", "كتب", "كتبت", "أعده",
        "أعدها", "أعد التقرير",
        "أعدّت التقرير", "حاوره", "حاورها", "نشر بواسطة", "بواسطة", "أرسل بواسطة", "by", "written by",
        "posted by",
        "reporting by", "additional reporting by", "writing by", "reported by", "words by", "story by",
        "compiled by",
        "מאת",
    ),
    Role.EDITOR: (
        "edited by", "editing by", "additional editing by", "translated by", "translation by", "حرره",
        "ترجمه", "ترجمها",
    ),
    Role.OTHER: (
        "photo by", "photos by", "photographs by", "video by", "graphic by", "graphics by", "تصوير",
    ),
}  # fmt: skip
"""Labels that nothing else begins with."""


def _labels(table: dict[Role, tuple[str, ...]]) -> dict[str, Role]:
    return {fold(label): role for role, labels in table.items() for label in labels}


_NOUN_ROLES, _PHRASE_ROLES = _labels(_NOUNS), _labels(_PHRASES)
_ALL_ROLES = _NOUN_ROLES | _PHRASE_ROLES
_BOTH = {fold("إعداد وتحرير"), fold("تحرير وإعداد"), fold("إعداد وترجمة"), fold("ترجمة وإعداد")}
"""Labels by which one person did both."""
_ALTERNATIVES = "|".join(sorted(map(re.escape, {*_ALL_ROLES, *_BOTH}), key=len, reverse=True))
_LABEL = re.compile(rf"\A(?P<label>{_ALTERNATIVES})(?:\s?(?P<colon>[:：])\s?|\s?[/|]\s|\s)(?=\S)")
_FOR_EDITION = re.compile(r"\sلل?نشر[ةه](?: \w{2,12})?\Z")
"""What desks put behind their names: «إعداد سامر الحلبي للنشرة العربية»."""
_SOURCE = re.compile(
    r"\A(?:المصدر|المصادر|مصدر|sources?|kaynak|çavkanî|سەرچاوە|نقلا عن)\s?[:：]?\s?(?P<names>\S.{1,59})\Z"
)
_AGENCY_PARTS = re.compile(r"(?:(?<!\s)\s+)?[+،,/&|]\s*|(?<!\s)\s+[-–—]\s+|(?<!\s)\s+و(?=\S)")
_DATELINE_PARTS = re.compile(r"[/()«»\[\]،,|]|[-–—]")
_DATELINE_END = re.compile(r"[-–—:/)]\s|[-–—:]")
_DAY_AND_MONTH = re.compile(r"\d{1,2} [^\W\d_]{2,12}(?: [^\W\d_]{2,8})?|[^\W\d_]{3,10}\.? \d{1,2}")
_EDGES = ' \t-–—:|()[]{}«»"“”.*•/_'
_SEGMENT_EDGES = _EDGES + ";؛،,"


@dataclass(slots=True)
class Credits:
    """Who made a story, and its paragraphs without the lines that say so."""

    paragraphs: list[str]
    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    agency: str | None = None


@dataclass(slots=True)
class _Line:
    """What one line credits."""

    people: list[tuple[Role, str]] = field(default_factory=list)
    agency: str | None = None


def read_credits(paragraphs: list[str], site_names: list[str]) -> Credits:
    """Read the credits at both ends of a story and take them out of it.

    Args:
        paragraphs: The story.
        site_names: What the site calls itself: no author.

    Returns:
        The credits, and the rest of the paragraphs; all of them where there would be none left.
    """
    lines = [paragraph.split("\n") for paragraph in paragraphs]
    taken: list[_Line] = []
    for backwards in (False, True):
        taken += _take_from_end(lines, site_names, backwards=backwards)
    kept = ["\n".join(rest) for rest in lines if rest]
    if kept:
        kept[0], dateline = _without_dateline(kept[0])
        if dateline:
            taken.append(dateline)
    if not kept or not any(len(paragraph.split()) > 3 for paragraph in kept):
        kept = paragraphs
    found = Credits([paragraph for paragraph in kept if paragraph])
    known = {skeleton(name) for name in site_names}
    for line in taken:
        found.agency = found.agency or line.agency
        for role, name in line.people:
            names = {Role.AUTHOR: found.authors, Role.EDITOR: found.editors}.get(role)
            if names is not None and skeleton(name) not in known and name not in names:
                names.append(name)
    return found


def byline_names(line: str) -> list[str]:
    """The authors whom a line of the small print names behind a label: «… | بقلم: سامر الحلبي | 902».

    Args:
        line: A line near the headline.
    """
    for part in re.split(r"[|•·\n]|\s[-–—]\s", line[:MAX_CREDIT_CHARS]):
        segment = _segment(part.strip(_EDGES), noun_needs_colon=True)
        if segment and (names := [name for role, name in segment if role is Role.AUTHOR]):
            return names
    return []


def is_credit_line(line: str) -> bool:
    """Whether a line is nothing but credits."""
    return _credit_line(line) is not None


def _take_from_end(lines: list[list[str]], site_names: list[str], *, backwards: bool) -> list[_Line]:
    """Take credit lines off one end of the lines, in place."""
    taken: list[_Line] = []
    looked = 0
    order = -1 if backwards else 0
    for rest in list(reversed(lines) if backwards else lines):
        while rest and looked < EDGE_LINES:
            looked += 1
            line = _credit_line(rest[order])
            if line is None and looked == 1 and not backwards:
                line = _dateline_only(rest[0], site_names)
            if line is None:
                looked = EDGE_LINES
                break
            taken.append(line)
            rest.pop(order)
        if looked >= EDGE_LINES:
            break
    return taken


# Asked more than once of the lines at a story's edges: for its agency, its people, its text.
@lru_cache(maxsize=256)
def _credit_line(text: str) -> _Line | None:
    """A line of labelled names, of a source, or of an agency alone; None for any other."""
    text = one_line(text)
    if not 2 <= len(text) <= MAX_CREDIT_CHARS:
        return None
    bare_text = text.strip(_EDGES)
    if name := agency_name(bare_text):
        return _Line(agency=name)
    if (source := _SOURCE.fullmatch(fold(bare_text))) and (agency := _all_agencies(source["names"])):
        return _Line(agency=agency)
    # Most lines show at their first words that their first segment is none of a credit.
    if not _LABEL.match(fold(" ".join(bare_text.lstrip(_SEGMENT_EDGES).split()[:LABEL_REACH]))):
        return None
    segments = [part for part in _split_segments(bare_text) if part]
    people: list[tuple[Role, str]] = []
    agency = None
    needs_colon = len(segments) < 2 and not text.startswith(("(", "["))
    for part in segments:
        if (name := agency_name(part)) and people:
            agency = name
            continue
        names = _segment(part.strip(_EDGES), noun_needs_colon=needs_colon)
        if names is None:
            return None
        people += names
    return _Line(people, agency) if people or agency else None


def _split_segments(text: str) -> list[str]:
    """Parts that begin with a label each; labels are found in the folded words."""
    words = text.split()
    folded = [fold(word) for word in words]
    if len(" ".join(folded).split()) != len(words):
        return [text]
    parts: list[list[str]] = [[]]
    for position, word in enumerate(words):
        rest = " ".join(folded[position : position + 4]) + " x"
        ends_before = parts[-1] and parts[-1][-1][-1] in ";؛|-–—/،,.•·"
        if word in ("-", "–", "—", "|", "/", "•", "·"):
            parts[-1].append(word)
        elif ends_before and (_LABEL.match(rest) or agency_name(" ".join(words[position:]).strip(_EDGES))):
            parts.append([word])
        else:
            parts[-1].append(word)
    return [" ".join(part).strip(_SEGMENT_EDGES) for part in parts]


def _segment(text: str, *, noun_needs_colon: bool) -> list[tuple[Role, str]] | None:
    """The people behind a label; an empty list where it names a desk; None for what is no credit."""
    folded_words = [fold(word) for word in text.split()]
    match = _LABEL.match(" ".join(folded_words))
    if match is None:
        return None
    label = match["label"]
    if noun_needs_colon and label not in _PHRASE_ROLES and not match["colon"]:
        return None
    names_text = _after_label(text, label)
    names = [
        _FOR_EDITION.sub("", name) if _FOR_EDITION.search(fold(name)) else name
        for name in names_in(names_text)
    ]
    names = [re.sub(r"\s(?:للنشرة العربية)\Z", "", name) for name in names]
    least = 1 if match["colon"] else 2
    if not names or not all(is_person_name(name, words=least) or _is_desk(name) for name in names):
        return None
    if not match["colon"] and any(len(name.split()) > MAX_UNMARKED for name in names):
        return None
    people = [name for name in names if not _is_desk(name)]
    roles = (Role.AUTHOR, Role.EDITOR) if label in _BOTH else (_ALL_ROLES[label],)
    return [(role, name) for role in roles for name in people]


def _after_label(text: str, label: str) -> str:
    """What follows a label: as many words as it has, and the mark behind it, are left out."""
    rest = text.split(maxsplit=len(label.split()))
    if len(rest) <= len(label.split()):  # «بقلم:سامر»
        return text.partition(":")[2] or text.partition("：")[2]
    last, names = rest[len(label.split()) - 1], rest[-1]
    glued = re.split("[:：]", last, maxsplit=1)
    return f"{glued[1]} {names}" if len(glued) > 1 else names.lstrip(":：/| ")


_DESKS = re.compile(
    r"(?:فريق|قسم|هييه|اسره|مكتب|اداره|غرفه) (?:ال)?(?:تحرير|اعداد|اخبار|ترجمه|متابعه|موقع)|التحرير|المحرر"
    r"|editorial (?:team|board|staff)|(?:news|web) ?(?:desk|room|team)|staff(?: writer| reporter)?s?"
)


def _is_desk(name: str) -> bool:
    return _DESKS.fullmatch(fold(name)) is not None


def _all_agencies(text: str) -> str | None:
    """The first agency of a list in which all are agencies."""
    names = [agency_name(part) for part in _AGENCY_PARTS.split(text) if part.strip(_EDGES)]
    return names[0] if names and all(names) else None


def _dateline_only(text: str, site_names: list[str]) -> _Line | None:
    """A first line that is a dateline and nothing else: «دمشق-سانا», «إدلب / سامر الحلبي / الأناضول»."""
    text = one_line(text)
    return _dateline(text, site_names) if len(text) <= MAX_DATELINE else None


def _dateline(text: str, site_names: list[str]) -> _Line | None:
    """What a dateline credits: all its parts are places, days, a person, agencies, the site."""
    parts = [part.strip(" .:\t") for part in _DATELINE_PARTS.split(text)]
    parts = [piece for part in parts if part for piece in _place_and_day(part)]
    own = {skeleton(name) for name in site_names}
    line = _Line()
    places = 0
    for part in parts:
        if is_place(part):
            places += 1
        elif agency := agency_name(part):
            line.agency = line.agency or agency
        elif skeleton(part) in own or _DAY_AND_MONTH.fullmatch(part):
            continue
        elif is_person_name(part, words=2) and not line.people:
            line.people.append((Role.AUTHOR, part))
        else:
            return None
    if line.agency is None and not (places and (line.people or len(parts) > places)):
        return None
    return line


def _place_and_day(part: str) -> list[str]:
    """«دمشق 4 كانون الأول» in two."""
    match = re.fullmatch(r"([^\d]{2,25})\s(\d{1,2}\s.{2,20})", part)
    return [match[1].strip(), match[2]] if match and is_place(match[1]) else [part]


def _without_dateline(paragraph: str) -> tuple[str, _Line | None]:
    """A first paragraph without the dateline before its first words: «بيروت (رويترز) - قال …»."""
    head = paragraph[:MAX_DATELINE]
    for match in reversed(list(_DATELINE_END.finditer(head))):
        prefix = head[: match.end()].strip()
        rest = paragraph[match.end() :].lstrip(" -–—:/\t")
        line = _dateline(prefix, []) if len(rest.split()) > 3 else None
        if line is not None and line.agency is not None:
            return rest, line
    return paragraph, None
