import pytest

from dedup import PartKind, Reason, aligned, compare
from dedup.comparison.verdict import LANGUAGES, Verdict
from tests.support.texts import article, sentences


def test_every_reason_has_words_in_both_languages() -> None:
    for reason in Reason:
        arabic, english = (
            Verdict(reason.is_copy, reason, 0.0, 0.0, 0.0).explain(language) for language in LANGUAGES
        )
        assert len(arabic) == len(english) == 1
        assert arabic != english
    with pytest.raises(ValueError, match="language is 'fr'; it is one of ar, en"):
        compare("", "").explain("fr")


LINES = sentences(1, 24)
REPORT = " ".join(LINES[:8])


@pytest.mark.parametrize(
    ("first", "second", "same_source", "said"),
    [
        (REPORT, " ".join(LINES[:1]), None, "so short"),
        (REPORT, " ".join([*LINES[8:], *LINES[2:8]]), False, "comes below"),
        (
            f"أعلن الوزير أمس أن الرواتب سترتفع. {REPORT}",
            f"كانت النقابة قد نفت إلغاء العطلة. {REPORT}",
            True,
            "news of its own",
        ),
        (f"غادر الوفد فجرا. {REPORT}", f"غادر المنتخب فجرا. {REPORT}", False, "another word"),
        (REPORT, " ".join(LINES[8:16]), None, "Too little is shared"),
    ],
)
def test_what_decided_is_said_where_much_is_shared(
    first: str, second: str, same_source: bool | None, said: str
) -> None:
    verdict = compare(first, second, same_source=same_source)
    assert not verdict.duplicate
    assert said in verdict.explain()[0]
    assert verdict.explain("ar")[0] != verdict.explain()[0]


def test_the_figures_are_those_of_the_verdict() -> None:
    lines = sentences(1, 12)
    whole, part = (
        " ".join([*lines, "وبلغ عدد القتلى 5 أشخاص"]),
        " ".join([*lines[:6], "وبلغ عدد القتلى 7 أشخاص"]),
    )
    verdict = compare(part, whole)
    explained = " ".join(verdict.explain())
    assert f"The second has {verdict.contained:.0%} of the first" in explained
    assert f"the first {verdict.contains:.0%} of the second" in explained
    assert "0 are the same and 1 are others" in explained
    assert verdict.contained > verdict.contains > 0


def test_texts_are_laid_side_by_side() -> None:
    first = "وصل الرئيس أحمد إلى المدينة صباح الأحد برفقة وفد كبير من المسؤولين المحليين"
    second = "دمشق: وصلَ الرئيس احمد إلى المدينة مساء الأحد برفقة وفد كبير من المسؤولين"
    parts = aligned(first, second)
    assert [part.kind for part in parts] == [
        PartKind.ONLY_SECOND, PartKind.SAME, PartKind.CHANGED, PartKind.SAME, PartKind.ONLY_FIRST,
    ]  # fmt: skip
    assert (parts[2].first, parts[2].second) == ("صباح", "مساء")
    assert (parts[0].second, parts[4].first) == ("دمشق:", "المحليين")


def test_nothing_of_either_text_is_lost() -> None:
    texts = article(1), article(1)[:400] + " " + article(2)
    for first, second in (texts, texts[::-1], ("", article(1)), ("", ""), ("كلمة", "كلمة")):
        parts = aligned(first, second)
        assert " ".join(part.first for part in parts if part.first).split() == first.split()
        assert " ".join(part.second for part in parts if part.second).split() == second.split()
