import hashlib
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest

from crawler.custody.entries import EventKind, new_event
from crawler.errors import UsageError
from crawler.model.seal import WithheldError, sealed_fields
from crawler.operations.archive.custody_files import custody_files
from crawler.operations.archive.evidence import chosen_articles, story_articles, write_evidence
from crawler.operations.archive.seal import seal, unseal
from crawler.operations.archive.time_stamp import stamp_when_due
from crawler.settings import Settings
from crawler.storage.connect import Stores
from crawler.storage.custody import CustodyLog, entries_about
from tests.support import small_archive as small
from tests.support.time_stamping import time_stamping_authority


def test_what_goes_into_a_case_and_what_is_refused(
    stores: Stores, settings: Settings, tmp_path: Path
) -> None:
    small.fill(stores)
    path = tmp_path / "case.wacz"
    selection = chosen_articles(stores, [small.FIRST])
    # The small archive keeps no captures: that is told, and the package is written all the same.
    written = write_evidence(stores, settings, selection, path, sites={})
    (sentences,) = written.missing.values()
    assert sentences[:2] == ["of revision 1 no capture is kept", "of revision 2 no capture is kept"]
    # It was taken down for a while.
    assert [sentence[:19] for sentence in sentences[2:]] == ["of the removal of 2"]
    assert not written.signed
    assert path.stat().st_size

    with pytest.raises(UsageError, match="does not know this address"):
        chosen_articles(stores, ["https://nowhere.example/"])
    with pytest.raises(UsageError, match=r"ends in \.wacz"):
        write_evidence(stores, settings, selection, tmp_path / "case.zip", sites={})
    with pytest.raises(UsageError, match="--story"):
        story_articles(stores, "0" * 31)

    assert len(story_articles(stores, small.COPY).articles) == 3
    for fields in ("text", "image"):
        seal(stores, settings, [small.COPY], reason="x", fields=sealed_fields(fields))
        with pytest.raises(WithheldError):
            chosen_articles(stores, [small.FIRST, small.COPY])
        left = story_articles(stores, small.FIRST)
        assert {article.id for article in left.articles} == {small.FIRST, small.CUT}
        assert left.notes == ["1 articles were left out, being withheld in whole or in part"]
    unseal(stores, settings, [small.COPY])


def test_a_case_holds_its_custody_entries_and_a_stamp_that_openssl_verifies(
    stores: Stores, settings: Settings, tmp_path: Path
) -> None:
    small.fill(stores)
    selection = chosen_articles(stores, [small.FIRST])
    older = custody_files(stores.db, [small.FIRST])
    assert (older.files, len(older.notes)) == ({}, 1)
    log = CustodyLog()
    for kind, subject in ((EventKind.REVISION, small.FIRST), (EventKind.SPLIT, "another")):
        log.append(stores.db, [new_event(kind, datetime.now(UTC), "", subject)])
    assert "no time stamp" in custody_files(stores.db, [small.FIRST]).notes[0]
    (tmp_path / "tsa").mkdir()
    with time_stamping_authority(tmp_path / "tsa") as authority:
        stamp_when_due(stores.db, settings.model_copy(update={"timestamp_url": authority.url}))
        written = tmp_path / "case.wacz"
        write_evidence(stores, settings, selection, written, sites={})
        with ZipFile(written) as package:
            package.extractall(tmp_path)
        folder = tmp_path / "evidence"
        command = ["openssl", "ts", "-verify", "-data", "stamp-2.txt", "-in", "stamp-2.tsr", "-CAfile"]
        verified = subprocess.run([*command, authority.roots], cwd=folder, capture_output=True, check=False)
        assert b"Verification: OK" in verified.stdout + verified.stderr
    lines = [json.loads(line) for line in (folder / "custody.jsonl").read_bytes().splitlines()]
    previous = lines[0]["previous"]
    for line in lines:
        stated = line.pop("sha256")
        text = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert (line["previous"], hashlib.sha256(text.encode()).hexdigest()) == (previous, stated)
        previous = stated
    assert (folder / "stamp-2.txt").read_text() == previous

    seal(stores, settings, [small.COPY], reason="x", fields=sealed_fields("text"))
    log.append(stores.db, [new_event(EventKind.REVISION, datetime.now(UTC), "", small.FIRST)])
    files = custody_files(stores.db, [small.FIRST])
    assert "left out" in files.notes[-1]
    assert small.COPY.encode() not in files.files["custody.jsonl"]
    assert [event.kind for entry in entries_about(stores.db, small.COPY) for event in entry.events] == [
        "seal"
    ]
