"""Which addresses say the same: those of this crawl and of earlier ones, and not those of one article."""

from dataclasses import replace
from datetime import UTC, datetime

from crawler.model.article import Disposition, UnconfirmedReason
from crawler.pipelines.confirmation import MANY, Candidate, page_text
from crawler.pipelines.fingerprint import Fingerprint, sketch_text
from crawler.pipelines.site_texts import SiteTexts
from crawler.storage.connect import Stores
from crawler.storage.page_texts import PageText, TextHolder, Waiting
from crawler.storage.schema import ensure_schema

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
WALL = "نقوم حالياً بنقل الموقع إلى خادم جديد لتقديم خدمة أفضل وسنعود إليكم خلال ساعات قليلة شكراً لصبركم"
WAITING = Waiting(UnconfirmedReason.SHARED, "", "", NOW)


def _text(text: str = WALL) -> PageText:
    sketch = sketch_text(text)
    assert sketch is not None
    return page_text(Candidate(Fingerprint(sketch, "headline"), None, NOW), "site")


def _page(name: str, article: str | None = None, text: str = WALL) -> TextHolder:
    return TextHolder(
        f"site/{name}", f"https://site.example/{name}", _text(text), article or name, stored=True
    )


def _store(stores: Stores, page: TextHolder, discovered_by: str = "feed") -> None:
    stores.db.pages.insert_one(
        {
            "_id": page.page_id,
            "site": "site",
            "url": page.url,
            "state": "done",
            "discovered_by": discovered_by,
            "discovered_at": NOW,
            "article_id": page.article_id,
            "last_disposition": "stored",
            "text": page.text.as_document(),
        }
    )


def test_pages_of_this_crawl_and_of_earlier_ones_are_seen_and_unlike_ones_are_not(stores: Stores) -> None:
    ensure_schema(stores.db)
    texts = SiteTexts("site")
    _store(stores, _page("earlier"))
    _store(
        stores,
        _page("unlike", text="أعلنت البلدية انتهاء ترميم الجسر الحجري القديم بعد شهرين من العمل المتواصل"),
    )
    for name in ("first", "second"):
        texts.enter(_page(name))
    holders = texts.holders(stores.db, _page("second"))
    assert {holder.page_id for holder in holders} == {"site/earlier", "site/first"}
    # A text under many addresses is looked up once; those of this crawl are still seen.
    for number in range(MANY):
        _store(stores, _page(f"wall-{number}"))
    assert len(texts.holders(stores.db, _page("second"))) == MANY + 2
    stores.db.pages.delete_many({})
    again = texts.holders(stores.db, _page("second"))
    assert {holder.page_id for holder in again} >= {"site/first", "site/earlier"}
    assert [holder.stored for holder in again if holder.page_id == "site/earlier"] == [False]


def test_other_addresses_of_one_article_are_no_others(stores: Stores) -> None:
    ensure_schema(stores.db)
    texts = SiteTexts("site")
    _store(stores, _page("story"), discovered_by="link")
    _store(stores, _page("story-print", "story"))
    assert texts.holders(stores.db, _page("story-amp", "story")) == []
    assert len(texts.holders(stores.db, _page("copy"))) == 2
    # Where addresses lead to a page that no source named, it is a wall.
    led = replace(_page("led", "story"), redirected=True)
    assert len(texts.holders(stores.db, led)) == 2


def test_a_page_that_is_being_stored_taken_back_when_it_ends() -> None:
    texts = SiteTexts("site")
    texts.enter(_page("first"))
    assert not texts.take_back("site/first", WAITING)
    assert texts.taken_back("site/first") == WAITING
    assert texts.end("site/first", Disposition.STORED) == WAITING
    texts.enter(_page("second"))
    assert texts.end("site/second", Disposition.STORED) is None
    # One that has ended is for whoever asks to withdraw.
    assert texts.take_back("site/second", WAITING)
