"""An article whose words are in no other, in the small archive, and all that is served of the archive."""

import io
import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import product
from typing import Any

from bson import ObjectId
from fastapi.routing import APIRoute

from crawler.model.seeds import load_sites
from crawler.operations.archive.events import story_row
from crawler.operations.archive.export_files import ExportFormat, write_text
from crawler.operations.archive.read import Archive
from crawler.operations.archive.search_form import SearchForm
from crawler.operations.archive.selection import Selection
from crawler.operations.archive.show import find_article
from crawler.operations.archive.tables import TABLES, TableSource
from crawler.operations.crawling.status import statuses
from crawler.operations.dedup.events import shown_events
from crawler.operations.dedup.report import dedup_report
from crawler.operations.dedup.split import marks
from crawler.report.json_csv import render_json
from crawler.report.page import render_html
from crawler.storage.alert_outbox import AlertEvent, AlertOutbox
from crawler.storage.connect import Stores
from crawler.storage.page_texts import waiting_pages
from crawler.web.app import create_app
from crawler.web.reports import Reports
from tests.support import small_archive as small
from tests.support.web import Web

SEALED, LIKE_IT, SAME_EVENT = "7" * 32, "6" * 32, "5" * 32
WORDS = ("زمرنجية", "قشطعونة", "برطمائيل", "هلفوسية", "صندحيرة", "طبرجلوز", "مرزنجوشي")
"""Words of headline, text, author's name, earlier headline and text, address, and of what waits."""
HEADLINE, BODY, AUTHOR, EARLIER_HEADLINE, EARLIER_BODY, SLUG, WAITING = WORDS


def add_article(stores: Stores) -> None:
    """Store the article with an earlier wording, a reading, a copy, an event, a mark, a page that waits."""
    url = f"https://ugarit.example/{SLUG}/"
    text = f"نص {BODY} كتبه {AUTHOR} عن أمر آخر."
    article = small.article(
        SEALED, "ugarit", f"عنوان {HEADLINE}", text, 10, url=url, revision=2, authors=[f"سامر {AUTHOR}"],
        tags=[HEADLINE], summary=BODY, aliases=[url], canonical_url=url, image=f"https://ugarit.example/{SLUG}.jpg",
    )  # fmt: skip
    copy = small.copy(LIKE_IT, SEALED, "barada", "عنوان آخر", "نص آخر يشبهه.", 9, 0.8)
    other = small.article(SAME_EVENT, "qasioun", "عنوان ثالث", "نص ثالث عنه.", 8)
    articles = [each | {"event_id": SEALED} for each in (article, copy, other)]
    stores.db.articles.insert_many(articles)
    old = {"article_id": SEALED, "site": "ugarit", "title": EARLIER_HEADLINE, "text": EARLIER_BODY}
    times = {"seen_from": small.NOW - timedelta(hours=10), "seen_until": small.NOW - timedelta(hours=9)}
    stores.db.revisions.insert_one(
        {"_id": f"{SEALED}:1", **old, "revision": 1, "text_sha256": "1" * 64, **times}
    )
    reading = {"revision": 2, "read_until": small.NOW, "text_sha256": "3" * 64}
    stores.db.readings.insert_one({"_id": f"{SEALED}:2:1", **old, **reading})
    stores.db.splits.insert_one(
        {"_id": f"{small.CUT}:{SEALED}", "articles": [small.CUT, SEALED], "marked_at": small.NOW}
    )
    told = AlertEvent("bridges", "new", SEALED, 1, "ugarit", f"عنوان {HEADLINE}", url, small.NOW)
    AlertOutbox(stores.db).add([told], [])
    waiting = {"reason": "shared", "title": WAITING, "beginning": WAITING, "since": small.NOW}
    stores.db.pages.insert_one(
        {
            "_id": f"ugarit/{SEALED}", "site": "ugarit", "url": url, "state": "pending", "article_id": SEALED,
            "discovered_by": "feed", "discovered_at": small.NOW, "waiting": waiting,
        }
    )  # fmt: skip
    problems = [f"{url}: slow"]
    reason = f"5 pages say the same: «نص {BODY} كتبه {AUTHOR} عن أمر آخر»"
    quoting = small.crawl("ugarit", 0, verdict_reason=reason, problems=problems, _id=ObjectId(SEALED[:24]))
    stores.db.crawls.insert_one(quoting)
    stores.db.quarantine.insert_one(
        {"_id": f"ugarit/{SEALED}", "site": "ugarit", "url": url, "reason": "slow", "fetched_at": small.NOW}
    )


