"""A look at a site: what a seed is made of, what is asked for, and what is told when the site has changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.demo import Newsroom
from crawler.errors import UsageError
from crawler.fetch.client import FetchError, PoliteFetcher
from crawler.model.seeds import load_site
from crawler.model.site import Site
from crawler.operations.sites.add import (
    changes_of,
    refuse_duplicate,
    seed_path,
    seed_text,
    site_id_of,
    write_seed,
)
from crawler.operations.sites.survey import survey_with
from crawler.operations.sites.survey_report import Survey
from crawler.settings import Settings
from tests.support.made_up_site import Answer, article_page, listing_page, made_up_site, sitemap

SETTINGS = Settings(delay=0, fetch_timeout=5)


def _look(url: str, site: Site | None = None) -> Survey:
    return survey_with(PoliteFetcher(SETTINGS, private=True), url, site)


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(rest=True) as opened:
        yield opened


def test_each_kind_of_site_gets_a_seed_that_can_be_read_back(newsroom: Newsroom, tmp_path: Path) -> None:
    seeds: dict[str, Site] = {}
    for place in newsroom.sites:
        survey = _look(place.url)
        assert [sample.problem for sample in survey.samples] == [None] * 3
        assert survey.requests <= 12
        seeds[place.id] = write_seed(seed_path(tmp_path, place.id), seed_text(survey, private=True))
        assert seeds[place.id].name == place.name
        assert changes_of(seeds[place.id], survey) == []
    assert seeds["demo-yasmin"].wordpress
    assert seeds["demo-yasmin"].feeds == (f"{newsroom.sites[0].url}feed/",)
    assert seeds["demo-sahel"].sitemaps == (f"{newsroom.sites[2].url}sitemap.xml",)
    assert seeds["demo-assi"].listings
    asked = [request.path for log in newsroom.requests.values() for request in log]
    assert not [path for path in asked if path.startswith("/private")]


def test_a_private_address_is_asked_only_where_it_is_said(newsroom: Newsroom) -> None:
    url = newsroom.sites[3].url
    newsroom.forget_requests()
    for address in (url, url.replace("127.0.0.1", "localhost")):
        with pytest.raises(FetchError, match="private address"):
            survey_with(PoliteFetcher(SETTINGS), address)
    assert newsroom.requests["demo-furat"] == []


def test_robots_txt_is_obeyed_also_after_a_redirect_and_its_delay_is_written() -> None:
    with made_up_site() as place:
        place.answers["/robots.txt"] = Answer("User-agent: *\nDisallow: /closed\nCrawl-delay: 0.1\n")
        place.answers["/moved"] = Answer("", 302, {"Location": "/closed/page"})
        place.answers["/away"] = Answer("", 302, {"Location": "ftp://n.example/"})
        fetcher = PoliteFetcher(SETTINGS, private=True)
        for path in ("/closed", "/moved", "/away"):
            with pytest.raises(FetchError):
                fetcher.get(place.base + path)
        assert "/closed/page" not in place.asked
        assert fetcher.delay(place.base) == 0.1


@pytest.mark.parametrize(
    ("home", "said"),
    [
        (Answer("<html><title>Just a moment...</title><body><script src='/cdn-cgi/challenge-platform/x'>"),
         "challenge"),
        (Answer("<html><title>الموقع قيد الصيانة</title><body><p>نعود إليكم قريباً.</p></body></html>"),
         "the server's trouble"),
        (Answer('<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>'), "a feed"),
        (Answer(b"%PDF-1.4 x", 200, {"Content-Type": "application/pdf"}), "a PDF file"),
        (Answer(""), "an empty page"),
        (Answer("", 302, {"Location": "/"}), "redirects without end"),
    ],
    ids=["challenge", "maintenance", "feed", "pdf", "empty", "loop"],
)  # fmt: skip
def test_what_is_no_home_page_makes_no_seed(home: Answer, said: str) -> None:
    with made_up_site() as place:
        place.answers["/"] = home
        with pytest.raises(FetchError, match=said):
            _look(place.base)


def test_a_home_page_that_only_leads_to_another_is_followed_and_a_robots_txt_that_is_broken_is_told() -> None:
    with made_up_site() as place:
        place.answers["/"] = Answer('<meta http-equiv="refresh" content="0; url=/ar/">')
        place.answers["/ar/"] = Answer(listing_page([]))
        assert _look(place.base).url == f"{place.base}/ar/"
        place.answers["/robots.txt"] = Answer("", 503)
        with pytest.raises(FetchError, match=r"robots\.txt answers with status 503"):
            _look(place.base)


def test_a_site_without_sources_is_read_by_its_sections_and_doubts_are_told(tmp_path: Path) -> None:
    with made_up_site() as place:
        paths = [f"/story/the-long-day-of-the-city-{number}" for number in range(1001, 1006)]
        place.answers["/"] = Answer(
            '<html lang="en"><title>الرئيسية | صدى "المدينة" - City Echo</title>'
            '<nav><a href="/local">محليات</a><a href="/about">من نحن</a></nav></html>'
        )
        place.answers["/local"] = Answer(listing_page(paths))
        for path in paths:
            place.answers[path] = Answer(article_page(place.base + path, None))
        survey = _look(place.base)
        assert survey.listings == [f"{place.base}/local"]
        assert survey.language == "ar"
        told = "\n".join(survey.unsure)
        for doubt in ("taken from the title", "states no date", "says that it is in 'en'"):
            assert doubt in told
        site = write_seed(seed_path(tmp_path, "echo"), seed_text(survey, private=True))
        assert (site.name, site.name_en) == ('صدى "المدينة"', "City Echo")

        # What the seed relies on is gone, and there is something new.
        place.answers["/sitemap.xml"] = Answer(sitemap(dict.fromkeys(paths), place.base))
        for path in paths:
            place.answers[path] = Answer("<html><title>x</title><p>نص قصير</p></html>")
        site = site.model_copy(update={"wordpress": True, "feeds": (f"{place.base}/feed",)})
        changes = {change.text: change.broken for change in changes_of(site, _look(place.base, site))}
        assert changes == {
            f"feeds: {place.base}/feed gives no entries any more": True,
            f"sitemaps: {place.base}/sitemap.xml is new": False,
            "wordpress: the REST interface cannot be read": True,
            "nothing on the site names an article": True,
            "language: the articles are in 'en', the seed says 'ar'": False,
        }


def test_a_seed_is_never_overwritten_and_never_leaves_the_folder(tmp_path: Path) -> None:
    path = seed_path(tmp_path, "echo")
    write_seed(path, 'name = "صدى"\nurl = "https://echo.example/"\n')
    with pytest.raises(UsageError, match="not overwritten"):
        seed_path(tmp_path, "echo")
    with pytest.raises(UsageError, match="left as it is"):
        write_seed(path, "name = 1\n")
    assert load_site(path).name == "صدى"
    for name in ("../echo", "a/b", "", "Echo", ".hidden", "x" * 65):
        with pytest.raises(UsageError, match="allowed"):
            seed_path(tmp_path, name)
    with pytest.raises(UsageError, match="'echo' already"):
        refuse_duplicate("http://www.echo.example", [load_site(path)])
    assert [file.name for file in tmp_path.iterdir()] == ["echo.toml"]


def test_a_seed_that_would_not_be_valid_is_not_left_behind(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="url"):
        write_seed(seed_path(tmp_path, "bad"), 'name = "x"\nurl = "ftp://x"\n')
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.enabbaladi.net/", "enabbaladi"),
        ("https://furat.alwehda.gov.sy/", "furat-alwehda"),
        ("https://sana.sy/", "sana"),
        ("https://rojnews.news/ar/", "rojnews"),
        ("http://127.0.0.1:8000/", "127"),
    ],
)
def test_ids_are_made_from_hosts(url: str, name: str) -> None:
    assert site_id_of(url) == name


@pytest.mark.parametrize("has_feed", [True, False])
def test_a_site_that_scripts_draw_is_recognised_by_its_shells(tmp_path: Path, has_feed: bool) -> None:
    shell = (
        '<html lang="ar"><title>وكالة المثال</title><body><div id="app"></div><script src="/app.js"></script>'
    )
    feed = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    with made_up_site() as place:
        place.answers["/"] = Answer((feed if has_feed else "") + shell)
        entries = "".join(
            f"<item><link>{place.base}/stories/bridge-opens-{n}</link></item>" for n in range(3)
        )
        place.answers["/feed"] = Answer(f"<rss version='2.0'><channel>{entries}</channel></rss>")
        for number in range(3):
            place.answers[f"/stories/bridge-opens-{number}"] = Answer(shell)
        survey = _look(f"{place.base}/")
        site = write_seed(seed_path(tmp_path, "application"), seed_text(survey, private=True))
        assert site.render
        assert changes_of(site, survey) == []
        (change,) = changes_of(site.model_copy(update={"render": False}), survey)
        assert change.broken
        assert "render = true" in change.text
