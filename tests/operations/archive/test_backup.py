import gzip
import json
import os
import stat
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gridfs
import pytest
from bson import Binary, Decimal128, Int64, ObjectId, Regex, Timestamp
from pymongo.errors import WriteError

from crawler.errors import StoreUnavailableError
from crawler.model.seal import Seal, SealedField
from crawler.operations.archive.backup import BackupError, backup, restore, restore_was_interrupted, verify
from crawler.settings import Settings
from crawler.storage import dump
from crawler.storage.connect import Stores, open_stores
from crawler.storage.embedded import MongoServer
from crawler.storage.schema import INDEXES, ensure_schema
from crawler.storage.seals import Seals
from crawler.storage.stored_article import ArticleReader

DOCUMENT: dict[str, Any] = {
    "_id": ObjectId(),
    "text": "«سطر أول»\nسطر ثانٍ 🌍 \u200f\u0000",
    "at": datetime(2024, 12, 4, 7, 30, 15, 123000, tzinfo=UTC),
    "before": datetime(1, 1, 1, tzinfo=UTC),
    "bytes": b"\x00\xff",
    "binary": Binary(b"\x01" * 16, 4),
    "int": 7,
    "long": Int64(7),
    "large": Int64(2**62),
    "float": 7.0,
    "small": 5e-324,
    "infinite": float("-inf"),
    "decimal": Decimal128("7.00"),
    "none": None,
    "flag": True,
    "order": {"b": 1, "a": [1, {"c": []}, {}]},
    "regex": Regex("^خ", "i"),
    "stamp": Timestamp(5, 6),
    "nested": {"$oid": "not an id"},
}


def article(number: int) -> dict[str, Any]:
    return {
        "_id": f"{number:032x}",
        "site": "first",
        "url": f"https://first.example/{number}",
        "title": f"خبر {number}",
        "text": "نص الخبر " * 30,
        "first_seen_at": datetime(2024, 12, 4, tzinfo=UTC),
        "revision": 1,
        "text_sha256": "0" * 64,
        "story_id": f"{number:032x}",
        "published_at": None,
    }


def fill(stores: Stores, articles: int = 450) -> None:
    ensure_schema(stores.db)
    stores.db.articles.insert_many([article(number) for number in range(articles)])
    bucket = gridfs.GridFS(stores.db, collection="raw")
    for size in (0, 10, 300_000):
        bucket.put(os.urandom(size), filename=f"{size}.html")


def content(stores: Stores) -> dict[str, Any]:
    """Everything in the database, down to the types of the values."""
    found: dict[str, Any] = {}
    for one in dump.describe(stores.db):
        documents = [] if one["type"] == "view" else [*dump.batches(stores.db, one["name"])]
        everything = sorted(repr(document) for batch in documents for document in batch)
        found[one["name"]] = (repr(one), everything)
    return found


@pytest.fixture
def other(settings: Settings) -> Any:
    """Stores on another, empty database."""
    with open_stores(
        settings.model_copy(update={"mongodb_database": f"khabar_test_{uuid.uuid4().hex[:12]}"})
    ) as opened:
        try:
            yield opened
        finally:
            opened.mongo.drop_database(opened.db.name)


def test_round_trip(stores: Stores, other: Stores, tmp_path: Path) -> None:
    fill(stores)
    before = content(stores)
    steps: list[tuple[int, int]] = []
    path = tmp_path / "khabar.backup"
    written = backup(stores, path, lambda done, total: steps.append((done, total)))
    assert written.documents["articles"] == 450
    assert written.documents["raw.files"] == 3
    assert steps[0][0] == 0
    assert steps[-1] == (written.total, written.total)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert verify(path) == written

    steps.clear()
    assert restore(other, path, progress=lambda *step: steps.append(step)) == written
    assert steps[-1] == (written.total, written.total)
    assert content(other) == before
    assert not restore_was_interrupted(other.db)

    # Indexes, validators and views are not only listed, they work.
    names = {index["name"] for index in other.db.articles.list_indexes()}
    assert names == {"_id_", *(name for _, name in INDEXES["articles"])}
    with pytest.raises(WriteError):
        other.db.articles.insert_one({"_id": "no title"})
    assert other.db.unique_articles.count_documents({}) == 450
    kept = gridfs.GridFS(other.db, collection="raw").find_one({"filename": "300000.html"})
    there = gridfs.GridFS(stores.db, collection="raw").find_one({"filename": "300000.html"})
    assert kept is not None
    assert there is not None
    assert kept.read() == there.read()


