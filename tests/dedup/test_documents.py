"""Documents are read in the forms in which callers have them, and nothing that is given is dropped."""

import math
import sqlite3
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, NamedTuple

import numpy as np
import pytest
import redis

from dedup import Document, DocumentError, Index, cluster, compare, prepare, prepare_many
from dedup.documents import document_of
from tests.support.texts import article, sentences

NOON = datetime(2024, 12, 4, 12, tzinfo=UTC)
MIDNIGHT = NOON.replace(hour=0)


class TableRow(NamedTuple):
    """As pandas' itertuples gives it."""

    Index: int
    id: str
    text: str
    published: datetime
    source: str


class Missing:
    """Compares as pandas' NA does: neither equal nor unequal to itself."""

    def __ne__(self, other: object) -> Any:
        return self

    def __eq__(self, other: object) -> Any:
        return self

    def __hash__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")


@pytest.mark.parametrize(
    "row",
    [
        ("a", "نص", NOON, "sana"),
        ["a", "نص", NOON, "sana"],
        {"id": "a", "text": "نص", "published": NOON, "source": "sana"},
        {"id": "a", "text": "نص", "published_at": NOON, "site": "sana", "section": "أخبار"},
        TableRow(0, "a", "نص", NOON, "sana"),
        Document("a", "نص", NOON, "sana"),
    ],
)
def test_reads_tuples_and_whatever_has_names(row: Any) -> None:
    assert document_of(row) == Document("a", "نص", NOON, "sana")


def test_reads_the_headline_where_there_is_one() -> None:
    assert document_of({"id": "a", "text": "نص", "title": "عنوان"}).title == "عنوان"


def test_reads_rows_of_a_database() -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    (row,) = connection.execute("SELECT 'a' AS id, 'نص' AS text, '2024-12-04T12:00Z' AS published")
    assert document_of(row) == Document("a", "نص", NOON)
    connection.close()


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        (None, None),
        ("", None),
        (" NaT ", None),
        (NOON.timestamp(), NOON),
        (int(NOON.timestamp()) * 1000, NOON),
        (np.int64(NOON.timestamp() * 1_000_000), NOON),
        (f"{NOON.timestamp():.0f}", NOON),
        ("20241204", MIDNIGHT),
        (math.nan, None),
        ("0000-00-00 00:00:00", None),
        ("0001-01-01T00:00:00", None),
        (np.datetime64("NaT"), None),
        (Missing(), None),
        (NOON, NOON),
        (NOON.replace(tzinfo=None), NOON),
        ("2024-12-04T15:00:00+03:00", datetime(2024, 12, 4, 15, tzinfo=timezone(timedelta(hours=3)))),
        ("2024-12-04", MIDNIGHT),
        (date(2024, 12, 4), MIDNIGHT),
        (np.datetime64("2024-12-04T12:00"), NOON),
    ],
)
def test_reads_times_in_any_usual_form(published: Any, expected: datetime | None) -> None:
    assert document_of(("a", "نص", published)).published == expected


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("a", "نص"), "has 2 values"),
        (("a", "نص", None, None, None), "has 5 values"),
        ("نص", "neither a tuple nor a mapping"),
        (None, "neither a tuple nor a mapping"),
        ((7, "نص", None), r"'id' is 7, not a text; give str\(id\)"),
        ((np.int64(7), "نص", None), r"'id' is .*7.*, not a text; give str\(id\)"),
        (("a", "نص", math.inf), "'published' is inf, not a time"),
        (("a", None, None), "'text' is missing"),
        (("a", math.nan, None), "'text' is missing"),
        (("a", "نص", "yesterday"), "'published' is 'yesterday', not a time"),
        (("a", "نص", 17), "'published' is 17, not a time: .* before 1990"),
        (("a", "نص", True), "'published' is True, not a time"),
        (("a", "نص", None, 3), "'source' is 3, neither a text nor null"),
        ({"id": "a", "text": "نص", "site": 3}, "'site' is 3, neither a text nor null"),
        ({"text": "نص"}, "'id' is missing"),
        ({"id": "a", "text": "", "site": "x", "source": "y"}, "'source' and 'site' are both given"),
    ],
)
def test_says_what_cannot_be_read_and_where(row: Any, message: str) -> None:
    with pytest.raises(DocumentError, match=f"document 2: .*{message}"):
        cluster([("first", "نص", None), row])


def test_what_is_prepared_is_read_as_any_document_is() -> None:
    expected = prepare("a", "نص قصير", MIDNIGHT)
    assert prepare_many({"id": id_, "text": "نص قصير", "published": "2024-12-04"} for id_ in "a") == [
        expected
    ]
    with pytest.raises(DocumentError, match="document 1: 'text' is b'"):
        prepare("a", "نص".encode())  # type: ignore[arg-type]


def test_two_texts_are_compared_with_times_in_any_usual_form() -> None:
    copy = compare(article(1), article(1), published_a="2024-12-04", published_b=NOON.replace(tzinfo=None))
    assert copy.duplicate
    with pytest.raises(DocumentError, match="not a text"):
        compare(article(1).encode(), article(1))  # type: ignore[arg-type]


def test_an_index_takes_documents_one_after_the_other_and_lists_of_ids(client: "redis.Redis") -> None:
    index = Index(client, basename="test")
    documents = [("site/1", article(1), None), ("site/2", article(1), None)]
    assert len(index.check_and_insert(iter(documents))) == len(index.query(iter(documents))) == 2
    assert len(index.lookup(iter(["site/1", "site/2"]))) == 2
    for call in (index.lookup, index.remove):
        with pytest.raises(TypeError, match="'site/1' is one id"):
            call("site/1")


def test_a_source_is_not_dropped(client: "redis.Redis") -> None:
    lines = sentences(3, 14)
    texts = " ".join(lines), " ".join([*lines[:8], *sentences(4, 5)])
    index = Index(client, basename="test")
    for sources, stories in ((("x", "y"), 1), (("x", "x"), 2)):
        rows = [(id_, text, None, source) for id_, text, source in zip("ab", texts, sources, strict=True)]
        assert len(set(cluster(rows).values())) == stories
        index.clear()
        assert len({decision.story_id for decision in index.check_and_insert(rows)}) == stories


def test_forms_may_be_mixed() -> None:
    text = article(1)
    documents: list[Any] = [("b", text, "2024-12-05"), {"id": "a", "text": text, "published": "2024-12-04"}]
    assert cluster(documents) == {"b": "a", "a": "a"}
