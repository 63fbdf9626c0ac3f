"""The custody log in the database: one chain, whoever writes, and nothing twice or lost."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from crawler.custody.entries import Event, EventKind, new_event
from crawler.custody.verify import Finding, Ledger
from crawler.storage.archived_articles import ArchivedArticle, archived_articles, article_batches
from crawler.storage.articles import ArticleStore
from crawler.storage.connect import Stores
from crawler.storage.custody import (
    CustodyLog,
    TimeStamp,
    entries_about,
    keep_time_stamp,
    log_head,
    noted_head,
    read_entries,
    time_stamps,
)
from crawler.storage.custody_records import Custodian, pending_mark
from crawler.storage.schema import ensure_schema

WHEN = datetime(2024, 12, 4, 10, 25, 30, 123456, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _schema(stores: Stores) -> None:
    ensure_schema(stores.db)


def _event(number: int) -> Event:
    return new_event(EventKind.SPLIT, WHEN, "", f"{number}", note=None)


def _subjects(stores: Stores) -> list[str]:
    return [event.subject for entry in read_entries(stores.db) for event in entry.events]


def _archived(stores: Stores) -> list[ArchivedArticle]:
    return [
        article for batch in article_batches(stores.db) for article in archived_articles(stores.db, batch)
    ]


def _findings(stores: Stores) -> list[Finding]:
    return list(Ledger().read(read_entries(stores.db), noted_head(stores.db)))


def test_several_writers_make_one_chain_and_each_event_stands_in_it_once(stores: Stores) -> None:
    logs = [CustodyLog() for _ in range(3)]

    def write(log: CustodyLog, first: int) -> None:
        for number in range(first, first + 10):
            log.append(stores.db, [_event(number)])

    threads = [
        threading.Thread(target=write, args=(log, 100 * index + 10 * half))
        for index, log in enumerate(logs)
        for half in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for log in logs:
        log.close(stores.db)
    assert sorted(map(int, _subjects(stores))) == sorted(
        100 * index + number for index in range(3) for number in range(20)
    )
    assert _findings(stores) == []
    assert log_head(stores.db) == noted_head(stores.db)


def test_an_append_that_is_repeated_changes_nothing(stores: Stores) -> None:
    first, again = CustodyLog(), CustodyLog()
    first.append(stores.db, [_event(1), _event(2), _event(1)])
    first.append(stores.db, [_event(2)])
    # The answer was lost: the same process knows its events, and another finds them where it would append.
    again.append(stores.db, [_event(1), _event(3)])
    assert _subjects(stores) == ["1", "2", "3"]
    assert [entry.number for entry in entries_about(stores.db, "3")] == [2]


def test_what_is_deleted_at_the_end_is_missed(stores: Stores) -> None:
    log = CustodyLog()
    for number in range(3):
        log.append(stores.db, [_event(number)])
    log.close(stores.db)
    stores.db.custody.delete_one({"_id": 3})
    (finding,) = _findings(stores)
    assert finding.problem == "is missing at the end of the log"


def test_an_article_whose_event_a_crash_cut_off_is_entered_later_and_once(stores: Stores) -> None:
    article = {
        "_id": "1" * 32,
        "site": "souq",
        "url": "https://souq.example/1",
        "title": "خبر",
        "text": "نص",
        "first_seen_at": WHEN,
        "revision": 1,
        "text_sha256": "a",
        "story_id": "1" * 32,
        **pending_mark(EventKind.ARTICLE, WHEN),
    }
    stores.db.articles.insert_one(dict(article))
    # It was written, the process died, and the next crawl begins.
    custodian = Custodian()
    assert custodian.log_pending(stores.db, "souq") == 1
    assert custodian.log_pending(stores.db, "souq") == 0
    assert custodian.log_pending(stores.db, "another") == 0
    (entry,) = entries_about(stores.db, article["_id"])
    assert [event.kind for event in entry.events] == [EventKind.ARTICLE]
    ledger = Ledger()
    assert list(ledger.read(read_entries(stores.db), None)) == []
    (archived,) = _archived(stores)
    assert list(ledger.check_article(archived.id, "souq", archived.sha256, archived.wordings)) == []
    # A later change of the same article while the first mark is taken off keeps its own mark.
    stores.db.articles.update_one({"_id": article["_id"]}, {"$set": pending_mark(EventKind.REMOVAL, WHEN)})
    custodian.close(stores.db)
    assert custodian.log_pending(stores.db, "souq") == 1
    assert len(entries_about(stores.db, article["_id"])) == 2


def test_an_article_older_than_the_log_is_adopted_as_it_stands(stores: Stores) -> None:
    fields = {"url": "u", "title": "t", "text": "x", "first_seen_at": WHEN, "revision": 1, "text_sha256": "a"}
    stores.db.articles.insert_many(
        [{"_id": str(n), "site": "souq", "story_id": "1", **fields} for n in range(3)]
    )
    custodian = Custodian()
    assert custodian.adopt(stores.db, "souq", WHEN) == 3
    ledger = Ledger()
    assert list(ledger.read(read_entries(stores.db), None)) == []
    assert set(ledger.articles) == {article.id for article in _archived(stores)}


def test_looks_are_entered_once_each_and_a_crash_takes_none(stores: Stores) -> None:
    site, article, hours = "souq", "1" * 32, (WHEN + timedelta(hours=number) for number in range(9))
    fields = {"_id": article, "site": site, "story_id": article, "url": "u", "title": "t", "text": "x"}
    times = {"first_seen_at": WHEN, "revision": 1, "text_sha256": "a"}
    stores.db.articles.insert_one({**fields, **times, **pending_mark(EventKind.ARTICLE, WHEN)})
    custodian, store = Custodian(), ArticleStore(stores.db)

    def log(by: Custodian = custodian) -> list[str]:
        by.log_articles(stores.db, [article])
        return [event.kind for entry in entries_about(stores.db, article) for event in entry.events]

    def findings() -> list[Finding]:
        ledger = Ledger()
        assert list(ledger.read(read_entries(stores.db), None)) == []
        (archived,) = _archived(stores)
        checked = ledger.check_article(archived.id, "souq", archived.sha256, archived.wordings)
        return [*checked, *ledger.check_look(archived.id, "souq", archived.look)]

    # A look before the article's own event is in the log: that event says so.
    store.seen_again(article, next(hours), "u")
    assert log() == log() == ["article"]
    # The mark is still there when it is looked at again, and is not taken off in between.
    store.seen_again(article, next(hours), "another")
    custodian.clear(stores.db)
    assert len(findings()) == 2
    assert log() == log() == ["article", "look"]
    custodian.clear(stores.db)
    assert "custody_pending" not in (stores.db.articles.find_one({"_id": article}) or {})
    assert log() == ["article", "look"]
    # Written, and the process died: the next crawl enters it.
    store.seen_again(article, next(hours), "u")
    assert [finding.problem for finding in findings()] == [
        "was looked at last at another time than entry 2 says"
    ]
    assert Custodian().log_pending(stores.db, "souq") == 1
    assert log() == ["article", "look", "look"]
    assert findings() == []


def test_a_token_is_kept_once_an_entry(stores: Stores) -> None:
    stamp = TimeStamp(3, "a" * 64, b"token", "https://tsa.example/", WHEN.replace(microsecond=0))
    keep_time_stamp(stores.db, stamp)
    keep_time_stamp(stores.db, TimeStamp(3, "b" * 64, b"other", "https://tsa.example/", WHEN))
    assert time_stamps(stores.db) == [stamp]
