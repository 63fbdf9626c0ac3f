"""Stories in the archive: decisions that are written late don't undo later ones."""

from datetime import UTC, datetime, timedelta

from crawler.model.article import Article
from crawler.storage.article_fields import Capture
from crawler.storage.articles import ArticleStore
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import follow_story, open_index
from crawler.storage.schema import ensure_schema
from dedup import Decision, Prepared, prepare

STORY = "أعلنت البلدية أمس خطة جديدة لترميم الجسر القديم وتوسيع الشارع المؤدي إليه قبل نهاية العام الحالي"
TEXT = " ".join(f"{word}{number}" for number in range(6) for word in STORY.split())
NOON = datetime(2024, 12, 4, 12, tzinfo=UTC)


def _prepared(name: str, hours: int) -> Prepared:
    return prepare(name, TEXT, NOON + timedelta(hours=hours), name)


def _save(stores: Stores, prepared: Prepared, decision: Decision) -> None:
    article = Article(f"https://{prepared.id}.example/1", "عنوان", TEXT, "u", published_at=NOON)
    capture = Capture(prepared.id, article.url, NOON, None)
    ArticleStore(stores.db).save(prepared.id, article, capture, prepared, decision)
    follow_story(stores, decision)


def test_a_decision_that_is_written_late_does_not_undo_a_later_one(stores: Stores) -> None:
    ensure_schema(stores.db)
    index = open_index(stores)
    late, earlier, earliest = _prepared("late", 5), _prepared("earlier", 3), _prepared("earliest", 1)
    _save(stores, late, index.check_and_insert([late])[0])
    overtaken = index.check_and_insert([earlier])[0]
    assert overtaken.duplicate_of is None
    assert overtaken.changes
    _save(stores, earliest, index.check_and_insert([earliest])[0])
    _save(stores, earlier, overtaken)
    told = {one["_id"]: one["duplicate_of"] for one in stores.db.articles.find({}, {"duplicate_of": 1})}
    assert told == {"late": "earliest", "earlier": "earliest", "earliest": None}