def test_every_type_is_kept(stores: Stores, other: Stores, tmp_path: Path) -> None:
    collection = stores.db.get_collection("odd", codec_options=dump.CODEC)
    document = dict(DOCUMENT)
    plain = {name: value for name, value in document.items() if name != "nested"}
    collection.insert_one(document)
    stores.db.plain.insert_one(plain)
    backup(stores, tmp_path / "b")
    restore(other, tmp_path / "b")
    assert content(other) == content(stores)
    found = other.db.get_collection("plain", codec_options=dump.CODEC).find_one()
    kept = stores.db.get_collection("plain", codec_options=dump.CODEC).find_one()
    assert found == kept
    assert found is not None
    assert list(found) == list(plain)
    assert {name: type(value) for name, value in found.items()} == {
        name: type(value) for name, value in (kept or {}).items()
    }
    assert isinstance(found["long"], Int64)
    assert found["text"] == document["text"]
    assert found["at"] == document["at"]


def test_a_document_that_the_validator_would_refuse_is_restored(
    stores: Stores, other: Stores, tmp_path: Path
) -> None:
    stores.db.articles.insert_one({"_id": "old"})
    stores.db.command("collMod", "articles", validator={"$jsonSchema": {"required": ["title"]}})
    backup(stores, tmp_path / "b")
    restore(other, tmp_path / "b")
    assert other.db.articles.find_one() == {"_id": "old"}


def test_from_one_server_to_another(stores: Stores, data_dir: Path, tmp_path: Path) -> None:
    fill(stores, 20)
    backup(stores, tmp_path / "b")
    with open_stores(Settings(data_dir=data_dir, mongodb_database="elsewhere")) as elsewhere:
        restore(elsewhere, tmp_path / "b")
        assert content(elsewhere) == content(stores)


def test_a_database_with_documents_is_kept_unless_told_otherwise(
    stores: Stores, other: Stores, tmp_path: Path
) -> None:
    fill(stores, 5)
    backup(stores, tmp_path / "b")
    ensure_schema(other.db)
    other.db.articles.insert_one(article(1000))
    other.db.leftover.insert_one({"_id": 1})
    with pytest.raises(BackupError, match=r"is not empty \(articles, leftover\).*--replace"):
        restore(other, tmp_path / "b")
    assert other.db.articles.count_documents({}) == 1
    restore(other, tmp_path / "b", replace=True)
    assert content(other) == content(stores)


def test_an_empty_database_that_was_opened_before_is_empty(
    stores: Stores, other: Stores, tmp_path: Path
) -> None:
    fill(stores, 5)
    backup(stores, tmp_path / "b")
    ensure_schema(other.db)
    restore(other, tmp_path / "b")
    assert content(other) == content(stores)


def test_an_empty_archive(stores: Stores, other: Stores, tmp_path: Path) -> None:
    assert backup(stores, tmp_path / "b").total == 0
    assert restore(other, tmp_path / "b").total == 0


