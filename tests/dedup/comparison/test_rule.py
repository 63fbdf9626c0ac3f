import gzip
import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Reason, compare
from dedup.comparison.rule import judge
from dedup.comparison.verdict import Evidence
from dedup.parameters import Thresholds
from dedup.text.numbers import compare_figures, compare_marks, figure_marks
from tests.support.paths import DATA
from tests.support.texts import article, sentences

STORY = sentences(1, 14)
RATES = """
سجل سعر صرف الليرة أمام الدولار في أسواق دمشق اليوم {0} ليرة للشراء و {1} ليرة للمبيع بينما بلغ السعر في
المصارف المرخصة {2} ليرة للحوالات الواردة من الخارج وبلغ سعر غرام الذهب من عيار واحد وعشرين {3} ليرة وسط
إقبال ضعيف من المشترين في السوق القديمة ووصل سعر الأونصة عالميا إلى {4} دولارا في تعاملات الصباح الباكر
وتتأثر أسعار الصرف بالعرض والطلب وبقرارات المصرف المركزي الذي يصدر نشرة يومية لأسعار الحوالات ويحذر من
التعامل بغير الليرة تحت طائلة المساءلة القانونية وفق المراسيم النافذة منذ أعوام طويلة
"""
TOLL = "قتل {0} مدنيين وأصيب {1} آخرون في حادث سير على الطريق الدولي قرب مدينة حمص صباح اليوم."


def text_of(parts: list[str]) -> str:
    return "\n\n".join(parts)


@pytest.mark.parametrize(
    ("edited", "reason"),
    [
        (STORY, Reason.EXACT),
        ([line.replace("ي", "ى") for line in STORY], Reason.EXACT),
        (["(وكالات)", *STORY], Reason.NEAR),
        (STORY[:12], Reason.NEAR),
        (STORY[:5], Reason.CONTAINED),
        ([*sentences(2, 3), *STORY], Reason.NEAR),
        ([*sentences(2, 9), *STORY, *sentences(3, 8)], Reason.CONTAINS),
    ],
)
def test_recognises_what_papers_do_to_a_wire_story(edited: list[str], reason: Reason) -> None:
    verdict = compare(text_of(edited), text_of(STORY))
    assert verdict.duplicate
    assert verdict.reason is reason
    assert verdict.similarity > 0.9


def test_a_changed_toll_is_still_a_copy() -> None:
    verdict = compare(text_of([TOLL.format(3, 7), *STORY]), text_of([TOLL.format(5, 12), *STORY]))
    assert verdict.duplicate
    assert verdict.reason is Reason.NEAR
    assert verdict.figures_changed == 2


def test_a_template_filled_with_other_numbers_is_no_copy() -> None:
    one, other = RATES.format(14000, 14100, 13668, 950, 2040), RATES.format(14250, 14350, 13701, 965, 2051)
    verdict = compare(one, other)
    assert not verdict.duplicate
    assert verdict.reason is Reason.OTHER_FIGURES
    assert verdict.figures_changed == 5
    assert compare(one, one).duplicate


def test_one_changed_number_the_next_day_is_an_update() -> None:
    one, other = text_of([TOLL.format(3, 7), *STORY]), text_of([TOLL.format(4, 9), *STORY])
    day = datetime(2024, 12, 4, 9, tzinfo=UTC)
    assert compare(one, other, published_a=day, published_b=day + timedelta(hours=3)).duplicate
    assert not compare(one, other, published_a=day, published_b=day + timedelta(hours=24)).duplicate


def test_a_follow_up_that_quotes_the_day_before_is_no_copy() -> None:
    assert not compare(text_of([*sentences(5, 9), *STORY[:7]]), text_of(STORY)).duplicate


