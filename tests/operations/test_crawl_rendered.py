"""Sites whose pages are drawn by scripts, crawled with a browser that never touches the network."""

import gzip
import json

import pytest

from crawler.health.report import CrawlReport
from crawler.model.job import Job
from crawler.model.site import Site
from crawler.operations.crawling.crawl import crawl
from crawler.operations.crawling.recrawl import recrawl_job
from crawler.operations.crawling.reextract import reextract
from crawler.rendering.chromium import find_chromium
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.captured import check_captures
from tests.support.made_up_site import Answer, MadeUpSite, made_up_site

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="no Chromium is installed")

SHELL = (
    '<!doctype html><html lang="ar"><head><title>وكالة المثال</title></head>'
    '<body><div id="app"></div><script src="/app.js"></script></body></html>'
)
APPLICATION = """
const path = location.pathname;
fetch('/api' + (path === '/' ? '/front' : path) + '.json').then(answer => answer.json()).then(page => {
  const links = (page.links || []).map(link => `<li><a href="${link.url}">${link.title}</a></li>`).join('');
  const paragraphs = (page.text || []).map(text => `<p>${text}</p>`).join('');
  document.getElementById('app').innerHTML = page.title
    ? `<article><h1>${page.title}</h1><time>${page.time}</time>${paragraphs}</article>`
    : `<ul>${links}</ul>`;
  if (page.title) document.title = page.title;
});
"""
TITLES = [
    "افتتاح جسر الرستن بعد ترميمه على أيدي أبناء المدينة",
    "موسم القمح في سهل الغاب يفوق موسم العام الماضي",
]
PATHS = ["/stories/bridge-of-rastan-opens-2024", "/stories/wheat-season-of-al-ghab-2024"]


def story(number: int, more: str = "") -> dict[str, object]:
    text = [
        f"قال المجلس المحلي في الخبر {number} إن الأعمال استمرت عاماً كاملاً بمشاركة عشرات العمال{more}.",
        "وأضاف أن الأهالي ينتظرون انتهاء المرحلة الثانية قبل حلول الشتاء، وأن الكلفة جمعت من تبرعات السكان.",
        "وتحدث عدد من السكان عن صعوبة الطريق في السنوات الماضية، وعن أملهم في عودة السوق إلى ما كان عليه.",
    ]
    return {"title": TITLES[number], "time": f"2024-12-0{number + 1}T10:30:00+03:00", "text": text}


def application(place: MadeUpSite) -> Site:
    """Serve the application; returns its seed."""
    links = [{"url": path, "title": title} for path, title in zip(PATHS, TITLES, strict=True)]
    place.answers["/"] = Answer(SHELL)
    place.answers["/app.js"] = Answer(APPLICATION, headers={"Content-Type": "text/javascript"})
    place.answers["/robots.txt"] = Answer("User-agent: *\nDisallow:\n")
    place.answers["/api/front.json"] = _json({"links": links})
    for number, path in enumerate(PATHS):
        place.answers[path] = Answer(SHELL)
        place.answers[f"/api{path}.json"] = _json(story(number))
    return place.site(listings=[f"{place.base}/"], article=["^/stories/"], render=True)


def _json(value: object) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False), headers={"Content-Type": "application/json"})


def run(site: Site, settings: Settings) -> CrawlReport:
    (report,) = crawl([Job(site=site)], settings)
    return report


def test_the_articles_of_an_application_are_stored_as_its_readers_see_them(
    settings: Settings, stores: Stores
) -> None:
    with made_up_site() as place:
        report = run(application(place), settings)
        assert report.dispositions == {"stored": 2}
        stored = {article["title"]: article for article in stores.db.articles.find()}
        assert set(stored) == set(TITLES)
        assert stored[TITLES[0]]["text"].split("\n\n") == story(0)["text"]
        assert stored[TITLES[0]]["published_precision"] == "minute"
        # Once a crawl: pages share the application's script.
        assert place.asked.count("/app.js") == 1
        agents = {headers["user-agent"] for headers in place.headers}
        assert agents == {settings.user_agent}


def test_an_edit_behind_an_unchanged_shell_is_seen(settings: Settings, stores: Stores) -> None:
    with made_up_site() as place:
        site = application(place)
        run(site, settings)
        place.answers[f"/api{PATHS[0]}.json"] = _json(story(0, "، ثم توقفت أسبوعين"))
        job, _ = recrawl_job(site, settings)
        (report,) = crawl([job], settings)
        assert report.dispositions == {"revised": 1, "unchanged": 1}
        (revised,) = stores.db.articles.find({"revision": 2})
        assert "ثم توقفت أسبوعين" in revised["text"]


