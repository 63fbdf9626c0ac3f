"""Addresses: a site that has an IPv6 address alone is crawled, a name that leads to a private one is not."""

import socket

import pytest

from crawler.model.article import Disposition
from crawler.model.job import Job
from crawler.model.site import Site
from crawler.operations.crawling.crawl import crawl
from crawler.operations.sites.survey import survey_site
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.made_up_site import Answer, MadeUpSite, listing_page

PATH = "/2024/03/05/first-story-of-the-day"


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6 loopback address")
def test_a_site_at_an_ipv6_address_is_crawled_and_looked_at(settings: Settings, stores: Stores) -> None:
    with MadeUpSite(host="::1") as place:
        place.article(PATH)
        place.answers["/"] = Answer(listing_page([PATH]))
        (report,) = crawl([Job(site=place.site())], settings)
        assert (report.count(Disposition.STORED), report.verdict) == (1, "ok")
        fast = settings.model_copy(update={"delay": 0.0})
        (sample,) = survey_site(place.base, fast, private=True).samples
        assert sample.article is not None


def test_a_name_that_leads_to_a_private_address_is_told_as_such_and_never_asked(
    settings: Settings, stores: Stores
) -> None:
    with MadeUpSite() as place:
        # To the address guard this is a name: only the resolver knows what it means.
        url = place.base.replace("127.0.0.1", "127.1")
        site = Site(id="led-astray", name="x", url=url, delay=0)
        (report,) = crawl([Job(site=site)], settings)
        assert (report.outcome, report.verdict) == ("finished", "unreachable")
        assert report.sources[0].error == "unsafe address: 127.1 leads to 127.0.0.1"
        assert place.asked == []
