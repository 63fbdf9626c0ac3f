"""Time stamps of a real authority: asked for once a day, checked, and never in anybody's way."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.custody.entries import EventKind, new_event
from crawler.custody.time_stamps import TimeStampError, stamped_at
from crawler.operations.archive.time_stamp import stamp_archive, stamp_when_due, trusted_roots
from crawler.operations.archive.verify import verify_archive
from crawler.settings import Settings
from crawler.storage.connect import Stores
from crawler.storage.custody import CustodyLog, log_head, time_stamps
from crawler.storage.schema import ensure_schema
from tests.support.time_stamping import Authority, time_stamping_authority

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with time_stamping_authority(tmp_path_factory.mktemp("tsa")) as running:
        yield running


@pytest.fixture
def stamping(settings: Settings, stores: Stores, authority: Authority) -> Settings:
    ensure_schema(stores.db)
    authority.answer, authority.asked = None, []
    return settings.model_copy(update={"timestamp_url": authority.url, "timestamp_roots": authority.roots})


def _log(stores: Stores, subject: str) -> None:
    CustodyLog().append(stores.db, [new_event(EventKind.SPLIT, NOW, "", subject)])


def test_the_head_is_stamped_once_a_day_and_foreign_tools_agree(
    stamping: Settings, stores: Stores, authority: Authority, tmp_path: Path
) -> None:
    assert stamp_when_due(stores.db, stamping) is None
    assert authority.asked == []  # there is nothing to stamp
    _log(stores, "1")
    assert stamp_when_due(stores.db, stamping) is None
    _log(stores, "2")
    assert stamp_when_due(stores.db, stamping) is None
    assert len(authority.asked) == 1
    (stamp,) = time_stamps(stores.db)
    head = log_head(stores.db)
    assert head is not None
    assert (stamp.number, abs(stamp.at - NOW) < timedelta(hours=1)) == (1, True)
    assert stamp_when_due(stores.db, stamping, stamp.at + timedelta(days=1)) is None
    # The first stamp is an event itself.
    assert [each.number for each in time_stamps(stores.db)] == [1, 3]

    report = verify_archive(stores, stamping)
    assert (report.findings, report.is_trusted, report.counts["time stamps"]) == ([], True, 2)
    (tmp_path / "data").write_text(stamp.sha256)
    (tmp_path / "token").write_bytes(stamp.token)
    command = ["openssl", "ts", "-verify", "-data", "data", "-in", "token", "-CAfile", str(authority.roots)]
    verified = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verification: OK" in verified.stdout + verified.stderr


def test_a_token_that_was_changed_or_is_of_another_hash_does_not_hold(
    stamping: Settings, stores: Stores, authority: Authority
) -> None:
    _log(stores, "1")
    stamp_when_due(stores.db, stamping)
    (stamp,) = time_stamps(stores.db)
    roots = trusted_roots(stamping)
    assert stamped_at(stamp.token, stamp.sha256, roots) == stamp.at == stamped_at(stamp.token, stamp.sha256)
    with pytest.raises(TimeStampError):
        stamped_at(stamp.token, "0" * 64, roots)
    missed = []
    for place in range(0, len(stamp.token), 41):
        token = bytearray(stamp.token)
        token[place] ^= 1
        try:
            at = stamped_at(bytes(token), stamp.sha256, roots)
        except TimeStampError:
            continue
        missed.append((place, at))
    # Some bytes of the wrapping are free; what the token says is not.
    assert all(at == stamp.at for _, at in missed)
    assert len(missed) <= 3
    stores.db.time_stamps.update_one({"_id": 1}, {"$set": {"at": NOW - timedelta(days=400)}})
    (finding,) = verify_archive(stores, stamping).findings
    changed = bytes([stamp.token[0], stamp.token[1] ^ 1, *stamp.token[2:]])
    stores.db.time_stamps.update_one({"_id": 1}, {"$set": {"at": stamp.at, "token": changed}})
    untrusting = stamping.model_copy(update={"timestamp_roots": None})
    assert verify_archive(stores, untrusting).findings
    assert "states another time" in finding.problem


def test_an_authority_that_is_away_or_answers_nonsense_is_reported_and_harms_nothing(
    stamping: Settings, stores: Stores, authority: Authority
) -> None:
    _log(stores, "1")
    authority.answer = b"no token"
    problems: list[str] = []
    stamp_archive(stamping, problems.append)
    closed = stamping.model_copy(update={"timestamp_url": "http://127.0.0.1:9/"})
    stamp_archive(closed, problems.append)
    assert len(problems) == 2
    assert all(problem.startswith("the custody log could not be stamped by http") for problem in problems)
    assert time_stamps(stores.db) == []
    stamp_archive(stamping.model_copy(update={"timestamp_url": None}), problems.append)
    assert len(problems) == 2