def remove_article(stores: Stores) -> None:
    """Take it out again."""
    for name in ("articles", "revisions", "readings", "splits", "pages", "quarantine", "seals"):
        key = {"_id": {"$regex": SEALED}}
        stores.db[name].delete_many(key)
    stores.db.articles.delete_many({"_id": {"$in": [LIKE_IT, SAME_EVENT]}})
    stores.db.crawls.delete_one({"_id": ObjectId(SEALED[:24])})
    stores.db.alert_events.delete_one({"article_id": SEALED})


def served(web: Web, stores: Stores) -> Iterator[tuple[str, str]]:
    """Yield everything that is served of the archive: what it is, and its text."""
    for path in _paths(web):
        yield path, web.get(path).text
    yield from printed(web, stores)


def _paths(web: Web) -> Iterator[str]:
    archive = Archive(web.settings)
    try:
        sites = load_sites(web.seeds)
        app = create_app(archive, sites, Reports(archive, web.seeds))
        values = {
            "lang": ("ar", "en"),
            "site": ("ugarit", "barada"),
            "article": (SEALED, LIKE_IT, SAME_EVENT, small.CUT),
            "article_id": (SEALED,),
            "story": (SEALED, LIKE_IT, SAME_EVENT),
            "version": ("1",),
            "alert": ("bridges",),
            "form": ("atom", "json"),
        }
        routes = list(_routes(app.routes))
        assert len(routes) > 20, "routers hold the routes otherwise than this looks for them"
        for route in routes:
            names = [parameter.name for parameter in route.dependant.path_params]
            for chosen in product(*(values[name] for name in names)):
                path = route.path.format(**dict(zip(names, chosen, strict=True)))
                yield path
                yield from (f"{path}?{query}" for query in _queries(path))
    finally:
        archive.close()


def _routes(routes: Iterable[object]) -> Iterator[APIRoute]:
    """The routes that are read, those of included routers among them."""
    for route in routes:
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()):
            yield route
        elif (router := getattr(route, "original_router", None)) is not None:
            yield from _routes(router.routes)


def _queries(path: str) -> Iterator[str]:
    if "/search" in path:
        yield from (f"q={word}&duplicates=yes" for word in (*WORDS, "نص", "عنوان"))
        yield from ("state=edited", "site=ugarit&order=best&q=عنوان")
    if path.endswith("/pairs"):
        yield from ("first=ugarit&carrier=barada", "first=barada&carrier=ugarit")
    if "/stories/" in path:
        yield from (f"first={SEALED}&second={LIKE_IT}", f"first={LIKE_IT}&second={SEALED}")


def printed(web: Web, stores: Stores) -> Iterator[tuple[str, str]]:
    """Yield what commands print of the archive."""
    sites = load_sites(web.seeds)
    for table in TABLES.values():
        for form in (ExportFormat.JSONL, ExportFormat.CSV):
            file = io.StringIO()
            rows = table.rows(TableSource(stores, sites, Selection(repeats=True)))
            write_text(rows, table.types, file, form)
            yield f"export {table.name} {form}", file.getvalue()
    report = dedup_report(stores, sites)
    yield "report.json", render_json(report)
    yield "report.html", render_html(report, lang="ar")
    yield "marks", json.dumps(marks(stores), ensure_ascii=False)
    shown = statuses(stores.db, [site for site in sites.values() if site.id == "ugarit"], detailed=True)
    yield "status", json.dumps([status.as_json() for status in shown], ensure_ascii=False, default=str)
    yield "waiting", json.dumps(waiting_pages(stores.db, "ugarit"), ensure_ascii=False, default=str)
    events = shown_events(stores, [[SEALED, SAME_EVENT]])
    yield (
        "events",
        json.dumps([story_row(story) for event in events for story in event.stories], ensure_ascii=False),
    )
    for address in (SEALED, f"https://ugarit.example/{SLUG}/", LIKE_IT, SAME_EVENT):
        yield f"show {address}", _shown(stores, address)
    archive = Archive(web.settings)
    try:
        for word in WORDS:
            results = archive.search(SearchForm(q=word, duplicates="yes"))
            yield f"search {word}", f"{results.hits} {results.excerpts}"
    finally:
        archive.close()


def _shown(stores: Stores, address: str) -> str:
    from crawler.errors import KhabarError

    try:
        shown: dict[str, Any] = find_article(stores, address)
    except KhabarError as error:
        return str(error)
    return json.dumps(shown, ensure_ascii=False, default=str)