@pytest.mark.parametrize("quoted", [STORY[:8], STORY[1:9], [*STORY[2:6], *STORY[10:14]]])
def test_a_follow_up_that_quotes_most_of_an_earlier_text_is_no_copy(quoted: list[str]) -> None:
    """What it shares stands below an opening of its own; a cut copy shares its opening."""
    follow_up, cut = text_of([*sentences(5, 9), *quoted]), text_of(STORY[:11])
    for one, other in ((follow_up, cut), (cut, follow_up)):
        verdict = compare(one, other)
        assert verdict.reason is Reason.DIFFERENT
        assert verdict.opening is not None
        assert verdict.opening < 0.1


def test_follow_ups_that_quote_the_same_background_are_no_copies() -> None:
    one, other = text_of([*sentences(5, 8), *STORY[:10]]), text_of([*sentences(6, 9), *STORY[:11]])
    verdict = compare(one, other, same_source=False)
    assert verdict.containment > Thresholds().containment_other_source
    assert not verdict.duplicate


@pytest.mark.parametrize(
    "edited",
    [
        [*sentences(5, 3), *STORY],
        [*sentences(5, 3), *STORY[:10]],
        [*sentences(5, 2), *STORY, *sentences(6, 3)],
        STORY[6:],
        [*sentences(5, 20), *STORY],
    ],
)
def test_an_own_opening_alone_makes_no_other_story(edited: list[str]) -> None:
    assert compare(text_of(edited), text_of(STORY)).duplicate


def test_short_texts_with_one_formula_are_no_copies() -> None:
    notice = "تنعى النقابة الزميل {} الذي وافته المنية صباح اليوم في دمشق وتتقدم من ذويه وزملائه بأحر التعازي"
    assert not compare(notice.format("سامر النجار"), notice.format("وليد الحداد")).duplicate
    assert compare(notice.format("سامر النجار"), notice.format("سامر النجار") + ".").reason is Reason.EXACT


def test_one_site_repeating_itself_must_repeat_more() -> None:
    update = text_of([*STORY[:10], *sentences(7, 4)])
    assert compare(update, text_of(STORY)).duplicate
    assert not compare(update, text_of(STORY), same_source=True).duplicate


@pytest.mark.parametrize("text", ["", "   \n", "؟!…", "َُِّ", "\ud800"])
def test_texts_without_words_are_never_duplicates(text: str) -> None:
    for other in (text, article(1)):
        verdict = compare(text, other)
        assert (verdict.duplicate, verdict.similarity, verdict.jaccard) == (False, 0.0, 0.0)


@pytest.mark.parametrize("text", ["كلمة", "12", "٢٠٢٤ ٣", "\ud800 خبر"])
def test_the_shortest_texts_only_equal_themselves(text: str) -> None:
    assert compare(text, text).reason is Reason.EXACT
    assert not compare(text, text + " أخرى").duplicate


def test_a_megabyte_compares_with_a_page() -> None:
    long = " ".join(article(seed, 40) for seed in range(400))
    assert len(long) > 1_000_000
    assert compare(long, article(1, 40)).reason is Reason.CONTAINS


@given(st.integers(0, 300), st.integers(0, 300), st.floats(0, 1))
@settings(max_examples=100)
def test_containment_follows_from_jaccard_and_sizes(smaller: int, more: int, share: float) -> None:
    shared = round(smaller * share)
    together = smaller + smaller + more - shared
    evidence = Evidence(shared / together if together else 0.0, (smaller, smaller + more))
    assert evidence.containment == pytest.approx(shared / smaller if smaller else 0.0)