def damaged(whole: bytes) -> dict[str, bytes]:
    lines = gzip.decompress(whole).splitlines(keepends=True)
    header = json.loads(lines[0])
    newer = json.dumps(header | {"version": {"$numberInt": "99"}}).encode() + b"\n"
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    return {
        "cut off or damaged, half of it": whole[: len(whole) // 2],
        "cut off, at the end of a line": gzip.compress(b"".join(lines[:-1])),
        "damaged, a document missing": gzip.compress(b"".join(lines[:2] + lines[3:])),
        "damaged, a document twice": gzip.compress(b"".join(lines[:2] + lines[1:])),
        "damaged, another text": gzip.compress(b"".join(lines).replace(b"\xd8", b"\xd9", 1)),
        "cut off, only a header": gzip.compress(lines[0]),
        "newer Khabar": gzip.compress(b"".join([newer, *lines[1:]])),
        "not a backup or damaged, a bit": bytes(flipped),
        "not a backup, plain text": b"hello\n",
        "not a backup, empty": b"",
        "not a backup, other JSON": gzip.compress(b'{"a": 1}\n'),
        "not a backup, no JSON": gzip.compress(b"\xff\xff\n"),
    }


def test_a_file_that_is_not_whole_changes_nothing(stores: Stores, other: Stores, tmp_path: Path) -> None:
    fill(stores, 30)
    backup(stores, tmp_path / "b")
    other.db.articles.insert_one({"_id": "stays"})
    for name, bad in damaged((tmp_path / "b").read_bytes()).items():
        (tmp_path / "bad").write_bytes(bad)
        with pytest.raises(BackupError, match=name.partition(",")[0].replace(" or ", "|")) as caught:
            restore(other, tmp_path / "bad", replace=True)
        assert "\n" not in str(caught.value)
        assert other.db.articles.find_one() == {"_id": "stays"}
    with pytest.raises(BackupError, match="No such file"):
        restore(other, tmp_path / "missing")


def test_a_backup_that_fails_leaves_the_older_one(
    stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(stores, 5)
    path = tmp_path / "b"
    first = backup(stores, path)

    def fails(done: int, total: int) -> None:
        if done:
            raise OSError(28, "No space left on device")

    with pytest.raises(BackupError, match="cannot be written: No space left"):
        backup(stores, path, fails)
    assert verify(path) == first
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(BackupError, match="is a folder"):
        backup(stores, tmp_path)
    with pytest.raises(BackupError, match="No such file"):
        backup(stores, tmp_path / "no" / "folder")


def test_an_interrupted_restore_is_noticed_and_can_be_done_again(
    stores: Stores, other: Stores, tmp_path: Path
) -> None:
    fill(stores, 450)
    backup(stores, tmp_path / "b")

    class StoppedError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done > 200:
            raise StoppedError

    with pytest.raises(StoppedError):
        restore(other, tmp_path / "b", progress=stop)
    assert restore_was_interrupted(other.db)
    with pytest.raises(BackupError, match="half restored"):
        backup(other, tmp_path / "half")
    with pytest.raises(BackupError, match="--replace"):
        restore(other, tmp_path / "b")
    restore(other, tmp_path / "b", replace=True)
    assert content(other) == content(stores)


def test_what_was_sealed_since_the_backup_stays_sealed(stores: Stores, tmp_path: Path) -> None:
    ensure_schema(stores.db)
    fill(stores, 3)
    seals, file = Seals(stores.db), tmp_path / "a.backup"

    def put(number: int, reason: str, hour: int) -> None:
        at = datetime(2024, 12, 5, hour, tzinfo=UTC)
        fields = frozenset({SealedField.TEXT})
        seals.put(article(number), Seal(article(number)["_id"], fields, reason, at))

    put(0, "before", 1)
    backup(stores, file)
    put(0, "other words", 2)
    put(1, "since", 2)

    def stop(done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(stores, file, replace=True, progress=stop)
    summary = restore(stores, file, replace=True)
    assert summary.kept_seals == 2
    reasons = {id_: seal.reason for id_, seal in seals.of_site(None).items()}
    assert reasons == {article(0)["_id"]: "other words", article(1)["_id"]: "since"}
    assert len(ArticleReader(stores.db).headers([article(n)["_id"] for n in range(3)])) == 1
    assert restore(stores, file, replace=True).kept_seals == 2


def test_a_store_that_goes_away_is_one_line(data_dir: Path, tmp_path: Path) -> None:
    with open_stores(Settings(data_dir=data_dir, store_timeout=0.5)) as opened:
        opened.db.articles.insert_one({"_id": 1})
        MongoServer(data_dir).stop()
        with pytest.raises(StoreUnavailableError, match="the backup stopped, as MongoDB failed") as caught:
            backup(opened, tmp_path / "b")
        assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
