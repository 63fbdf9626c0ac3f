"""Whatever is changed in an archive or in its custody log is found, and nothing is found where nothing
was."""

import hashlib
import random
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.custody.canonical import canonical, sha256_of
from crawler.custody.entries import EventKind, Head, entry_sha256, new_event, next_entry
from crawler.custody.verify import Ledger
from crawler.storage.custody import entry_of
from tests.support.custody_archive import BEGUN, change, small_archive

CHANGES = 250
"""`python -m benchmarks.custody` makes 10,000."""


def test_each_of_some_hundred_random_changes_is_found_and_none_where_there_is_none() -> None:
    archive, chance = small_archive(), random.Random(4)
    assert archive.findings() == []
    missed = []
    for _ in range(CHANGES):
        changed, what = change(archive, chance)
        if not changed.findings():
            missed.append(what)
    assert missed == []
    assert archive.findings() == []


def test_a_change_is_named_by_what_was_changed() -> None:
    archive = small_archive()
    article = archive.articles[f"{2:032x}"]
    article["title"] += "!"
    (finding,) = archive.findings()
    assert (finding.kind, finding.subject, finding.site) == ("article", article["_id"], "barada")
    assert "is another one than entry" in finding.problem

    archive = small_archive()
    archive.segments["two.warc.gz"] = archive.segments["two.warc.gz"].replace(b"\x00", b"\x01")
    assert {finding.subject for finding in archive.findings()} == {"two.warc.gz"}

    archive = small_archive()
    del archive.entries[3:5]
    assert "4 to 5" in {finding.subject for finding in archive.findings()}


def test_an_entry_that_is_written_anew_with_its_hash_breaks_the_chain() -> None:
    archive = small_archive()
    document = archive.entries[2]
    event = new_event(EventKind.REMOVAL, document["at"], "barada", f"{0:032x}", sha256="0" * 64)
    entry = next_entry(None, document["at"], [event])
    document["events"], document["sha256"] = [], entry.sha256
    problems = [finding.problem for finding in archive.findings() if finding.subject == "4"]
    assert problems == ["does not follow the one before: one of both was changed"]


def test_a_story_a_copy_and_a_look_are_named_by_what_is_wrong() -> None:
    archive = small_archive()
    copy = archive.articles[f"{5:032x}"]
    for field, value, problem in (
        ("story_id", "f" * 32, "its story is called by no article"),
        ("duplicate_of", "f" * 32, "which is not in the archive"),
        ("duplicate_of", f"{1:032x}", "which is in another story"),
        ("duplicate_reason", "nearly", "its reason is none: 'nearly'"),
        ("similarity", 0.5, "not those that were measured"),
        ("pair", {**copy["pair"], "jaccard": 0.5}, "not those that both texts give"),
        ("pair", {**copy["pair"], "texts": ["0" * 64, "1" * 64]}, "of wordings that neither has had"),
        ("signature", {**copy["signature"], "size": 1}, "its signature is not that of its text"),
        ("duplicate_of", None, "it is like an article that is not named"),
        ("checked_at", BEGUN, "was looked at last at another time than entry"),
        ("aliases", [], "is found by other addresses than entry"),
    ):
        before, copy[field] = copy[field], value
        assert problem in " ".join(finding.problem for finding in archive.findings()), field
        copy[field] = before
    assert archive.findings() == []
    # Into the story of an article that is no copy either.
    archive.articles[f"{3:032x}"]["story_id"] = f"{2:032x}"
    (finding,) = archive.findings()
    assert (finding.subject, finding.problem) == (
        f"{3:032x}",
        f"it is no copy, and neither is {2:032x} in the same story",
    )


def test_articles_that_an_earlier_version_entered_may_have_been_looked_at_since() -> None:
    archive, head = small_archive(), None
    for document in archive.entries:
        for event in document["events"]:
            for name in ("checked_at", "aliases"):
                event["facts"].pop(name, None)
        entry = next_entry(head, document["at"], entry_of(document).events)
        document |= {"previous": entry.previous, "sha256": entry.sha256}
        head = Head(entry.number, entry.sha256)
    assert head is not None
    archive.head = head
    archive.articles[f"{1:032x}"]["checked_at"] = None
    assert archive.findings() == []


@pytest.mark.parametrize("broken", [{"at": None}, {"events": [{}]}, {"previous": 5}, {"sha256": None}])
def test_an_entry_that_is_no_entry_is_a_finding_and_no_error(broken: dict[str, object]) -> None:
    archive = small_archive()
    archive.entries[1] |= broken
    assert "2" in {finding.subject for finding in archive.findings()}


def test_a_time_stamp_of_another_log_is_found() -> None:
    ledger = Ledger()
    entry = next_entry(None, datetime(2024, 1, 1, tzinfo=UTC), [])
    token = new_event(EventKind.TIME_STAMP, entry.at, "", "1", sha256=hashlib.sha256(b"token").hexdigest())
    stamped = next_entry(Head(1, entry.sha256), entry.at, [token])

    def problems(sha256: str, data: bytes) -> int:
        assert list(ledger.read([entry, stamped], None)) == []
        return len(list(ledger.check_time_stamp(1, sha256, data)))

    assert [problems(entry.sha256, b"token"), problems("0" * 64, b"token"), problems(entry.sha256, b"x")] == [
        0,
        1,
        1,
    ]
    assert list(ledger.missing_time_stamps()) == []
    assert list(ledger.read([entry, stamped], None)) == []
    assert [finding.subject for finding in ledger.missing_time_stamps()] == ["1"]
    assert entry_sha256(entry) == entry.sha256


def test_equal_moments_and_fields_without_a_value_have_one_form() -> None:
    at = datetime(2024, 12, 4, 13, 0, 0, 123999, tzinfo=timezone(timedelta(hours=3)))
    assert canonical({"b": None, "a": at, "ا": [1, {"x": None}]}) == (
        '{"a":"2024-12-04T10:00:00.123Z","ا":[1,{}]}'.encode()
    )
    with pytest.raises(TypeError):
        canonical({"a": b"bytes"})


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(max_size=8), st.one_of(st.text(max_size=8), st.integers(), st.booleans())))
def test_the_hash_does_not_depend_on_the_order(values: dict[str, object]) -> None:
    assert sha256_of(values) == sha256_of(dict(reversed(values.items())))
