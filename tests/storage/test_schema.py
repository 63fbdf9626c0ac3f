"""A database that an earlier version made takes what this one writes."""

from datetime import UTC, datetime

from crawler.model.article import Disposition
from crawler.storage.connect import Stores
from crawler.storage.schema import VALIDATORS, ensure_schema

PAGE = {
    "_id": "site/1",
    "site": "site",
    "url": "https://site.example/1",
    "state": "pending",
    "discovered_by": "feed",
    "discovered_at": datetime(2026, 11, 29, tzinfo=UTC),
}


def test_an_archive_of_an_earlier_version_learns_new_dispositions_and_indexes(stores: Stores) -> None:
    old = {**VALIDATORS["pages"], "properties": {"last_disposition": {"enum": [None, "stored"]}}}
    stores.db.create_collection("pages", validator={"$jsonSchema": old})
    stores.db.meta.insert_one({"_id": "schema", "version": 1})
    ensure_schema(stores.db)
    stores.db.pages.insert_one({**PAGE, "last_disposition": str(Disposition.UNCONFIRMED)})
    assert "text_bands" in {index["name"] for index in stores.db.pages.list_indexes()}
