"""What editors changed, and how a terminal shows it."""

from typing import Any

import pytest

from crawler.cli.show import show_changes
from crawler.operations.archive.show import changes_of

FIRST = "افتُتحت صباح اليوم حديقة عامة في حي المزة.\n\nوتضم الحديقة ملعباً للأطفال ومساحة للقراءة."


def _article(*wordings: tuple[str, str], removed_at: str | None = None) -> dict[str, Any]:
    seen = {"seen_from": "2024-12-04T10:00:00+00:00", "seen_until": "2024-12-04T12:00:00+00:00"}
    numbered = [
        {"revision": number, "title": title, "text": text, **seen}
        for number, (title, text) in enumerate(wordings, 1)
    ]
    return {
        "id": "1",
        "url": "https://example.org/a",
        "removed_at": removed_at,
        "absences": [],
        **numbered[-1],
        "revisions": numbered[:-1],
    }


def test_words_paragraphs_and_headlines_are_told_apart() -> None:
    second = FIRST.replace("المزة", "كفرسوسة") + "\n\nوستبقى أبوابها مفتوحة."
    (change,) = changes_of(_article(("حديقة", FIRST), ("حديقة جديدة", second)))
    assert [paragraph.kind for paragraph in change.paragraphs] == ["title", "changed", "added"]
    changed = [s for s in change.paragraphs[1].stretches if s.kind != "same"]
    assert [(s.old, s.new) for s in changed] == [(("المزة.",), ("كفرسوسة.",))]
    assert change.paragraphs[2].stretches[0].new == ("وستبقى", "أبوابها", "مفتوحة.")


def test_a_paragraph_that_was_cut_is_told() -> None:
    (change,) = changes_of(_article(("ع", FIRST), ("ع", FIRST.split("\n\n", maxsplit=1)[0])))
    assert [paragraph.kind for paragraph in change.paragraphs] == ["cut"]


def test_each_revision_is_compared_with_the_next_and_one_alone_with_none() -> None:
    assert changes_of(_article(("ع", FIRST))) == []
    changes = changes_of(_article(("أ", "نص"), ("ب", "نص"), ("ج", "نص")))
    assert [(change.earlier, change.later) for change in changes] == [(1, 2), (2, 3)]


def test_marks_stay_beside_their_words_in_a_right_to_left_line(capsys: pytest.CaptureFixture[str]) -> None:
    article = _article(
        ("ع", FIRST), ("ع", FIRST.replace("المزة", "كفرسوسة")), removed_at="2024-12-05T08:00:00+00:00"
    )
    show_changes(article, as_json=False)
    said = capsys.readouterr().out
    assert "\u2068[-المزة.-]\u2069 \u2068{+كفرسوسة.+}\u2069" in said
    assert "taken down, noticed 2024-12-05T08:00" in said
    assert "للقراءة" not in said


def test_a_change_of_punctuation_alone_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    show_changes(_article(("ع", FIRST), ("ع", FIRST.replace("المزة.", "المزة!"))), as_json=False)
    assert "only punctuation" in capsys.readouterr().out
