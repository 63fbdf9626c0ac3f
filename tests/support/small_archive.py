"""A small archive with something of everything, hostile pages included."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from crawler.html.sentences import sentence
from crawler.model.sentence import message_of
from crawler.storage.alert_outbox import AlertEvent, AlertOutbox
from crawler.storage.connect import Stores
from crawler.storage.schema import ensure_schema
from crawler.storage.warc.raw_pages import RawPage, raw_folder
from crawler.storage.warc.writer import CaptureWriter
from tests.support.raw_pages import as_capture

NOW = datetime.now(UTC).replace(microsecond=0)
FIRST, COPY, CUT = "a" * 32, "b" * 32, "c" * 32
HOSTILE, ENGLISH, UNDATED, WIDE, BARE = "d" * 32, "e" * 32, "f" * 32, "9" * 32, "8" * 32
BLOCKED = sentence("why_pages_ended", count=9, taken=12, disposition=sentence("ended_blocked"))
SLOW = sentence("extraction_slow", limit="20 s")
ATTACK = """<script>window.hacked=1</script><img src=x onerror="window.hacked=1">'"""

STORY = (
    "أعلنت بلدية المدينة افتتاح جسر الرستن أمام السيارات بعد أعمال ترميم دامت أربعة أشهر.\n\n"
    "وقال المهندس سامر الحلاق إن الكلفة بلغت 1200 مليون ليرة، وإن 35 عاملًا شاركوا في الأعمال.\n\n"
    "وأضاف أن العمل في الطريق المؤدية إليه ينتهي قبل نهاية العام."
)


def article(id_: str, site: str, title: str, text: str, hours: float = 1, **given: Any) -> dict[str, Any]:
    """A document of `articles`, published so many hours ago."""
    at = NOW - timedelta(hours=hours)
    return {
        "_id": id_,
        "site": site,
        "url": f"https://{site}.example/{id_[:6]}/",
        "aliases": [],
        "title": title,
        "text": text,
        "authors": [],
        "published_at": at,
        "published_precision": "minute",
        "date_source": "json-ld",
        "language": "ar",
        "first_seen_at": at + timedelta(minutes=20),
        "checked_at": at + timedelta(minutes=20),
        "revision": 1,
        "text_sha256": sha256(text.encode()).hexdigest(),
        "html_sha256": sha256(id_.encode()).hexdigest(),
        "story_id": id_,
        "duplicate_of": None,
        "similarity": None,
        "duplicate_reason": None,
        "removed_at": None,
        **given,
    }


def copy(
    id_: str, of: str, site: str, title: str, text: str, hours: float, similarity: float, **given: Any
) -> dict[str, Any]:
    """An article that repeats another."""
    marks = {"story_id": of, "duplicate_of": of, "similarity": similarity, "duplicate_reason": "near"}
    return article(id_, site, title, text, hours, **marks | {"repeats": True} | given)


def crawl(site: str, hours: float, verdict: str = "ok", **given: Any) -> dict[str, Any]:
    """A document of `crawls` that ended so many hours ago."""
    ended = NOW - timedelta(hours=hours)
    return {
        "site": site,
        "kind": "scheduled",
        "token": 1,
        "started_at": ended - timedelta(minutes=2),
        "finished_at": ended,
        "outcome": "finished",
        "taken": 12,
        "left": 0,
        "dispositions": {"stored": 5, "duplicate": 2, "unchanged": 5},
        "problems": [],
        "verdict": verdict,
        "verdict_reason": None if verdict == "ok" else str(BLOCKED),
        "verdict_message": None if verdict == "ok" else message_of(BLOCKED),
        **given,
    }


def matched(id_: str, site: str, title: str, kind: str, number: int, at: datetime) -> AlertEvent:
    """Something that the saved search of the small archive matched."""
    return AlertEvent("bridges", kind, id_, number, site, title, f"https://{site}.example/{id_[:6]}/", at)


