"""Many sites are looked at side by side, and each host one request after the other."""

import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from crawler.errors import SeedError
from crawler.model.seeds import load_site
from crawler.model.site import Site
from crawler.operations.sites.add import SiteMove, write_move
from crawler.operations.sites.check import SiteCheck, check_sites
from crawler.settings import Settings
from tests.support.made_up_site import Answer, listing_page, made_up_site

SETTINGS = Settings(delay=0, fetch_timeout=30, concurrent_sites=4)


def _check(sites: list[Site]) -> tuple[list[SiteCheck], list[str]]:
    finished: list[str] = []
    checks = check_sites(sites, SETTINGS, lambda *_: None, lambda check: finished.append(check.site))
    return checks, finished


def test_sites_are_looked_at_side_by_side() -> None:
    # Each home page waits for the other: one after the other, neither would ever come.
    both = threading.Barrier(2, timeout=60)

    def home(_: Mapping[str, str]) -> Answer:
        both.wait()
        return Answer("<html><title>خبر</title></html>")

    with ExitStack() as stack:
        places = [stack.enter_context(made_up_site()) for _ in range(2)]
        for place in places:
            place.answers["/"] = home
        checks, finished = _check([place.site(id=f"site-{n}") for n, place in enumerate(places)])
    assert [check.site for check in checks] == ["site-0", "site-1"]
    assert sorted(finished) == ["site-0", "site-1"]
    assert [check.error for check in checks] == [None, None]
    assert all(check.broken for check in checks), "nothing on them names an article"


def test_two_sites_on_one_host_are_never_asked_at_once() -> None:
    active, most, lock = 0, 0, threading.Lock()

    def home(_: Mapping[str, str]) -> Answer:
        nonlocal active, most
        with lock:
            active += 1
            most = max(most, active)
        time.sleep(0.1)
        with lock:
            active -= 1
        return Answer("<html><title>خبر</title></html>")

    with made_up_site() as place:
        place.answers["/ar/"] = place.answers["/en/"] = place.answers["/robots.txt"] = home
        sites = [place.site(id=name, url=f"{place.base}/{name}/") for name in ("ar", "en")]
        checks, _ = _check(sites)
    assert [check.error for check in checks] == [None, None]
    assert most == 1


def test_a_site_that_moved_is_told_with_what_its_seed_should_say() -> None:
    with made_up_site() as old, made_up_site() as new:
        page = new.article("/news/story-of-the-long-day-1001")
        new.answers["/"] = Answer(listing_page(["/news/story-of-the-long-day-1001"]))
        links = [f"{new.base}/news/story-of-the-long-day-100{number}" for number in range(3)]
        redirecting, linking = old.site(id="redirecting"), old.site(id="linking", url=f"{old.base}/home")
        old.answers["/"] = Answer("", 301, {"Location": f"{new.base}/"})
        old.answers["/home"] = Answer(listing_page(links))
        (redirected, linked), _ = _check([redirecting, linking])
    host, former = new.base.removeprefix("http://"), old.base.removeprefix("http://")
    for check in (redirected, linked):
        assert check.broken
        assert check.changes[0].text.endswith(f'url = "http://{host}/", formerly = ["{former}"]')
    assert redirected.survey is not None
    assert [sample.url for sample in redirected.survey.samples] == [page]
    assert redirected.survey.has_article


def test_a_move_is_written_into_the_seed_and_the_rest_of_it_stays(tmp_path: Path) -> None:
    path = tmp_path / "souq.toml"
    path.write_text(
        'name = "سوق"  # unverified\nurl = "https://souq.example/"\n\n'
        "# Their editor asked for this.\ndelay = 9\n",
        encoding="utf-8",
    )
    write_move(path, SiteMove("https://souq.example.org/", ("souq.example",)))
    text = path.read_text(encoding="utf-8")
    assert 'name = "سوق"  # unverified' in text
    assert "# Their editor asked for this.\ndelay = 9" in text
    moved = load_site(path)
    assert (moved.url, moved.formerly) == ("https://souq.example.org/", ("souq.example",))
    with pytest.raises(SeedError, match="url"):
        write_move(path, SiteMove("http://127.0.0.1/"))
    assert path.read_text(encoding="utf-8") == text
