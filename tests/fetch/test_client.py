"""The client of commands keeps what crawls keep, robots.txt, pauses and bounds, and reads what they read."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from crawler.errors import KhabarError
from crawler.fetch.client import FetchError, PoliteFetcher
from crawler.operations.extract import extract_source
from crawler.settings import Settings
from tests.support.made_up_site import Answer, MadeUpSite, article_page

SETTINGS = Settings(delay=0, fetch_timeout=3)
MOMENT = datetime(2024, 12, 4, tzinfo=UTC)
STORY = "/akhbar/story-of-the-day-10001"


@pytest.fixture
def site() -> Iterator[MadeUpSite]:
    with MadeUpSite() as opened:
        opened.answers["/robots.txt"] = Answer("\ufeffUser-agent: *\nDisallow: /members/\n")
        opened.article(STORY, MOMENT)
        yield opened


def redirect(to: str, **headers: str) -> Answer:
    return Answer("", 302, {"Location": to, **headers})


def fetch(site: MadeUpSite, path: str, settings: Settings = SETTINGS) -> bytes:
    return PoliteFetcher(settings, private=True).get(site.base + path).body


@pytest.mark.parametrize(
    "answer",
    [
        redirect("/members/a"),
        Answer('<meta http-equiv="refresh" content="0;url=/members/a">'),
        Answer('<script>location="/members/a"</script>'),
        Answer("<p>…</p>", headers={"Refresh": "0; url=/members/a"}),
    ],
)
def test_what_robots_txt_forbids_is_not_asked_for_whoever_leads_there(
    site: MadeUpSite, answer: Answer
) -> None:
    site.answers["/open"] = answer
    with pytest.raises(KhabarError, match=r"robots\.txt forbids"):
        extract_source(f"{site.base}/open", SETTINGS)
    assert "/members/a" not in site.asked


def test_what_a_browser_shows_is_read(site: MadeUpSite) -> None:
    story = article_page(site.base + STORY, MOMENT).encode()

    def walled(headers: Mapping[str, str]) -> Answer:
        return (
            Answer(story)
            if "v=1" in headers.get("cookie", "")
            else redirect("/walled", **{"Set-Cookie": "v=1"})
        )

    site.answers["/packed"] = Answer(gzip.compress(story))
    site.answers["/plain"] = Answer(story, headers={"Content-Encoding": "br"})
    site.answers["/long"] = Answer(story, headers={"Content-Length": str(len(story) + 50)})
    site.answers["/stub"] = Answer(f'<script>location.replace("{STORY}")</script>')
    site.answers["/walled"] = walled
    for path in ("/packed", "/plain", "/long", "/stub", "/walled"):
        assert fetch(site, path) == story, path


def test_what_leads_nowhere_is_told(site: MadeUpSite) -> None:
    site.answers["/loop"] = redirect("/loop")
    site.answers["/gated"] = redirect("/ask?for=%2Fgated")
    site.answers["/ask?for=%2Fgated"] = Answer(article_page(site.base, MOMENT))
    for path, message in {"/loop": "without end", "/gated": "consent"}.items():
        with pytest.raises(FetchError, match=message):
            fetch(site, path)


def test_a_page_that_is_cut_or_too_large_is_no_page(site: MadeUpSite) -> None:
    story = article_page(site.base + STORY, MOMENT).encode()
    site.answers["/cut"] = Answer(story[:-200], headers={"Content-Length": str(len(story))})
    with pytest.raises(FetchError, match="cut short"):
        fetch(site, "/cut")
    site.answers["/bomb"] = Answer(gzip.compress(b"a" * 200_000))
    for path in ("/bomb", STORY):
        with pytest.raises(FetchError, match="larger than"):
            fetch(site, path, SETTINGS.model_copy(update={"max_page_bytes": 1000}))


def test_a_typed_address_may_be_private_and_what_it_leads_to_may_not(site: MadeUpSite) -> None:
    with MadeUpSite(host="127.0.0.2") as other:
        other.article(STORY, MOMENT)
        site.answers["/away"] = redirect(other.base + STORY)
        with pytest.raises(KhabarError, match="private address"):
            extract_source(f"{site.base}/away", SETTINGS)
        assert other.asked == []
    assert extract_source(site.base + STORY, SETTINGS).url == site.base + STORY


def test_a_proxy_in_the_environment_is_not_asked(site: MadeUpSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert fetch(site, STORY)


def test_pauses_are_kept_between_all_requests(site: MadeUpSite) -> None:
    site.answers["/robots.txt"] = Answer("User-agent: *\nCrawl-delay: 0.3\n")
    site.answers["/moved"] = redirect(STORY)
    busy = iter([Answer("", 429, {"Retry-After": "1"}), Answer("<p>x</p></body>")])
    site.answers["/busy"] = lambda _: next(busy)
    fetcher = PoliteFetcher(SETTINGS.model_copy(update={"delay": 0.1}), private=True)
    for path in ("/moved", "/busy"):
        fetcher.get(site.base + path)
    gaps = [later - earlier for earlier, later in pairwise(site.moments)]
    assert site.asked == ["/robots.txt", "/moved", STORY, "/busy", "/busy"]
    assert min(gaps[1:]) >= 0.3
    assert gaps[-1] >= 1.0
    site.answers["/long-pause"] = Answer("", 503, {"Retry-After": "3600"})
    with pytest.raises(FetchError, match="left alone for 3600 s"):
        fetcher.get(f"{site.base}/long-pause")


def test_a_robots_txt_that_cannot_be_read_closes_the_host(site: MadeUpSite) -> None:
    site.answers["/robots.txt"] = Answer("", 500)
    with pytest.raises(FetchError, match="status 500"):
        fetch(site, STORY)
    assert site.asked == ["/robots.txt"]


def test_an_answer_that_drips_has_an_end() -> None:
    """A byte now and then never times out by itself."""
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not stop.wait(0.1):
                try:
                    connection.sendall(b"X: 1\r\n")
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    fetcher = PoliteFetcher(SETTINGS.model_copy(update={"fetch_timeout": 1.0}), private=True)
    begun = time.monotonic()
    try:
        with pytest.raises(FetchError, match="no complete answer in 1 s"):
            fetcher.get(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        assert time.monotonic() - begun < 10
    finally:
        stop.set()
        listener.close()
        thread.join()


def test_extraction_has_an_end(site: MadeUpSite) -> None:
    attributes = " ".join(f"a{number}=1" for number in range(400_000))
    site.answers["/heavy"] = Answer(f"<html><body {attributes}><p>نص</p></body></html>")
    with pytest.raises(KhabarError):
        extract_source(f"{site.base}/heavy", SETTINGS.model_copy(update={"extraction_timeout": 1.0}))