def fill(stores: Stores) -> None:
    """Store all of it."""
    ensure_schema(stores.db)
    cut = STORY.split("\n\n")[0] + "\n\nوقال المهندس سامر الحلاق إن الكلفة بلغت 1500 مليون ليرة."
    articles = [
        article(
            FIRST,
            "barada",
            "افتتاح جسر الرستن",
            STORY,
            9,
            revision=2,
            revised_at=NOW - timedelta(hours=5),
            tags=["جسور"],
            authors=["هدى"],
            date_flags=["contradicted"],
            absences=[{"removed_at": NOW - timedelta(hours=6), "returned_at": NOW - timedelta(hours=5)}],
        ),
        copy(COPY, FIRST, "qasioun", "افتتاح جسر الرستن أمام السيارات", STORY, 8, 1.0),
        copy(CUT, FIRST, "ugarit", "جسر الرستن يُفتتح", cut, 7, 0.71),
        article(
            HOSTILE,
            "qasioun",
            f"عاجل {ATTACK}",
            f"نص {ATTACK}\n\n\u202eمقلوب",
            2,
            url="javascript:window.hacked=1",
            tags=[ATTACK],
            section=ATTACK,
            authors=[ATTACK],
        ),
        article(ENGLISH, "ugarit", "Bridge reopens in Rastan", "The bridge is open again.", 3, language="en"),
        article(
            UNDATED, "barada", "خبر بلا تاريخ", "نص قصير.", 4, published_at=None, published_precision=None
        ),
    ]
    articles.append(
        article(
            WIDE,
            "barada",
            "الموارد" + "ومابعدها" * 40,
            "كلمة " + "x" * 900,
            60,
            authors=["محررالشؤون" * 30],
        )
    )
    articles.append(article(BARE, "barada", "", "نص مجهول العنوان.", 61))
    articles += [
        article(f"{number:032}", "barada", f"نشرة الطقس {number}", "أمطار متفرقة على الساحل.", 20 + number)
        for number in range(30)
    ]
    stores.db.articles.insert_many(articles)
    stores.db.revisions.insert_one(
        {
            "_id": f"{FIRST}:1",
            "article_id": FIRST,
            "site": "barada",
            "revision": 1,
            "title": "قرب افتتاح جسر الرستن",
            "text": STORY.replace("35 عاملًا", "20 عاملًا"),
            "seen_from": NOW - timedelta(hours=9),
            "seen_until": NOW - timedelta(hours=5),
            "text_sha256": "1" * 64,
            "html_sha256": "2" * 64,
        }
    )
    stores.db.readings.insert_one(
        {
            "_id": f"{FIRST}:2:1",
            "article_id": FIRST,
            "site": "barada",
            "revision": 2,
            "title": "افتتاح جسر الرستن",
            "text": f"{STORY}\n\nشارك المقال",
            "published_at": NOW - timedelta(hours=9),
            "text_sha256": "3" * 64,
            "html_sha256": "2" * 64,
            "read_until": NOW - timedelta(hours=1),
        }
    )
    outbox = AlertOutbox(stores.db)
    outbox.begin("bridges", NOW - timedelta(days=1))
    outbox.add([matched(FIRST, "barada", "افتتاح جسر الرستن", "edited", 2, NOW - timedelta(hours=5))], [])
    outbox.add([matched(COPY, "qasioun", "جسر", "new", 1, NOW - timedelta(hours=8))], [])
    stores.db.sites.insert_many(
        [{"_id": site, "token": 1, "holder": None} for site in ("barada", "qasioun", "ugarit")]
    )
    stores.db.sites.update_one(
        {"_id": "qasioun"},
        {
            "$set": {
                "health": {"verdict": "fewer_than_usual", "reason": "nothing new for 3 days", "since": NOW}
            }
        },
    )
    stores.db.crawls.insert_many(
        [
            *(crawl(site, hours) for site in ("barada", "qasioun") for hours in range(1, 9)),
            crawl("ugarit", 2),
            crawl("ugarit", 1, "blocked"),
        ]
    )
    stores.db.quarantine.insert_one(
        {
            "_id": "ugarit/1",
            "site": "ugarit",
            "url": f"https://ugarit.example/{ATTACK}",
            "reason": SLOW,
            "message": message_of(SLOW),
            "fetched_at": NOW,
            "bytes": 1234,
            "cut": False,
            "gzip": b"",
        }
    )


def keep(data_dir: Path) -> None:
    """Keep the raw page of one article, as it reads now and as it read before."""
    writer = CaptureWriter(raw_folder(data_dir, "barada"), 10**9)
    for html, hours in ((b"<p>before", 9), (FIRST.encode(), 5)):
        url, at = f"https://barada.example/{FIRST[:6]}/", NOW - timedelta(hours=hours)
        writer.write(as_capture(RawPage(FIRST, url, html, sha256(html).hexdigest(), at)))
    writer.close()


SEEDS = {
    "barada": 'name = "بردى اليوم"\nname_en = "Barada Today"\nurl = "https://barada.example/"\n',
    "qasioun": 'name = "قاسيون"\nname_en = "Qasioun"\nurl = "https://qasioun.example/"\n',
    "ugarit": 'name = "أوغاريت"\nname_en = "Ugarit"\nurl = "https://ugarit.example/"\n',
}