def test_the_verdict_is_seen_from_the_first_text() -> None:
    limits = Thresholds()
    for sizes, reason in (((100, 400), Reason.CONTAINED), ((400, 100), Reason.CONTAINS)):
        assert judge(Evidence(0.25, sizes), limits).reason is reason
    assert judge(Evidence(0.30, (100, 110)), limits).reason is Reason.DIFFERENT
    assert judge(Evidence(0.40, (100, 110)), limits, required=0.5).duplicate
    assert judge(Evidence(0.60, (100, 110), opening=0.4), limits).opening == 0.4
    assert judge(Evidence(0.60, (100, 110), opening=0.05), limits).duplicate  # .79 of it: part of the other
    assert not judge(Evidence(0.60, (100, 110), opening=0.05, estimated=True), limits).duplicate
    assert not judge(Evidence(0.50, (100, 110), opening=0.05), limits).duplicate
    assert not judge(Evidence(0.50, (100, 110), opening=0.05), limits, required=0.5).duplicate
    assert judge(Evidence(0.99, (100, 100), opening=0.05), limits).duplicate


FIGURES = st.lists(
    st.tuples(st.integers(0, (1 << 32) - 1), st.integers(0, (1 << 32) - 1)),
    unique_by=lambda pair: pair[0],
    max_size=7,
)


@given(FIGURES, FIGURES)
@settings(max_examples=100)
def test_sketches_of_few_figures_lose_hardly_anything(
    shared: list[tuple[int, int]], own: list[tuple[int, int]]
) -> None:
    """Within their 16 bits, sketches that aren't full say what all figures say."""

    def pack(pairs: list[tuple[int, int]]) -> list[int]:
        coarse = {(place >> 22 << 22, number & 63 or 1) for place, number in pairs}
        return sorted(place << 32 | number for place, number in coarse)

    mine, other = pack(shared), pack((shared + own)[:7])
    assert compare_marks(figure_marks(mine), figure_marks(other)) == compare_figures(mine, other)


def test_sketches_of_many_figures_compare_where_both_look() -> None:
    dice = random.Random(5)
    for _ in range(50):
        places = [dice.getrandbits(32) << 32 for _ in range(30)]
        one = sorted(place | dice.getrandbits(32) for place in places)
        other = sorted(place | dice.getrandbits(32) for place in places[:15])
        kept, changed = compare_marks(figure_marks(one), figure_marks(other))
        assert kept + changed <= 8
        assert compare_marks(figure_marks(one), figure_marks(one))[1] == 0
        assert compare_marks(b"", figure_marks(one)) == (0, 0)


@pytest.mark.data
def test_labelled_pairs_of_real_news() -> None:
    folder = DATA / "texts"
    if not (folder / "pairs.jsonl").exists():
        pytest.skip(f"no labelled pairs in {folder}")
    with gzip.open(folder / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = {row["id"]: row["text"] for row in map(json.loads, lines)}
    said: dict[str, list[bool]] = {}
    for line in (folder / "pairs.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        said.setdefault(row["label"], []).append(compare(texts[row["a"]], texts[row["b"]]).duplicate)
    assert not any(said["different"] + said["followup"] + said["independent"])
    assert sum(said["copy"]) >= 8
    assert len(said["copy"]) == 9


def test_a_report_that_stands_whole_in_a_round_up_is_contained_and_a_quotation_is_not() -> None:
    report, others = sentences(1, 8), sentences(2, 30)
    assert compare(" ".join(report), " ".join([*others, *report[:7]])).reason is Reason.CONTAINED
    follow_up = " ".join([*others[:14], *report[:5]])
    assert not compare(" ".join(report), follow_up).duplicate


@pytest.mark.parametrize(
    ("size", "changed", "hours", "duplicate"),
    [
        (130, 2, 1, True),
        (130, 2, 30, False),  # the next day's report
        (130, 4, 1, False),
        (900, 4, 1, True),
        (900, 4, 30, True),
        (900, 7, 1, False),
    ],
)
def test_so_many_numbers_may_change_as_a_text_is_long(
    size: int, changed: int, hours: float, duplicate: bool
) -> None:
    pair = Evidence(
        0.6, (size, size), figures_kept=2, figures_changed=changed, opening=0.5, hours_apart=hours
    )
    assert judge(pair, Thresholds()).duplicate is duplicate
