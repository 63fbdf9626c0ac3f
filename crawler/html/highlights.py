"""Numbers and names in a news text, highlighted where two versions of it are compared.

Arabic has no capital letters, so names are recognised by the title before them (an office, «أبو») and by a
list of the places that Syrian news is about. Highlights are for the reader; nothing is decided by them.
"""

import re
from collections.abc import Sequence
from typing import Final

NAME_WORDS: Final = 2
"""Words marked after a title: a first name and a family name."""

TITLES: Final = frozenset(
    """
    الرئيس رئيس الوزير وزير وزيره اللواء العميد العقيد المقدم الرائد النقيب الملازم الدكتور الدكتوره
    المهندس المهندسه الشيخ السيد السيده الانسه القاضي المحامي المحاميه الصحفي الصحفيه الصحافي الناشط
    الناشطه المبعوث السفير الامير الملك المدعو المواطن الشاب الطفل الطفله القيادي المتحدث الناطق
    المحافظ العماد الفريق ابو ابي ابن بنت ام ال عبد الاستاذ النائب البطريرك المطران المفتي
    """.split()  # noqa: SIM905  # a word a line would be three screens
)
"""What stands before a person's name, in folded letters."""

OFFICES: Final = frozenset(
    """
    الجمهوريه الوزراء الخارجيه الداخليه الدفاع الصحه التربيه الاعلام المجلس الحكومه الامن باسم العام
    السابق السوري السوريه المحلي المحليه الامريكي الروسي التركي الاممي الخاص الاول الثاني
    """.split()  # noqa: SIM905  # a word a line would be three screens
)
"""What follows a title and is no name: the office that it belongs to. The name may come after it."""

NAME_ENDS: Final = frozenset("من في على الى عن ان قال قالت اكد اعلن التي الذي كان كما مع بعد".split())  # noqa: SIM905
"""Words that end a name, in folded letters."""

PLACES: Final = frozenset(
    """
    سوريا سوريه دمشق حلب حمص حماه ادلب درعا السويداء القنيطره الرقه اللاذقيه طرطوس الحسكه القامشلي
    عفرين منبج الباب اعزاز جرابلس كوباني تدمر البوكمال الميادين الغوطه دوما داريا الزبداني القلمون
    الجولان الساحل سراقب جبله بانياس الرستن تلبيسه نوى ازرع صلخد شهبا تركيا لبنان الاردن العراق
    اسرائيل ايران روسيا مصر السعوديه قطر الامارات فلسطين غزه بيروت عمان بغداد انقره موسكو طهران
    الدوحه الرياض القاهره جنيف استانا واشنطن باريس لندن برلين بروكسل اوروبا المانيا فرنسا بريطانيا
    الصين
    """.split()  # noqa: SIM905  # a word a line would be three screens
)
"""Places by the last word that names them, in folded letters."""

_MARKS = re.compile("[\u064b-\u065f\u0670\u0640\u200e\u200f\u061c]")
_PUNCTUATION = "«»\"'“”‘’()[].,،؛:!؟?…-–"
_FOLDED = str.maketrans("أإآٱىة", "اااايه")
_SENTENCE_ENDS = (".", "!", "?", "؟", ":", "…")
_CLAUSE_ENDS = (*_SENTENCE_ENDS, "،", ",")


def without_marks(word: str) -> str:
    """A word without vowel marks, tatweel and direction marks: they change nothing of what is read."""
    return _MARKS.sub("", word)


def highlights(words: Sequence[str]) -> list[bool]:
    """For each word of a text, whether it is a number, a name or part of a name.

    Args:
        words: All words of the text, in order, with their punctuation.
    """
    folded = [without_marks(word).strip(_PUNCTUATION).translate(_FOLDED) for word in words]
    marks = []
    name_words = 0  # words that may still belong to the name after the last title
    starts_sentence = True
    for word, written in zip(folded, words, strict=True):
        stands_out = _is_number_or_place(word) or (word[:1].isupper() and not starts_sentence)
        starts_sentence = written.endswith(_SENTENCE_ENDS)
        if not stands_out and _without_conjunction(word) in TITLES:
            marks.append(False)
            name_words = NAME_WORDS
            continue
        if not stands_out and name_words and word in OFFICES:
            marks.append(False)
            continue
        if not stands_out and word in NAME_ENDS:
            name_words = 0
        marks.append(stands_out or (name_words > 0 and bool(word)))
        name_words = 0 if written.endswith(_CLAUSE_ENDS) else max(0, name_words - 1)
    return marks


def _is_number_or_place(word: str) -> bool:
    return any(map(str.isdecimal, word)) or word in PLACES or _without_prefix(word) in PLACES


def _without_prefix(word: str) -> str:
    """A word without «و», «ب», «ل» or «ف» before it."""
    return word[1:] if len(word) > 3 and word[0] in "وبلف" else word


def _without_conjunction(word: str) -> str:
    return word[1:] if word[:1] in ("و", "ف") and word[1:] in TITLES else word
