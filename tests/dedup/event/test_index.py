"""Which articles are one event, and that their order decides nothing."""

import random
from datetime import UTC, datetime, timedelta
from itertools import chain, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup.documents import Document
from dedup.errors import DocumentError
from dedup.event import candidates
from dedup.event.grouping import group
from dedup.event.index import EventIndex, event_link, events, window_start

MONDAY = datetime(2024, 12, 2, 9, tzinfo=UTC)

SHELLING = (
    "قتل ثلاثة مدنيين وأصيب سبعة آخرون صباح اليوم الاثنين بقصف مدفعي استهدف السوق الشعبي في بلدة دابق "
    "بريف حلب الشمالي، وقال المسعف سالم الحمود إن القذائف سقطت بين الباعة قرب الفرن الآلي.",
    "ثلاثة قتلى وسبعة جرحى حصيلة سقوط قذائف على سوق بلدة دابق شمالي حلب اليوم الاثنين، ونقل المسعف "
    "سالم الحمود الجرحى من بين بسطات الباعة إلى مشفى مارع.",
    "أفادت مصادر محلية بمقتل 3 أشخاص في دابق بعد أن طالت المدفعية سوقها الشعبي صباح الاثنين، وتضرر "
    "الفرن الآلي ومحال عدة.",
)
BRIDGE = (
    "افتتحت بلدية حماة يوم الاثنين جسراً جديداً على نهر العاصي بعد أعمال استمرت عاماً كاملاً وكلفت مليوني دولار."
)


def documents(gap: timedelta = timedelta(hours=2)) -> list[Document]:
    reports = [
        Document(f"shelling-{number}", text, MONDAY + number * gap, f"site-{number}")
        for number, text in enumerate(SHELLING)
    ]
    return [*reports, Document("bridge", BRIDGE, MONDAY, "site-9")]


WEATHER = (
    "حالة الطقس اليوم {}: تبقى درجات الحرارة قريبة من معدلاتها بنحو {} درجات، ويكون الجو غائماً جزئياً مع "
    "فرصة لهطل زخات متفرقة فوق اللاذقية وطرطوس، والرياح غربية خفيفة السرعة والبحر متوسط ارتفاع الموج."
)


def test_an_outlets_reports_of_two_days_are_two_events() -> None:
    days = [("الاثنين", 3, "coast"), ("الثلاثاء", 4, "coast"), ("الاثنين", 5, "coast")]
    monday, tuesday, late = (
        Document(f"weather-{number}", WEATHER.format(day, degrees), MONDAY + timedelta(hours=number), source)
        for number, (day, degrees, source) in enumerate(days)
    )
    assert event_link(monday, tuesday).probability == 0
    assert event_link(monday, late).probability > 0


def test_two_outlets_notices_of_two_days_from_one_frame_are_two_events() -> None:
    frame = "Three people were killed when an air strike hit a house in {} on {}, the civil defence said."
    monday, tuesday, same_day = (
        Document(day + place, frame.format(place, day), MONDAY + timedelta(hours=number), f"site-{number}")
        for number, (place, day) in enumerate(
            [("Suran", "Monday"), ("Morek", "Tuesday"), ("Suran", "Monday")]
        )
    )
    assert event_link(monday, tuesday).probability == 0
    assert event_link(monday, same_day).probability > 0.5


def test_reports_in_other_words_are_one_event() -> None:
    found = dedup.events(documents())
    assert found == {
        "shelling-0": "shelling-0",
        "shelling-1": "shelling-0",
        "shelling-2": "shelling-0",
        "bridge": "bridge",
    }


def test_a_week_later_it_is_another_event() -> None:
    found = events(documents(timedelta(days=7)))
    assert len(set(found.values())) == 4


def test_what_is_not_known_of_the_time_is_read_in_the_text() -> None:
    rows = [(document.id, document.text, None, document.source) for document in documents()]
    assert set(events(rows).values()) == {"shelling-0", "bridge"}


def test_a_headlines_date_is_its_day_of_the_week() -> None:
    text = "قتل راع وأصيب آخر بقصف مدفعي على أطراف بلدة دابق بريف حلب {}."
    dated = Document("a", text.format("صباحا"), source="site-a", title="قصف دابق، 4-12-2024")
    same, other = (Document(day, text.format(f"يوم {day}"), source="site-b") for day in ("الأربعاء", "السبت"))
    (kept,), (against,) = (
        [change for name, change in event_link(dated, one).reasons if name == "other_weekday"] or [0.0]
        for one in (same, other)
    )
    assert (kept, against < 0) == (0, True)


def test_copies_of_a_story_are_one_event_whatever_their_texts_say() -> None:
    rows = [
        {"id": "b", "text": BRIDGE, "published": MONDAY, "story_id": "s"},
        {"id": "a", "text": "", "published": MONDAY - timedelta(days=30), "story_id": "s"},
    ]
    assert events(rows) == {"b": "a", "a": "a"}
    with pytest.raises(DocumentError, match="document 2: 'title' is 5"):
        events([*rows[:1], {"id": "c", "text": "", "title": 5}])


