"""Stored articles on two events, in their own words."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from crawler.storage.connect import Stores
from dedup.prepared import prepare

MONDAY = datetime(2024, 12, 2, 9, tzinfo=UTC)
A, B, C, COPY, BRIDGE = ("a" * 32, "b" * 32, "c" * 32, "d" * 32, "e" * 32)
TEXTS = {
    A: "قتل ثلاثة مدنيين وأصيب سبعة آخرون صباح اليوم الاثنين بقصف مدفعي استهدف السوق الشعبي في بلدة دابق "
    "بريف حلب الشمالي، وقال المسعف سالم الحمود إن القذائف سقطت بين الباعة قرب الفرن الآلي.",
    B: "ثلاثة قتلى وسبعة جرحى حصيلة سقوط قذائف على سوق بلدة دابق شمالي حلب اليوم الاثنين، ونقل المسعف "
    "سالم الحمود الجرحى من بين بسطات الباعة إلى مشفى مارع.",
    C: "أفادت مصادر محلية بمقتل 3 أشخاص في دابق بعد أن طالت المدفعية سوقها الشعبي صباح الاثنين، وتضرر "
    "الفرن الآلي ومحال عدة.",
    BRIDGE: "افتتحت بلدية حماة يوم الاثنين جسراً جديداً على نهر العاصي بعد أعمال استمرت عاماً كاملاً.",
}
TEXTS[COPY] = TEXTS[A]


def document(id_: str, hours: float = 0, **given: Any) -> dict[str, Any]:
    """An article as it is stored when a crawl has ended, before its event was looked for."""
    site, at = f"site-{id_[0]}", MONDAY + timedelta(hours=hours)
    return {
        "_id": id_, "site": site, "url": f"https://{site}.example/{id_[:6]}", "title": f"خبر {id_[0]}",
        "text": TEXTS[id_], "text_sha256": sha256(TEXTS[id_].encode()).hexdigest(), "published_at": at,
        "published_precision": "minute", "first_seen_at": at + timedelta(hours=1), "revision": 1,
        "story_id": id_, "duplicate_of": None, "event_pending": True,
        "signature": prepare(id_, TEXTS[id_]).to_stored(), **given,
    }  # fmt: skip


def events(stores: Stores) -> dict[str, str | None]:
    """The event of each stored article."""
    stored = stores.db.articles.find({}, {"event_id": 1})
    return {article["_id"]: article.get("event_id") for article in stored}
