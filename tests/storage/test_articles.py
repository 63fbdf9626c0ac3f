"""Articles and revisions: nothing an article said is overwritten, whatever is repeated."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pymongo.errors import WriteError

from crawler.model.article import Article, DatePrecision
from crawler.storage import dedup_index
from crawler.storage.article_fields import Capture
from crawler.storage.articles import ArticleStore
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import BASENAME, clear_index, index_was_lost, open_index
from crawler.storage.dedup_rebuild import mend_index, rebuild_index
from crawler.storage.schema import ensure_schema
from crawler.storage.stored_article import ArticleReader
from dedup import Decision, prepare

NOW = datetime(2024, 12, 4, 10, 0, tzinfo=UTC)
TEXT = (
    "افتتحت بلدية الزبداني صباح اليوم طريقاً جديداً يصل القرى الجبلية بمركز المدينة بعد عمل استمر عاماً.\n\n"
    "وقال رئيس البلدية إن الطريق يختصر المسافة إلى النصف، وإنه سيخدم نحو أربعة آلاف من السكان والمزارعين."
)


@pytest.fixture
def articles(stores: Stores) -> ArticleStore:
    ensure_schema(stores.db)
    clear_index(stores)
    return ArticleStore(stores.db)


def _save(
    stores: Stores,
    key: str,
    text: str = TEXT,
    *,
    revision: int = 1,
    hours: float = 0,
    site: str = "a",
    precision: DatePrecision = DatePrecision.MINUTE,
) -> Decision:
    url = f"https://{site}.example/{key[:4]}"
    published = NOW + timedelta(hours=hours)
    article = Article(
        url=url,
        title="طريق جديد",
        text=text,
        canonical_url=url,
        published_at=published,
        published_precision=precision,
    )
    prepared = prepare(key, text, published, site)
    decision = open_index(stores).check_and_insert([prepared])[0]
    capture = Capture(site, url, NOW + timedelta(days=revision), "0" * 64)
    ArticleStore(stores.db).save(key, article, capture, prepared, decision, revision=revision)
    return decision


def _key(number: int) -> str:
    return f"{number:032x}"


def test_a_new_wording_keeps_the_old_one_however_often_it_is_written(
    stores: Stores, articles: ArticleStore
) -> None:
    _save(stores, _key(1))
    for _ in range(2):
        _save(stores, _key(1), TEXT + "\n\nتصحيح: العدد هو خمسة آلاف.", revision=2)
    known = ArticleReader(stores.db).header(_key(1))
    assert known is not None
    assert known.revision == 2
    (old,) = stores.db.revisions.find({"article_id": _key(1)})
    assert (old["revision"], old["text"]) == (1, TEXT)
    document = stores.db.articles.find_one({"_id": _key(1)})
    assert document is not None
    assert document["first_seen_at"] < document["revised_at"]
    assert (document["story_id"], document["duplicate_of"]) == (_key(1), None)


def test_a_copy_published_earlier_that_arrives_later_becomes_the_canonical_article(
    stores: Stores, articles: ArticleStore
) -> None:
    _save(stores, _key(1), hours=5)
    _save(stores, _key(2), hours=6, site="b")
    _save(stores, _key(3), hours=1, site="c")
    story = {d["_id"]: (d["story_id"], d["duplicate_of"]) for d in stores.db.articles.find({})}
    assert story == {_key(1): (_key(1), _key(3)), _key(2): (_key(1), _key(3)), _key(3): (_key(1), None)}


def test_a_removed_article_stays_and_may_return(stores: Stores, articles: ArticleStore) -> None:
    _save(stores, _key(1))
    assert articles.removed(_key(1), NOW)
    assert not articles.removed(_key(1), NOW + timedelta(days=1))
    known = ArticleReader(stores.db).header(_key(1))
    assert known is not None
    assert known.removed_at is not None
    articles.seen_again(_key(1), NOW + timedelta(days=2), "u")
    known = ArticleReader(stores.db).header(_key(1))
    assert known is not None
    assert known.removed_at is None
    # A second absence ends with another wording; neither of them is forgotten.
    assert articles.removed(_key(1), NOW + timedelta(days=3))
    _save(stores, _key(1), TEXT + "\n\nتصحيح: العدد هو خمسة آلاف.", revision=4)
    articles.seen_again(_key(1), NOW + timedelta(days=5), "u")
    document = stores.db.articles.find_one({"_id": _key(1)})
    assert document is not None
    assert document["removed_at"] is None
    day = timedelta(days=1)
    away = [
        ((one["removed_at"] - NOW) / day, (one["returned_at"] - NOW) / day) for one in document["absences"]
    ]
    assert away == [(0, 2), (3, 4)]


def test_an_emptied_index_is_noticed_and_made_anew_with_the_same_stories(
    stores: Stores, articles: ArticleStore
) -> None:
    _save(stores, _key(1))
    _save(stores, _key(2), hours=1, site="b")
    _save(
        stores,
        _key(3),
        "نص آخر لا علاقة له بالخبر الأول، يتحدث عن موسم الزيتون في ريف إدلب هذا العام.",
        site="c",
    )
    before = {d["_id"]: (d["story_id"], d["duplicate_of"]) for d in stores.db.articles.find({})}
    assert not index_was_lost(stores)
    stores.redis.flushdb()
    stores.index = None
    assert index_was_lost(stores)
    assert rebuild_index(stores) == 3
    assert not index_was_lost(stores)
    assert {d["_id"]: (d["story_id"], d["duplicate_of"]) for d in stores.db.articles.find({})} == before
    assert _save(stores, _key(4), hours=2, site="d").duplicate_of == _key(1)


def test_a_rebuild_that_broke_off_is_noticed_and_old_signatures_are_made_anew(
    stores: Stores, articles: ArticleStore
) -> None:
    for number in range(1, 4):
        _save(stores, _key(number), hours=number, site=f"s{number}")
    stores.db.articles.update_one({"_id": _key(2)}, {"$unset": {"signature.text_hash": ""}})

    def break_off(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild_index(stores, break_off)
    assert index_was_lost(stores)
    assert mend_index(stores) == 3
    assert mend_index(stores) is None
    document = stores.db.articles.find_one({"_id": _key(2)})
    assert document is not None
    assert document["signature"]["text_hash"]
    assert (document["story_id"], document["duplicate_of"]) == (_key(1), _key(1))


def test_a_rebuild_whose_process_was_killed_holds_up_the_next_one_for_a_moment_only(
    stores: Stores, articles: ArticleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dedup_index, "REBUILD_LOCK", 1.0)
    _save(stores, _key(1))
    # What a killed process leaves behind: its lock, and nobody to let go of it.
    assert stores.redis.lock(f"{BASENAME}:rebuild", timeout=1.0).acquire()
    assert rebuild_index(stores) == 1
    assert not index_was_lost(stores)


def test_an_article_that_could_not_be_looked_up_is_looked_up_by_the_rebuild(
    stores: Stores, articles: ArticleStore
) -> None:
    _save(stores, _key(1))
    article = Article(
        url="https://b.example/2", title="طريق", text=TEXT, canonical_url="https://b.example/2",
        published_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    prepared = prepare(_key(2), TEXT, article.published_at, "b")
    articles.save(_key(2), article, Capture("b", article.url, NOW, None), prepared, None)
    pending = stores.db.articles.find_one({"_id": _key(2)})
    assert pending is not None
    assert (pending["dedup_pending"], pending["duplicate_of"]) == (True, None)
    assert not index_was_lost(stores)  # `check_pending` is enough
    rebuild_index(stores)
    checked = stores.db.articles.find_one({"_id": _key(2)})
    assert checked is not None
    assert (checked["dedup_pending"], checked["duplicate_of"]) == (False, _key(1))


def test_what_does_not_fit_the_data_model_is_refused_by_the_store(
    stores: Stores, articles: ArticleStore
) -> None:
    with pytest.raises(WriteError):
        stores.db.articles.insert_one({"_id": "x", "site": "a"})


def test_a_change_of_the_title_alone_changes_the_hash() -> None:
    article = Article(url="u", title="أ", text="ن", canonical_url="u")
    assert article.text_sha256 != replace(article, title="ب").text_sha256
    assert article.text_sha256 == replace(article, authors=["س"]).text_sha256


def test_a_date_without_a_time_does_not_make_an_article_the_first_of_its_day(
    stores: Stores, articles: ArticleStore
) -> None:
    _save(stores, _key(1), precision=DatePrecision.DAY)
    _save(stores, _key(2), hours=9, site="b")
    _save(stores, _key(3), hours=30, site="c")
    rebuild_index(stores)
    held = {one["_id"]: one["duplicate_of"] for one in stores.db.articles.find()}
    assert held == {_key(1): _key(2), _key(2): None, _key(3): _key(2)}


def test_an_edit_is_stored_after_a_look_that_a_wrong_clock_dated(
    stores: Stores, articles: ArticleStore
) -> None:
    _save(stores, _key(1))
    ahead = datetime.now(UTC) + timedelta(days=400)
    stores.db.articles.update_one({"_id": _key(1)}, {"$set": {"checked_at": ahead}})
    _save(stores, _key(1), TEXT + "\n\nتصحيح: العدد هو خمسة آلاف.", revision=2)
    document = stores.db.articles.find_one({"_id": _key(1)}) or {}
    assert (document["revision"], "تصحيح" in document["text"]) == (2, True)
    assert document["checked_at"] < ahead


def test_a_write_that_comes_late_undoes_nothing_that_a_later_fetch_brought(
    stores: Stores, articles: ArticleStore
) -> None:
    later = TEXT + "\n\nتصحيح: العدد هو خمسة آلاف."
    _save(stores, _key(1))
    _save(stores, _key(1), later, revision=2)
    before = stores.db.articles.find_one({"_id": _key(1)})
    url = "https://a.example/0000"
    late = Article(url=url, title="طريق جديد", text=TEXT, canonical_url=url, published_at=NOW)
    capture = Capture("a", url, NOW, "0" * 64)
    prepared = prepare(_key(1), TEXT, NOW, "a")
    assert not articles.save(_key(1), late, capture, prepared, None, revision=2)
    assert stores.db.articles.find_one({"_id": _key(1)}) == before
    assert stores.db.revisions.count_documents({}) == 1


def test_marks_are_counted_by_site(stores: Stores, articles: ArticleStore) -> None:
    del articles
    for number, marks in enumerate((["cut"], ["cut", "media"], []), 1):
        _save(stores, _key(number))
        stores.db.articles.update_one({"_id": _key(number)}, {"$set": {"marks": marks}})
    site = stores.db.articles.distinct("site")[0]
    assert ArticleReader(stores.db).count_marks(site) == {"cut": 2, "media": 1}
    assert not ArticleReader(stores.db).count_marks("elsewhere")