def test_every_order_and_every_batch_gives_the_same() -> None:
    expected = events(documents())
    for order in permutations(documents()):
        index = EventIndex()
        for document in order:
            index.add([document])
            index.all_events()  # what was settled before must not decide
        assert index.all_events() == expected


def test_whoever_leaves_leaves_nothing() -> None:
    index = EventIndex()
    index.add(documents())
    assert index.members("shelling-0") == ["shelling-0", "shelling-1", "shelling-2"]
    index.remove(["shelling-0", "nobody"])
    assert index.members("shelling-1") == ["shelling-1", "shelling-2"]
    assert index.members("shelling-0") == []
    index.add(documents()[:1])
    assert index.all_events() == events(documents())
    with pytest.raises(KeyError):
        index.event_of("nobody")


def test_what_was_forgotten_keeps_its_event() -> None:
    index = EventIndex()
    index.add(documents())
    before = index.all_events()
    index.forget_before(window_start(MONDAY + timedelta(days=10)))
    assert index.all_events() == before
    index.add(documents(timedelta(hours=3))[1:2])
    assert index.linked("shelling-1") == {}


def test_a_link_says_why() -> None:
    index = EventIndex()
    index.add(documents())
    reports = documents()
    link = event_link(reports[0], reports[1])
    assert link.probability == index.linked("shelling-0")["shelling-1"] > 0.9
    explained = "\n".join(link.explain())
    assert "both have the same rare words in a row" in explained
    assert "دابق" in explained
    assert "سالم الحمود" in explained
    # Words stand as the second article has them: its text, not what is compared.
    written = {word.strip("،.") for word in reports[1].text.split()}
    assert link.shared["words"]
    assert set(link.shared["words"]) <= written
    assert event_link(reports[0], reports[3]).probability < 0.05


def test_an_article_of_a_crowd_is_compared_with_a_bounded_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MOST_CANDIDATES", 3)
    index = EventIndex()
    for number in range(12):
        text = f"{SHELLING[number % 3]} العدد {number}"
        index.add([Document(f"{number:02}", text, MONDAY + timedelta(minutes=number))])
        assert len(index.linked(f"{number:02}")) <= 3


strengths = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]),
    st.floats(0.05, 1.0),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(strengths, st.randoms(use_true_random=False))
def test_groups_divide_all_and_follow_from_the_links_alone(
    chosen: dict[tuple[int, int], float], dice: random.Random
) -> None:
    ids = [str(number) for number in range(10)]
    links: dict[str, dict[str, float]] = {id_: {} for id_ in ids}
    for (one, other), strength in dice.sample(sorted(chosen.items()), len(chosen)):
        links[str(one)][str(other)] = links[str(other)][str(one)] = strength
    ordered = {id_: dict(sorted(links[id_].items())) for id_ in ids}
    bounds = dict.fromkeys(ids, 0.4)
    groups = group(links, dice.sample(ids, len(ids)), bounds)
    assert sorted(chain(*groups)) == ids
    assert groups == group(ordered, ids, bounds)
    apart = {"0": {"1", "2"}, "1": {"0"}, "2": {"0"}}
    assert not any("0" in ids_ and {"1", "2"} & set(ids_) for ids_ in group(links, ids, bounds, apart))


def test_a_round_up_does_not_make_two_events_one() -> None:
    links = {
        "a": {"b": 0.9, "r": 0.7},
        "b": {"a": 0.9},
        "c": {"d": 0.9, "r": 0.7},
        "d": {"c": 0.9},
        "r": {"a": 0.7, "c": 0.7},
    }
    assert group(links, "abcdr", dict.fromkeys("abcdr", 0.4)) == [["a", "b"], ["c", "d"], ["r"]]


def test_what_a_person_told_apart_is_never_one_event() -> None:
    index = EventIndex()
    index.add(documents())
    index.mark_apart([("shelling-0", "shelling-1"), ("bridge", "nobody")])
    # The third report goes where it is most like; nothing leads from one to the other through it.
    assert index.event_of("shelling-0") != index.event_of("shelling-1")
    assert index.event_of("shelling-2") in ("shelling-0", "shelling-1")
    assert index.all_events() == events(documents(), apart=[("shelling-1", "shelling-0")])
    index.mark_apart([("shelling-1", "shelling-0")], undo=True)
    assert index.all_events() == events(documents())


def test_what_hangs_on_to_an_event_does_not_divide_it() -> None:
    size = 500
    ids = [f"{number:04}" for number in range(size)]
    links: dict[str, dict[str, float]] = {id_: {} for id_ in ids}
    for number in range(size - 1):
        strength = 0.42 if number % 2 == 0 else 0.41
        links[ids[number]][ids[number + 1]] = links[ids[number + 1]][ids[number]] = strength
    assert group(links, ids, dict.fromkeys(ids, 0.4)) == [ids[at : at + 2] for at in range(0, size, 2)]
