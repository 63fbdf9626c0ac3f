import pytest

from crawler.extraction.text import one_line, tidy
from crawler.parsing.arabic import bare, fold, skeleton


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("  كلمة \n  أخرى\t ", "كلمة\nأخرى"),
        ("كلم\u200bة وأ\u00adخرى\ufeff", "كلمة وأخرى"),
        ("أ\u0627\u0653خر", "أ\u0622خر"),
        ("قبل \ufffc بعد", "قبل بعد"),
        ("\u200fخبر من دمشق\u200f", "خبر من دمشق"),
        ("\u202bخبر من دمشق\u202c", "خبر من دمشق"),
        ("نمی\u200cتوانند", "نمی\u200cتوانند"),
        ("كلمة\u200c ثم", "كلمة ثم"),
        ("عدد\xa0من", "عدد من"),
        ("«اقتباس» و“آخر” … – ؟", "«اقتباس» و“آخر” … – ؟"),
        ("نصٌّ مُشَكَّلٌ طويـــل", "نصٌّ مُشَكَّلٌ طويـــل"),
        ("a\x00b\x07c", "abc"),
    ],
)
def test_nothing_visible_changes(raw: str, stored: str) -> None:
    assert tidy(raw) == stored
    assert tidy(stored) == stored


def test_a_mark_that_orders_what_is_shown_stays() -> None:
    mixed = "سعر الدولار 15\u200e-20\u200e ليرة في SYP\u200f."
    assert tidy(mixed) == mixed


def test_folded_forms() -> None:
    assert fold("إقرأ أيضاً") == fold("اقرأ ايضا") == "اقرا ايضا"
    assert fold("İLGİLİ") == fold("ilgili")
    assert bare("«مقالات ذات صِلَة»:") == "مقالات ذات صله"
    assert skeleton("خبر … «عاجل»!") == skeleton("خبر عاجل") == "خبرعاجل"
    assert one_line(None) == ""