def test_what_robots_txt_forbids_to_a_script_is_not_fetched(settings: Settings, stores: Stores) -> None:
    with made_up_site() as place:
        site = application(place)
        place.answers["/robots.txt"] = Answer("User-agent: *\nDisallow: /api/stories/\n")
        report = run(site, settings)
        assert not [path for path in place.asked if path.startswith("/api/stories/")]
        assert stores.db.articles.count_documents({}) == 0
        assert report.verdict == "nothing_extracted"
        assert "though a browser draws them" in (report.verdict_reason or "")


def test_what_leads_off_the_site_is_not_followed(settings: Settings, stores: Stores) -> None:
    with made_up_site() as place, made_up_site() as elsewhere:
        site = application(place)
        elsewhere.answers["/app.js"] = Answer(APPLICATION, headers={"Content-Type": "text/javascript"})
        place.answers["/app.js"] = Answer("", 302, {"Location": f"{elsewhere.base}/app.js"})
        run(site, settings)
        assert "/app.js" in place.asked
        assert elsewhere.asked == []
        assert stores.db.articles.count_documents({}) == 0


def test_every_request_of_a_page_waits_for_the_delay(settings: Settings) -> None:
    with made_up_site() as place:
        site = application(place).model_copy(update={"delay": 0.5})
        run(site, settings)
        gaps = [later - earlier for earlier, later in zip(place.moments, place.moments[1:], strict=False)]
        assert len(gaps) >= 6
        assert min(gaps) >= 0.5


def test_a_page_whose_interface_fails_is_asked_for_again(settings: Settings, stores: Stores) -> None:
    with made_up_site() as place:
        site = application(place)
        place.answers[f"/api{PATHS[0]}.json"] = Answer("busy", 500)
        assert run(site, settings).dispositions == {"stored": 1, "failed": 1}
        (page,) = stores.db.pages.find({"last_disposition": "failed"})
        assert "a part of the page is missing" in page["last_error"]


def test_what_was_drawn_is_kept_beside_what_was_sent_and_read_again(
    settings: Settings, stores: Stores
) -> None:
    from warcio.archiveiterator import ArchiveIterator

    with made_up_site() as place:
        site = application(place)
        run(site, settings)
    (segment,) = (settings.data_dir / "raw" / site.id).glob("*.warc.gz")
    with segment.open("rb") as file:
        records = [
            (
                record.rec_type,
                record.rec_headers.get_header("WARC-Target-URI"),
                record.content_stream().read(),
            )
            for record in ArchiveIterator(file)
        ]
    sent = {url: body for kind, url, body in records if kind == "response"}
    drawn = {url: body for kind, url, body in records if kind == "conversion"}
    assert set(drawn) == {place.base + path for path in PATHS}
    assert {sent[url] for url in drawn} == {SHELL.encode()}
    # What the browser asked for is kept, too, and the rules that allowed it.
    assert {"/app.js", "/robots.txt"} < {url.removeprefix(place.base) for url in sent.keys() - drawn.keys()}
    assert TITLES[0].encode() in drawn[place.base + PATHS[0]]
    for article in check_captures(stores, settings, site.id):
        assert article.capture is not None
        data = article.capture.path(settings.data_dir, site.id).read_bytes()
        given = b"".join(gzip.decompress(data[begin:end]) for begin, end in article.capture.sources)
        # What the browser was given while it drew this page, and nothing of the other.
        assert f"/api{article.url.removeprefix(place.base)}.json".encode() in given
        assert sum(f"/api{path}.json".encode() in given for path in PATHS) == 1
    (report,) = reextract([site], settings)
    assert (report.read, report.same) == (2, 2)


def test_without_render_a_shell_is_reported_as_one(settings: Settings, stores: Stores) -> None:
    with made_up_site() as place:
        site = application(place).model_copy(update={"render": False})
        place.answers["/feed"] = Answer(
            "<rss version='2.0'><channel><title>x</title>"
            + "".join(f"<item><link>{place.base}{path}</link></item>" for path in PATHS)
            + "</channel></rss>"
        )
        report = run(site.model_copy(update={"feeds": (f"{place.base}/feed",)}), settings)
        assert stores.db.articles.count_documents({}) == 0
        assert report.verdict != "ok"
        assert "render = true" in (report.verdict_reason or "")
