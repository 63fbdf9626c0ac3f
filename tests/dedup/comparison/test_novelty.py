"""A copy is left out of lists only where it says nothing that its original does not."""

import pytest

from dedup import Parameters
from dedup.comparison.pairs import pair_figures
from dedup.text.shingles import contents

ORIGINAL = (
    "قتل 5 مدنيين وأصيب آخرون في قصف مدفعي على سوق مدينة أريحا جنوب إدلب صباح الثلاثاء. وقال الدفاع المدني إن"
    " فرقه نقلت المصابين إلى المشافي القريبة وأخمدت حريقا اندلع في ثلاثة محال تجارية. وتشهد المنطقة"
    " منذ أسابيع تصعيدا في القصف رغم اتفاق وقف إطلاق النار الذي توصلت إليه الأطراف في آذار الماضي."
    " وطالب الأهالي المنظمات الدولية بالتدخل لحماية الأسواق والمدارس من الاستهداف المتكرر."
)

SAME = {
    "equal": ORIGINAL,
    "other spelling": ORIGINAL.replace("أ", "ا").replace("ة", "ه"),
    "other words for the same": ORIGINAL.replace("قتل", "استشهد")
    .replace("وقال", "وذكر")
    .replace("رغم", "برغم"),
    "cut at the end": ORIGINAL[: ORIGINAL.index(" وطالب")],
    "a line of source": f"إدلب - متابعات. {ORIGINAL} المصدر: وكالات",
    "sentences in another order": ". ".join(reversed(ORIGINAL.rstrip(".").split(". "))),
}

MORE = {
    "another number of dead": ORIGINAL.replace("5 مدنيين", "7 مدنيين"),
    "another day": ORIGINAL.replace("صباح الثلاثاء", "صباح الأربعاء"),
    "another town": ORIGINAL.replace("مدينة أريحا", "مدينة سراقب"),
    "a statement at the end": f"{ORIGINAL} ونفت وزارة الدفاع مسؤوليتها عن القصف في بيان لها.",
    "a witness within": ORIGINAL.replace(" وتشهد", " وروى صاحب متجر كيف سقطت القذيفة قرب دكانه. وتشهد"),
    "its own words, put otherwise": "المدارس نقلت الأسواق منذ الثلاثاء إلى المنطقة القريبة وأصيب الأهالي. "
    + ORIGINAL,
    "a passage in the place of another": ORIGINAL[: ORIGINAL.index(" وطالب")]
    + " ولم تعلق الحكومة حتى مساء أمس على ما تناقلته الصفحات المحلية من صور وتسجيلات.",
}


def repeats(copy: str) -> bool:
    _, (mine, other) = contents([copy, ORIGINAL])
    return pair_figures(mine, other, Parameters().thresholds).repeats


@pytest.mark.parametrize("copy", SAME.values(), ids=SAME.keys())
def test_a_copy_that_only_repeats_is_known(copy: str) -> None:
    assert repeats(copy)


@pytest.mark.parametrize("copy", MORE.values(), ids=MORE.keys())
def test_a_copy_that_says_more_is_known(copy: str) -> None:
    assert not repeats(copy)


@pytest.mark.parametrize("copy", ["", "خبر", ORIGINAL[:40]])
def test_short_copies_are_measured_too(copy: str) -> None:
    assert repeats(copy)


def test_nothing_repeats_an_empty_text() -> None:
    _, (mine, other) = contents([ORIGINAL, ""])
    assert not pair_figures(mine, other, Parameters().thresholds).repeats


STATEMENTS = {
    "ar": "أفاد مراسلنا بأن {} في قصف على أحياء المدينة، وأن فرق الإسعاف نقلت المصابين إلى المشافي القريبة. "
    + ORIGINAL.partition(". ")[2],
    "en": "The correspondent said that {} in the shelling of residential areas, that ambulance crews took "
    "the injured to nearby clinics. Residents appealed to aid groups to send help to the families who fled "
    "to neighbouring villages after the shelling of the town resumed earlier this week.",
    "fr": "Notre correspondant a indiqué que {} dans un bombardement des quartiers résidentiels, et que les "
    "secours ont conduit les victimes vers les dispensaires proches, où elles ont été soignées.",
}


@pytest.mark.parametrize(
    ("language", "original", "copy"),
    [
        ("ar", "ثلاثة مدنيين قتلوا وأصيب خمسة", "خمسة مدنيين قتلوا وأصيب ثلاثة"),
        ("ar", "ثلاثة قتلوا وجرح خمسة", "خمسة قتلوا وجرح ثلاثة"),
        ("ar", "ثلاثة وخمسة", "خمسة وثلاثة"),
        ("ar", "شخصاً قتل", "شخصين قتلا"),
        ("ar", "شخصين قتلا", "طفلين قتلا"),
        ("ar", "مئتي شخص نزحوا", "أربعمئة شخص نزحوا"),
        ("ar", "المدرسة أصيبت", "المدرسة لم تصب"),
        ("ar", "المدرسة لم تغلق", "المدرسة تغلق"),
        ("ar", "الطريق مغلق منذ تشرين الأول", "الطريق مغلق منذ تشرين الثاني"),
        ("ar", "القذيفة الثالثة سقطت", "القذيفة الرابعة سقطت"),
        ("ar", "الأضرار بلغت ألف ليرة", "الأضرار بلغت ألف دولار"),
        ("en", "three civilians were killed and five wounded", "six civilians were killed and five wounded"),
        ("en", "two people were killed", "one people were killed"),
        ("en", "the school was damaged", "the school was not damaged"),
        ("fr", "trois civils ont été tués", "douze civils ont été tués"),
    ],
)
def test_one_word_may_say_otherwise(language: str, original: str, copy: str) -> None:
    frame = STATEMENTS[language]
    _, (mine, other) = contents([frame.format(copy), frame.format(original)])
    assert not pair_figures(mine, other, Parameters().thresholds).repeats


@pytest.mark.parametrize(
    ("language", "original", "copy"),
    [
        ("ar", "الطريق مغلق منذ كانون الثاني", "الطريق مغلق منذ يناير"),
        ("ar", "العشرات نزحوا", "عشرات نزحوا"),
        ("en", "three civilians were killed", "3 civilians were killed"),
        ("fr", "trois civils ont été tués", "3 civils ont été tués"),
    ],
)
def test_a_figure_and_a_month_are_known_by_other_words(language: str, original: str, copy: str) -> None:
    frame = STATEMENTS[language]
    _, (mine, other) = contents([frame.format(copy), frame.format(original)])
    assert pair_figures(mine, other, Parameters().thresholds).repeats
