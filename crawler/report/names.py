"""Which words of a news text are worth a second look when two versions differ in them: numbers and names.

Arabic has no capital letters, so names are told by what stands before them (a title, an office, «أبو») and by
a list of the places that Syrian news is about. It marks words for a person who reads; it decides nothing.
"""

import re
from collections.abc import Sequence
from typing import Final

AFTER_TITLE: Final = 2
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

ENDS: Final = frozenset("من في على الى عن ان قال قالت اكد اعلن التي الذي كان كما مع بعد".split())  # noqa: SIM905
"""Words with which a name is over, in folded letters."""

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

_INAUDIBLE = re.compile("[\u064b-\u065f\u0670\u0640\u200e\u200f\u061c]")
_EDGES = "«»\"'“”‘’()[].,،؛:!؟?…-–"
_FOLDED = str.maketrans("أإآٱىة", "اااايه")
_STOPS = (".", "!", "?", "؟", ":", "…")


def telling(words: Sequence[str]) -> list[bool]:
    """For each word of a text, whether it states a figure or is a name or part of one.

    Args:
        words: All words of the text, in order, punctuation on them.
    """
    bare = [_INAUDIBLE.sub("", word).strip(_EDGES) for word in words]
    folded = [word.translate(_FOLDED) for word in bare]
    marks = [False] * len(words)
    named = 0  # words that may still be a name after the last title
    for number, word in enumerate(folded):
        opens = number == 0 or words[number - 1].endswith(_STOPS)
        if (
            any(character.isdecimal() for character in word)
            or _is_place(word)
            or (word[:1].isupper() and not opens)
        ):
            marks[number] = True
        elif _without_and(word) in TITLES:
            named = AFTER_TITLE
            continue
        elif named and word in OFFICES:
            continue
        elif named and word in ENDS:
            named = 0
        elif named and word:
            marks[number] = True
        named = max(0, named - 1) if not words[number].endswith((*_STOPS, "،", ",")) else 0
    return marks


def _is_place(word: str) -> bool:
    return word in PLACES or (len(word) > 3 and word[0] in "وبلف" and word[1:] in PLACES)


def _without_and(word: str) -> str:
    return word[1:] if word[:1] in ("و", "ف") and word[1:] in TITLES else word
