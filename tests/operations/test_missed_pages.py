"""Pages that answered badly when they were new are asked for again, whatever they answered."""

from datetime import timedelta

from crawler.health.report import CrawlReport
from crawler.model.article import Disposition
from crawler.model.job import Job
from crawler.operations.crawling.crawl import crawl
from crawler.operations.crawling.recrawl import recrawl_job
from crawler.parsing.urls import page_id
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.made_up_site import Answer, made_up_site

NOT_FOUND = "<html><title>الصفحة غير موجودة</title><body><h1>404</h1><p>عذراً، الصفحة غير موجودة.</p></body>"
ANSWERS = {
    "missing": Answer("not here", 404),
    "gone": Answer("not here", 410),
    "says-so": Answer(NOT_FOUND),
    "empty": Answer("<html><head><title>صور</title></head><body><div></div></body></html>"),
    "loop": Answer("", 302, {"Location": "/news/loop"}),
    "large": Answer(b"<html>" + b" " * 300_000),
    "elsewhere": Answer("", 302, {"Location": "https://elsewhere.example/"}),
}
ROBOTS = Answer("User-agent: *\nDisallow: /news/forbidden", headers={"Content-Type": "text/plain"})


def test_what_was_missed_is_asked_for_again_by_the_schedule_and_by_a_recrawl(
    settings: Settings, stores: Stores
) -> None:
    settings = settings.model_copy(update={"max_page_bytes": 200_000})
    with made_up_site() as place:
        paths = {name: f"/news/{name}" for name in [*ANSWERS, "forbidden"]}
        items = "".join(f"<item><link>{place.base}{path}</link></item>" for path in paths.values())
        place.answers["/robots.txt"] = ROBOTS
        place.answers["/feed.xml"] = Answer(f'<rss version="2.0"><channel>{items}</channel></rss>')
        place.answers |= {paths[name]: answer for name, answer in ANSWERS.items()}
        site = place.site(feeds=[f"{place.base}/feed.xml"])

        def run(job: Job) -> CrawlReport:
            (report,) = crawl([job], settings)
            return report

        def stored() -> set[str]:
            return {
                name
                for name, path in paths.items()
                if stores.db.articles.find_one({"_id": page_id(place.base + path)}, {"_id": 1})
            }

        assert run(Job(site=site)).taken == len(paths)
        assert stored() == set()
        # Not before its time.
        assert run(Job(site=site)).taken == 0
        early = ["missing", "says-so", "loop", "large"]
        for name in early:
            place.article(paths[name])
        for page in stores.db.pages.find({}):
            for name in ("recheck_at", "next_attempt_at"):
                if page.get(name) is not None:
                    earlier = {name: page[name] - timedelta(hours=1)}
                    stores.db.pages.update_one({"_id": page["_id"]}, {"$set": earlier})
        report = run(Job(site=site))
        assert (report.taken, report.count(Disposition.STORED)) == (len(ANSWERS), len(early))
        assert stored() == set(early)
        for name in ANSWERS:
            place.article(paths[name])
        place.article(paths["forbidden"])
        run(recrawl_job(site, settings)[0])
        assert stored() == set(ANSWERS)
