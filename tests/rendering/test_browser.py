"""What a browser makes of pages that scripts draw, and what it is not allowed to do."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from crawler.rendering import browser as rendering_browser
from crawler.rendering.browser import Renderer, RenderError
from crawler.rendering.chromium import find_chromium
from crawler.rendering.requests import Answer, PageRequests

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="no Chromium is installed")

SITE = "https://news.example/"
PAGE = f"{SITE}stories/7"
HTML = {"Content-Type": "text/html; charset=utf-8"}
APPLICATION = (
    '<!doctype html><title>الخبر</title><body><div id="app">جار التحميل</div>'
    '<script src="/app.js"></script></body>'
)
SCRIPT = """
fetch('/api/stories/7').then(answer => answer.json()).then(story => {
  document.getElementById('app').innerHTML = '<h1>' + story.title + '</h1><p>' + story.text + '</p>';
});
"""
STORY = '{"title": "افتتاح الجسر", "text": "افتتح المجلس الجسر القديم بعد ترميمه."}'


NOT_ITS_TEXT = """
<img src="/picture.jpg"><link rel="stylesheet" href="/style.css"><iframe src="/frame"></iframe>
<link rel="preconnect" href="https://cdn.example"><link rel="prefetch" href="/next">
<script src="https://tracker.example/t.js"></script>
<script>
fetch('https://tracker.example/hit').catch(() => 0);
fetch('http://127.0.0.1:6379/').catch(() => 0);
fetch('/comments', {method: 'POST', body: 'x'}).catch(() => 0);
navigator.sendBeacon('/seen', 'x');
new WebSocket('wss://news.example/live');
navigator.serviceWorker.register('/worker.js').catch(() => 0);
window.open('/other');
</script>
"""


class Site:
    """What the site answers, and what it was asked for."""

    def __init__(self, answers: Mapping[str, tuple[str, str]]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.refuse: set[str] = set()

    async def download(self, url: str) -> Answer:
        self.asked.append(url)
        path = url.removeprefix(SITE)
        if path in self.refuse:
            raise PermissionError("robots.txt forbids it")
        content_type, text = self.answers.get(path, ("text/plain", ""))
        return Answer(200 if path in self.answers else 404, {"Content-Type": content_type}, text.encode())


def application(**more: tuple[str, str]) -> Site:
    return Site({"app.js": ("text/javascript", SCRIPT), "api/stories/7": ("application/json", STORY), **more})


def render(site: Site, *documents: str, most_bytes: int = 10**6) -> list[tuple[str, PageRequests]]:
    async def run() -> list[tuple[str, PageRequests]]:
        renderer = Renderer(
            site.download,
            lambda url: url.startswith(SITE),
            user_agent="Khabar-Tests/1.0 (+https://example.org/)",
            most_bytes=most_bytes,
        )
        try:
            return [await renderer.render(PAGE, Answer(200, HTML, text.encode())) for text in documents]
        finally:
            await renderer.close()

    return asyncio.run(run())


def test_a_page_is_what_its_scripts_make_of_it() -> None:
    site = application()
    [(markup, requests)] = render(site, APPLICATION)
    assert "<h1>افتتاح الجسر</h1>" in markup
    assert "جار التحميل" not in markup
    assert site.asked == [f"{SITE}app.js", f"{SITE}api/stories/7"]
    assert not requests.failures


def test_a_script_is_fetched_once_for_many_pages() -> None:
    site = application()
    render(site, APPLICATION, APPLICATION)
    assert site.asked.count(f"{SITE}app.js") == 1
    assert site.asked.count(f"{SITE}api/stories/7") == 2


def test_what_brings_no_text_of_the_page_is_not_fetched() -> None:
    site = application()
    [(markup, _)] = render(site, NOT_ITS_TEXT + APPLICATION)
    assert site.asked == [f"{SITE}app.js", f"{SITE}api/stories/7"]
    assert "افتتاح الجسر" in markup


def test_a_dialog_does_not_stop_a_page() -> None:
    [(markup, _)] = render(application(), f"<script>alert('مرحبا'); confirm('؟')</script>{APPLICATION}")
    assert "افتتاح الجسر" in markup


def test_a_complete_page_that_leads_elsewhere_stays() -> None:
    leaving = "<script>addEventListener('load', () => location.href = '/gate')</script>"
    [(markup, _)] = render(application(), APPLICATION + leaving)
    assert "افتتاح الجسر" in markup


def test_a_page_that_leads_elsewhere_at_once_is_none() -> None:
    with pytest.raises(RenderError, match="leads to https://news"):
        render(application(), f"<script>location.href = '/gate'</script>{APPLICATION}")


def test_a_refused_request_is_reported_and_is_no_reason_to_try_again() -> None:
    site = application()
    site.refuse.add("api/stories/7")
    [(markup, requests)] = render(site, APPLICATION)
    assert "جار التحميل" in markup
    assert requests.failures == [f"{SITE}api/stories/7: robots.txt forbids it"]
    assert not requests.is_incomplete


def test_what_a_page_may_ask_for_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.rendering.requests.MOST_REQUESTS", 10)
    many = "<script>for (let i = 0; i < 40; i++) fetch('/api/' + i)</script>"
    site = application()
    [(_, requests)] = render(site, f"<body>{many}</body>")
    assert len(site.asked) == 10
    (failure,) = [sentence for sentence in requests.failures if "more than" in sentence]
    assert failure == "it asks for more than 10 addresses; the others were not fetched"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("while (true) {}", "come to rest"),
        ("setInterval(() => fetch('/api/stories/7'), 50)", "come to rest"),
    ],
)
def test_a_page_without_end_is_given_up(script: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering_browser, "MOST_SECONDS", 3.0)
    monkeypatch.setattr("crawler.rendering.requests.MOST_REQUESTS", 10**6)
    with pytest.raises(RenderError, match=reason):
        render(application(), f"<body>text<script>{script}</script></body>")


def test_a_page_that_grows_too_large_is_given_up() -> None:
    long = "<body><script>document.body.innerHTML = '<p>خبر</p>'.repeat(5000)</script></body>"
    with pytest.raises(RenderError, match="larger than max_page_bytes"):
        render(application(), long, most_bytes=20_000)


def test_after_a_page_without_end_the_next_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering_browser, "MOST_SECONDS", 3.0)
    site = application()

    async def run() -> str:
        renderer = Renderer(
            site.download, lambda url: url.startswith(SITE), user_agent="Khabar-Tests/1.0", most_bytes=10**6
        )
        endless = Answer(200, HTML, b"<body>text<script>while (true) {}</script></body>")
        with pytest.raises(RenderError):
            await renderer.render(PAGE, endless)
        try:
            return (await renderer.render(PAGE, Answer(200, HTML, APPLICATION.encode())))[0]
        finally:
            await renderer.close()

    assert "افتتاح الجسر" in asyncio.run(run())


def test_without_a_browser_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing: Callable[..., Any] = lambda *_: None  # noqa: E731
    monkeypatch.setattr("shutil.which", nothing)
    with pytest.raises(RenderError, match="apt install chromium"):
        render(application(), APPLICATION)
