"""Addresses that claim one canonical address: one article, unless they tell different stories."""

from crawler.health.report import CrawlReport
from crawler.model.job import Job
from crawler.operations.crawling.crawl import crawl
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.made_up_site import Answer, article_page, listing_page, made_up_site

OWN, OTHER = "/2024/03/09/the-long-story-of-the-bridge", "/2024/03/08/the-long-story-of-the-market"
LATE, EARLY = "/2024/03/07/the-long-story-of-the-museum", "/2024/03/06/the-long-story-of-the-garden"


def test_a_story_under_another_storys_canonical_address_is_an_article_of_its_own(
    settings: Settings, stores: Stores
) -> None:
    with made_up_site() as place:
        # A bare IP address is no canonical address to rely on.
        base = place.base.replace("127.0.0.1", "localhost")
        # One request after the other, the newest first: what comes first takes the address.
        place.answers["/robots.txt"] = Answer("User-agent: *\nCrawl-delay: 0.1\n")
        page = article_page(base + OWN, None)
        place.answers[OWN] = Answer(page)
        place.answers["/?p=41"] = Answer(
            page.replace("</article>", "<p>سطر أضيف بعد ساعة إلى آخر الخبر.</p></article>")
        )
        place.answers[OTHER] = Answer(article_page(base + OTHER, None).replace(OTHER, OWN))
        # Here the page with the wrong canonical address is read before the one to which it belongs.
        place.answers[LATE] = Answer(article_page(base + LATE, None).replace(LATE, EARLY))
        place.answers[EARLY] = Answer(article_page(base + EARLY, None))
        place.answers["/"] = Answer(listing_page([OWN, "/?p=41", OTHER, LATE, EARLY]))

        def run() -> CrawlReport:
            (report,) = crawl([Job(site=place.site(url=f"{base}/"))], settings)
            assert sum(report.dispositions.values()) == report.taken
            return report

        assert run().taken == 5
        assert run().taken == 1, "the page that stood under the other's address"
        stored = {document["canonical_url"]: document for document in stores.db.articles.find({})}
        assert stored.keys() == {base + path for path in (OWN, OTHER, LATE, EARLY)}
        for path in (OTHER, LATE, EARLY):
            assert stored[base + path]["url"] == base + path
            assert stored[base + path]["title"] in str(place.answers[path])
