"""The rule that says which texts have to be said again: both sides of each of its bounds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from crawler.model.article import UnconfirmedReason
from crawler.pipelines.confirmation import (
    MANY,
    Candidate,
    is_another_text,
    page_text,
    to_withdraw,
    unconfirmed,
)
from crawler.pipelines.fingerprint import Fingerprint, sketch_text
from crawler.storage.page_texts import CONFIRMED_AFTER, PageText, TextHolder

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
WALL = "نقوم حالياً بنقل الموقع إلى خادم جديد لتقديم خدمة أفضل وسنعود إليكم خلال ساعات قليلة شكراً لصبركم"
COUNTED = f"{WALL} رقم الطلب {{}}"
OPEN_SINCE = timedelta(hours=7)


def _mark(text: str = WALL, **changes: object) -> Fingerprint:
    sketch = sketch_text(text)
    assert sketch is not None
    return replace(Fingerprint(sketch, headline="site"), **changes)  # type: ignore[arg-type]


def _candidate(text: str = WALL, *, since: timedelta | None = None, **changes: object) -> Candidate:
    mark_changes = {name: changes.pop(name) for name in list(changes) if name in Fingerprint.__slots__}
    candidate = Candidate(_mark(text, **mark_changes), None, NOW)
    if since is not None:
        earlier = page_text(replace(candidate, at=NOW - since), "site")
        candidate = replace(candidate, earlier=earlier)
    return replace(candidate, **changes)  # type: ignore[arg-type]


def _text(text: str = WALL, **changes: object) -> PageText:
    return replace(page_text(Candidate(_mark(text), None, NOW), "site"), **changes)  # type: ignore[arg-type]


def _holders(number: int, text: str = WALL, **changes: object) -> list[TextHolder]:
    return [
        TextHolder(f"site/{n}", f"https://site.example/{n}", _text(text, **changes), str(n), stored=True)
        for n in range(number)
    ]


def test_a_text_of_one_address_is_taken_at_once() -> None:
    assert unconfirmed(_candidate(), []) is None


@pytest.mark.parametrize("number", [1, MANY])
def test_what_other_addresses_say_waits_unless_its_source_speaks_of_it(number: int) -> None:
    holders = _holders(number)
    assert unconfirmed(_candidate(), holders) is UnconfirmedReason.SHARED
    vouched = unconfirmed(_candidate(is_vouched=True), holders)
    assert vouched is (None if number + 1 < MANY else UnconfirmedReason.SHARED)


def test_a_story_under_two_headlines_that_both_speak_of_it_is_no_wall() -> None:
    candidate = _candidate(is_coherent=True, headline="another")
    assert unconfirmed(candidate, _holders(2)) is None
    assert unconfirmed(_candidate(is_coherent=True), _holders(2)) is UnconfirmedReason.SHARED


def test_an_article_in_two_sections_has_one_headline_and_one_time() -> None:
    holders = _holders(1, published_at=NOW)
    assert unconfirmed(_candidate(published_at=NOW), holders) is None
    later = _candidate(published_at=NOW + timedelta(hours=1))
    assert unconfirmed(later, holders) is UnconfirmedReason.SHARED


def test_dated_copies_under_a_headline_that_speaks_of_them_are_copies() -> None:
    holders = _holders(MANY, published_at=NOW)
    candidate = _candidate(is_coherent=True, published_at=NOW + timedelta(minutes=1))
    assert unconfirmed(candidate, holders) is None
    assert unconfirmed(replace(candidate, likeness=0.0, replaces=True), holders) is UnconfirmedReason.SHARED


def test_bulletins_that_differ_in_their_figures_and_days_are_taken() -> None:
    holders = _holders(30, COUNTED.format(5), published_at=NOW - timedelta(days=1))
    today = _candidate(COUNTED.format(6), published_at=NOW)
    assert unconfirmed(today, holders) is None
    assert unconfirmed(_candidate(COUNTED.format(6)), holders) is UnconfirmedReason.SHARED
    # A server's page that tells the time tells that of the day.
    earlier = _candidate(COUNTED.format(6), published_at=NOW - timedelta(days=1, minutes=-5))
    assert unconfirmed(earlier, holders) is UnconfirmedReason.SHARED
    waiting = [replace(holder, stored=False) for holder in holders]
    assert unconfirmed(today, waiting) is UnconfirmedReason.SHARED


def test_a_few_that_say_the_same_at_a_second_look_are_believed_and_many_are_not() -> None:
    later = _candidate(since=OPEN_SINCE)
    assert unconfirmed(later, _holders(MANY - 2)) is None
    assert unconfirmed(later, _holders(MANY)) is UnconfirmedReason.SHARED
    assert unconfirmed(_candidate(since=OPEN_SINCE, is_vouched=True), _holders(MANY)) is None
    assert unconfirmed(_candidate(since=CONFIRMED_AFTER / 2), _holders(1)) is UnconfirmedReason.SHARED


def test_what_replaces_a_stored_text_waits_for_a_second_look_and_then_goes_in() -> None:
    candidate = _candidate(likeness=0.0, replaces=True)
    assert unconfirmed(candidate, []) is UnconfirmedReason.REPLACES
    again = _candidate(since=OPEN_SINCE, likeness=0.0, replaces=True)
    assert unconfirmed(again, []) is None
    # Not where another address says so, too: that is the server's, however long it lasts.
    assert unconfirmed(again, _holders(1)) is UnconfirmedReason.SHARED


def test_another_text_at_the_second_look_begins_anew() -> None:
    earlier = page_text(
        Candidate(_mark("نص آخر لا علاقة له بما سبق أبداً وله كلمات غيرها"), None, NOW), "site"
    )
    candidate = _candidate(likeness=0.0, replaces=True, earlier=replace(earlier, first_at=NOW - OPEN_SINCE))
    assert unconfirmed(candidate, []) is UnconfirmedReason.REPLACES


def test_an_edited_article_is_no_wall_though_a_copy_says_the_same() -> None:
    assert unconfirmed(_candidate(likeness=0.6), _holders(1)) is None
    assert unconfirmed(_candidate(likeness=0.2), _holders(1)) is UnconfirmedReason.SHARED


def test_a_new_page_that_contradicts_its_source_waits_once() -> None:
    assert unconfirmed(_candidate(is_contradicted=True), []) is UnconfirmedReason.CONTRADICTED
    assert unconfirmed(_candidate(is_contradicted=True, since=OPEN_SINCE), []) is None
    assert unconfirmed(_candidate(is_contradicted=True, likeness=0.3), []) is None


def test_what_is_withdrawn_was_seen_once_and_is_vouched_for_by_nobody() -> None:
    (plain,) = _holders(1)
    waiting = replace(plain, stored=False)
    vouched = replace(plain, text=replace(plain.text, is_vouched=True))
    confirmed = replace(plain, text=replace(plain.text, first_at=NOW - OPEN_SINCE))
    old = replace(
        plain,
        text=replace(plain.text, first_at=NOW - timedelta(days=8), last_at=NOW - timedelta(days=8)),
    )
    assert to_withdraw(_candidate(), [plain, waiting, vouched, confirmed, old]) == [plain, vouched]
    assert to_withdraw(_candidate(), [plain, vouched]) == [plain]


OLD = "استأنفت ورشة الترميم عملها في الجسر الحجري بعد توقف دام شهرين وقال مديرها إن العمال عادوا إلى الموقع"
REWRITTEN = "عاد العمال إلى الجسر الحجري القديم أمس وتنتهي أعمال ترميمه قبل حلول الشتاء بحسب ما أعلنت البلدية"
TITLE = "استئناف ترميم الجسر الحجري القديم"


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        (TITLE, OLD + " ثم غادروا", False),
        (TITLE, REWRITTEN, False),
        ("العمال يعودون إلى الجسر", REWRITTEN, False),
        (TITLE, WALL, True),
        (TITLE, f"{TITLE} {WALL}", True),
        ("الموقع ينتقل إلى خادم جديد", WALL, True),
        (TITLE, "", False),
        ("الموقع ينتقل إلى خادم جديد", "", True),
    ],
)
def test_a_rewritten_story_is_told_from_another_text(title: str, text: str, expected: bool) -> None:
    assert is_another_text(TITLE, OLD, title, text) is expected


def test_looks_are_counted_from_the_first_that_said_so() -> None:
    looks = [_candidate(since=since).first_at for since in (timedelta(), OPEN_SINCE, timedelta(days=2))]
    assert all(earlier > later for earlier, later in pairwise(looks))
