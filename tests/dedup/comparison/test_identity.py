"""Whom, where and when two alike texts name decides whether they are one story."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import redis

from benchmarks.corpus import Writer
from benchmarks.template_frames import KINDS, Kind
from benchmarks.templates import Notice, notices
from dedup import Index, Reason, compare, prepare_many
from dedup.batch.cluster import cluster_documents

NOON = datetime(2024, 5, 4, 12, tzinfo=UTC)
REST = " ".join(f"{line}." for line in Writer(11).sentences(6))
KILLING = "قتل الشاب {} في بلدة {} برصاص مجهولين أطلقوا النار عليه أمام منزله ثم لاذوا بالفرار. " + REST
RATE = (
    "سجل سعر صرف الدولار في السوق الموازية {} ليرة للشراء و15200 ليرة للمبيع، وبلغ سعر اليورو 16100 ليرة "
    "للشراء و16250 ليرة للمبيع، فيما استقر سعر غرام الذهب عيار 21 في الأسواق المحلية بحسب نشرة الصاغة "
    "الصادرة صباح اليوم عن جمعيتهم في العاصمة."
)
TOLL = "ارتفعت حصيلة القصف على المدينة إلى {} قتيلا و40 جريحا بحسب الدفاع المدني. " + REST


def reason(first: str, second: str, *, same_source: bool, hours: float = 2) -> Reason:
    return compare(
        first,
        second,
        published_a=NOON,
        published_b=NOON + timedelta(hours=hours),
        same_source=same_source,
    ).reason


@pytest.mark.parametrize("same_source", [True, False])
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (KILLING.format("خالد العلي", "نوى"), KILLING.format("سامر حمدان", "نوى"), Reason.OTHER_PEOPLE),
        (KILLING.format("خالد العلي", "نوى"), KILLING.format("خالد العلي", "طفس"), Reason.OTHER_PLACE),
        (RATE.format(15000), RATE.format(15050), Reason.OTHER_FIGURES),
    ],
)
def test_a_frame_filled_otherwise_is_another_event(
    first: str, second: str, expected: Reason, same_source: bool
) -> None:
    assert reason(first, second, same_source=same_source) is expected
    assert reason(second, first, same_source=same_source, hours=480) is expected


NAMED = KILLING.format("خالد العلي", "نوى")


@pytest.mark.parametrize(
    "copy",
    [
        NAMED.replace("خالد العلي", "خالد العلى").replace("بلدة", "بلده"),
        NAMED.replace("الشاب خالد", "المواطن خالد"),
        NAMED.replace("قتل الشاب", "استشهد الشاب"),
        NAMED[: len(NAMED) * 3 // 4],
        f"{' '.join(Writer(12).sentences(2))} {NAMED}",
        f"{NAMED} {' '.join(Writer(13).sentences(2))}",
    ],
    ids=["spelling", "title", "synonym", "cut", "lead", "end"],
)
def test_a_copy_keeps_its_names(copy: str) -> None:
    assert reason(copy, NAMED, same_source=False).is_copy


CRASH = (
    "Un autocar s'est renversé {} près de {}, faisant {} morts et {} blessés, selon la préfecture. "
    "Les secours ont évacué les blessés vers deux hôpitaux, où plusieurs se trouvaient dans un état grave. "
    "Les accidents sont fréquents sur cette route, et les riverains réclament des travaux depuis des années."
)
PRAYERS = (
    "مواقيت الصلاة في المدينة يوم 15 {}: الفجر 5:21 والظهر 11:49 والعصر 2:33 والمغرب 4:54 والعشاء 6:15. "
) + REST


def test_figures_and_days_in_words_are_no_names_of_people() -> None:
    bus = CRASH.format("lundi", "Vesoul", "trois", "onze")
    assert reason(bus, CRASH.format("lundi", "Vesoul", "quatre", "douze"), same_source=False).is_copy
    assert not reason(bus, CRASH.format("mardi", "Cahors", "quatre", "douze"), same_source=False).is_copy
    next_issue = reason(bus, CRASH.format("jeudi", "Vesoul", "trois", "onze"), same_source=False)
    assert next_issue is Reason.OTHER_FIGURES


@pytest.mark.parametrize(("month", "other"), [("كانون الثاني", "يناير"), ("جمادى الثانية", "جمادى الآخرة")])
def test_a_month_has_two_names(month: str, other: str) -> None:
    assert reason(PRAYERS.format(month), PRAYERS.format(other), same_source=False).is_copy
    later = PRAYERS.format("كانون الأول")
    assert reason(PRAYERS.format(month), later, same_source=False) is Reason.OTHER_FIGURES


APPOINTED = "كلف المكتب التنفيذي سعيد {} بإدارة المجمع في {} خلفا لسلفه عصام {}. " + REST


def test_a_frame_is_told_by_a_place_and_two_words_as_by_two_words() -> None:
    first, second = APPOINTED.format("حمدان", "مورك", "نعمان"), APPOINTED.format("رشيد", "مورك", "قاسم")
    assert not reason(first, second, same_source=False).is_copy
    elsewhere = APPOINTED.format("رشيد", "الكسوة", "قاسم")
    assert not reason(first, elsewhere, same_source=False).is_copy


SOURCE = "علمت مراسلتنا في الجنوب من شهود عيان"
DETENTION = (
    "أوقفت دورية تابعة للشرطة الطالب {} في قرية {} أثناء مروره على حاجز عند مدخلها، ونقلته إلى مركز "
    "لم يعرف مكانه. " + REST
)
ATTACK = "Masked men opened fire on Mr {} in the village of {} while he was driving home from work. " + REST


@pytest.mark.parametrize("same_source", [True, False, None])
@pytest.mark.parametrize(
    ("frame", "edit"),
    [
        (DETENTION, {"الطالب": "المعتقل", "أثناء": "خلال", "قرية": "بلدة"}),
        (DETENTION, {"أوقفت": f"{SOURCE}: احتجزت", "أثناء": "خلال"}),
        (DETENTION, {"أوقفت": f"{SOURCE} أن أوقفت", "دورية تابعة": "دورية مسلحة تابعة"}),
        (DETENTION, {f" {REST[-150:]}": ".", "الطالب": "الشاب", "عند": "قرب"}),
        (ATTACK, {"village": "town", "while": "as", "Masked": "Unknown masked"}),
    ],
    ids=["fillers", "lead", "lead and insertion", "cut", "english"],
)
def test_a_desk_s_edits_hide_no_other_person(
    frame: str, edit: dict[str, str], same_source: bool | None
) -> None:
    names = (("Adnan Rahal", "Dael"), ("Wael Sabbagh", "Dael")) if frame is ATTACK else NAMES
    first, second = (frame.format(*one) for one in names)
    copy = frame.format(*names[0])
    for words, other in edit.items():
        second, copy = second.replace(words, other), copy.replace(words, other)
    for mine, theirs in ((first, second), (second, first)):
        verdict = compare(mine, theirs, same_source=same_source)
        assert verdict.reason in (Reason.OTHER_PEOPLE, Reason.DIFFERENT)
    assert compare(copy, first, same_source=False).duplicate


NAMES = (("عدنان رحال", "داعل"), ("وائل صباغ", "داعل"))
SHELLING = (
    "تعرضت الأحياء السكنية في {} بعد ظهر اليوم لقذائف مدفعية ألحقت أضرارا بها، وأكد سكان أن الكهرباء انقطعت. "
)
RAID = "Warplanes bombed residential areas of {} shortly after the truce had ended, residents said. "


@pytest.mark.parametrize(
    ("frame", "first", "second", "edits"),
    [
        (SHELLING + REST, "داعل", "طفس", {"بعد": "عقب", "أن": "بأن"}),
        (RAID + REST, "Dael", "Tafas", {"after": "before", "the truce": "this truce"}),
    ],
    ids=["arabic", "english"],
)
def test_particles_that_a_desk_exchanges_hide_no_other_place(
    frame: str, first: str, second: str, edits: dict[str, str]
) -> None:
    original, other, copy = frame.format(first), frame.format(second), frame.format(first)
    for words, instead in edits.items():
        other, copy = other.replace(f" {words} ", f" {instead} "), copy.replace(f" {words} ", f" {instead} ")
    assert not reason(other, original, same_source=False).is_copy
    assert reason(copy, original, same_source=False).is_copy


def test_a_group_that_a_paper_calls_otherwise_is_the_same() -> None:
    text = f"Fighters of the Islamic State attacked a convoy of the army near the river. {REST}"
    copy = (
        text.replace("the Islamic State", "Daesh")
        .replace("near", "close to")
        .replace("a convoy", "one convoy")
    )
    assert reason(copy, text, same_source=False).is_copy


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("علي", "فراس"),
        ("حسن", "حسين"),
        ("رشد", "رشيد"),
        ("عمر", "عامر"),
        ("سالم", "سليم"),
        ("محمد", "محمود"),
        ("سلمان", "سليمان"),
    ],
)
def test_another_first_name_is_another_person(first: str, second: str) -> None:
    texts = [DETENTION.format(f"{name} رحال", "داعل") for name in (first, second)]
    assert reason(*texts, same_source=False) is Reason.OTHER_PEOPLE


@pytest.mark.parametrize(
    ("first", "second", "one_person"),
    [
        ("Mohammed", "Muhammad", True),
        ("Hassan", "Hasan", True),
        ("Hussein", "Hussain", True),
        ("Ahmad", "Ahmed", True),
        ("Hassan", "Hussein", False),
        ("Kamal", "Kamel", False),
        ("Saad", "Saeed", False),
        ("Mahmoud", "Mohammed", False),
    ],
)
def test_transcriptions_of_one_name_are_one_name(first: str, second: str, one_person: bool) -> None:
    texts = [ATTACK.format(f"{name} Rahal", "Dael") for name in (first, second)]
    assert reason(*texts, same_source=True).is_copy is one_person


def test_vowels_of_a_foreign_name_are_written_as_one_likes() -> None:
    text = f"التقى الوزير دونالد ترامب في العاصمة. {REST}"
    assert reason(text.replace("ترامب", "ترمب"), text, same_source=True).is_copy


def test_a_toll_that_rises_is_an_update_and_that_of_the_next_day_is_not() -> None:
    first, second = TOLL.format(12), TOLL.format(14)
    assert reason(second, first, same_source=True).is_copy
    assert reason(second, first, same_source=True, hours=24) is Reason.OTHER_FIGURES
    assert reason(second, first, same_source=False, hours=24).is_copy


def test_short_items_above_one_note_are_their_own_stories() -> None:
    note = " ".join(f"{line}." for line in Writer(14).sentences(5))
    items = [f"{Writer(seed).sentences(1)[0]}. {note}" for seed in range(20, 60)]
    rows = [(f"{at:032x}", text, NOON + timedelta(minutes=at), "site") for at, text in enumerate(items)]
    assert len(set(cluster_documents(rows).stories.values())) == len(items)


def _rows(found: list[Notice]) -> list[tuple[str, str, datetime, str]]:
    return [(notice.id, notice.text, notice.published, notice.site) for notice in found]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.name}-{'en' if kind.english else 'ar'}")
@pytest.mark.parametrize("sites", [1, 6])
def test_notices_from_one_template_are_stories_of_their_own(kind: Kind, sites: int) -> None:
    found = notices(kind, 5, sites=sites)
    assert len(set(cluster_documents(_rows(found)).stories.values())) >= len(found) - 1


def test_equal_texts_are_one_story_in_an_archive() -> None:
    """A family of notices shares all its bands; each comes four times, two days between."""
    found = notices(next(kind for kind in KINDS if kind.name == "strike"), 7)
    rows = [
        (f"{turn}{notice.id[1:]}", notice.text, notice.published + timedelta(days=2 * turn), f"s{turn}")
        for turn in range(4)
        for notice in found
    ]
    stories = cluster_documents(rows).stories
    assert all(len({stories[f"{turn}{one.id[1:]}"] for turn in range(4)}) == 1 for one in found)
    assert len(set(stories.values())) == len(found)


@pytest.mark.parametrize("order", [1, -1])
def test_the_index_keeps_them_apart_in_any_order(client: "redis.Redis", order: int) -> None:
    index = Index(client, basename="test:identity")
    for kind in KINDS[::3]:
        index.clear()
        found = notices(kind, 6, count=14, sites=3)[::order]
        texts = {notice.id: notice.text for notice in found}

        def stored(ids: Sequence[str], texts: dict[str, str] = texts) -> dict[str, str]:
            return {id_: texts[id_] for id_ in ids}

        for one in prepare_many(_rows(found)):
            index.check_and_insert([one], texts=stored)
        assert index.stats().stories >= len(found) - 1
