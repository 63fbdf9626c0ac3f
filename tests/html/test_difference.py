import time

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.html.difference import WORDS_COMPARED, Stretch, difference, with_highlights


def test_what_was_cut_added_and_changed() -> None:
    old = "أعلنت الوزارة اليوم مشاركة 215 ألف طالب في الامتحانات كما قال البيان"
    new = "دمشق أعلنت الوزارة اليوم مشاركة 220 ألف طالب في الامتحانات"
    assert [(one.kind, " ".join(one.old), " ".join(one.new)) for one in difference(old, new)] == [
        ("added", "", "دمشق"),
        ("same", "أعلنت الوزارة اليوم مشاركة", "أعلنت الوزارة اليوم مشاركة"),
        ("changed", "215", "220"),
        ("same", "ألف طالب في الامتحانات", "ألف طالب في الامتحانات"),
        ("cut", "كما قال البيان", ""),
    ]


def test_marks_tatweel_quotes_and_kinds_of_digits_are_no_difference() -> None:
    assert [one.kind for one in difference("قال «المديرُ» إن العــدد ٣٠", "قال المدير، إن العدد 30.")] == [
        "same"
    ]


def test_a_point_inside_a_number_is_a_difference() -> None:
    assert difference("نسبة 5.3", "نسبة 53")[-1] == Stretch("changed", ("5.3",), ("53",))


def test_a_text_made_of_one_word_takes_no_more_time() -> None:
    started = time.process_time()
    old, new = "كلمة " * 1500, "كلمة " * 1400 + "أخرى " * 100
    assert difference(old, new)
    assert time.process_time() - started < 1


def test_long_texts_are_compared_up_to_a_limit() -> None:
    old = " ".join(map(str, range(WORDS_COMPARED + 10)))
    assert difference(old, old + " زيادة")[-1].kind == "same"


def test_a_name_is_recognised_by_what_stands_before_it_in_the_shared_words() -> None:
    stretches = difference("وقال الوزير سامر أمس إن 12 شخصًا وصلوا", "وقال الوزير خالد اليوم إن 15 شخصًا وصلوا")
    highlighted = [word for run in with_highlights(stretches, "new") for word, mark in run if mark]
    assert highlighted == ["خالد", "اليوم", "15"]
    assert [len(run) for run in with_highlights(stretches, "old")] == [len(one.old) for one in stretches]


WORDS = st.lists(st.sampled_from(["قال", "الوزير", "أمس", "12", "،", "«حلب»"]), max_size=30).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(WORDS, WORDS)
def test_the_stretches_hold_both_texts_whole(old: str, new: str) -> None:
    stretches = difference(old, new)
    assert [word for one in stretches for word in one.old] == old.split()
    assert [word for one in stretches for word in one.new] == new.split()
    assert difference(old, old) == ([Stretch("same", tuple(old.split()), tuple(old.split()))] if old else [])
