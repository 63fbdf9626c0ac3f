from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.parsing.arabic import bare
from crawler.parsing.redaction import NAME_MARK, Redactor, origin_of


def test_a_name_goes_in_every_spelling() -> None:
    redactor = Redactor(["سامر الحلاق", "هدى", "John O'Neill"])
    for text in (
        "وقال سامر الحلاق",
        "وقال سَامِر الحلّاق",
        "وقال ســامر الحلاق",
        "وقال لسامر الحلاق",
        "وقال سامر  الحلاق",
        "وقال هدي",
        "وقال بهدى",
        "وقال JOHN O'NEILL",
    ):
        assert redactor.text(f"{text} أمس") == f"وقال {NAME_MARK} أمس", text


def test_other_words_stay() -> None:
    redactor = Redactor(["سامر الحلاق", "علي"])
    for text in ("مدينة سامراء", "عليها", "الحلاق سامر", "سامر", "تعليق", ""):
        assert redactor.text(text) == text


def test_a_name_with_the_article_behind_a_particle() -> None:
    assert Redactor(["الحلاق"]).text("للحلاق، وللحلاق، والحلاق") == f"{NAME_MARK}، {NAME_MARK}، {NAME_MARK}"


def test_the_longest_name_goes_as_a_whole() -> None:
    assert Redactor(["الحلاق", "سامر الحلاق"]).text("سامر الحلاق.") == f"{NAME_MARK}."


def test_an_address_that_holds_a_name_is_cut_down() -> None:
    redactor = Redactor(["سامر الحلاق"])
    assert redactor.address("https://a.example/2024/%D8%B3%D8%A7%D9%85%D8%B1-الحلاق/") == "https://a.example/"
    assert redactor.address("https://a.example/2024/سامر_الحلاق") == "https://a.example/"
    assert redactor.address("https://a.example/2024/12") == "https://a.example/2024/12"
    assert origin_of("javascript:alert(1)") == ""
    assert origin_of("https://[::1") == ""


def test_no_names_change_nothing() -> None:
    assert Redactor([]).text("نص") == "نص"
    assert Redactor(["", "؟!"]).text("نص") == "نص"


@settings(max_examples=40)
@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=4))
def test_any_text_and_any_names(text: str, names: list[str]) -> None:
    redacted = Redactor(names).text(text)
    assert Redactor(names).text(redacted) == redacted
    assert bare(redacted) == bare(text) or NAME_MARK in redacted
