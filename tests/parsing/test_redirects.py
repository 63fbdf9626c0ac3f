"""Pages that hold nothing but the way to another, gates, and the cookies of a chain of redirects."""

import time
from base64 import urlsafe_b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.redirects import is_gate, page_redirect, refresh_header_target, with_cookies

URL = "https://news.example/old.php?id=5"
NEW = "https://news.example/akhbar/5"
STORY = "<p>" + "أعلنت البلدية افتتاح السوق القديم بعد الترميم. " * 20 + "</p>"

LEADS = {
    "refresh": '<meta http-equiv="refresh" content="0;url=/akhbar/5">',
    "refresh in capitals, quoted": "<META HTTP-EQUIV=Refresh CONTENT=\"3; URL='/akhbar/5'\">",
    "refresh without url=": '<meta http-equiv="refresh" content="0; /akhbar/5">',
    "refresh with base": '<base href="/akhbar/"><meta http-equiv="refresh" content="0;url=5">',
    "replace": '<script>window.location.replace("/akhbar/5");</script>',
    "assign": "<script>location.assign('https://news.example/akhbar/5')</script>",
    "href": '<script>document.location.href = "/akhbar/5";</script>',
    "top": '<script>top.location="\\/akhbar\\/5"</script>',
    "timer": "<script>setTimeout(function(){ window.location.href='/akhbar/5' }, 2000)</script>",
    "timer with a string": "<script>setTimeout(\"location.href='/akhbar/5'\", 10)</script>",
    "in a comment for old browsers": '<script><!--\nself.location="/akhbar/5"\n//--></script>',
    "with a word to read": '<p>يتم تحويلك…</p><a href="/x">اضغط</a><script>location="/akhbar/5"</script>',
}
STAYS = {
    "a story that reloads": f'<meta http-equiv="refresh" content="300">{STORY}',
    "a story with a refresh": f'<meta http-equiv="refresh" content="5;url=/">{STORY}',
    "a story whose script may leave": f'{STORY}<script>if (old) location="/upgrade"</script>',
    "a page that reloads itself": '<meta http-equiv="refresh" content="0;url=/old.php?id=5">',
    "a page kept fresh": '<meta http-equiv="refresh" content="600;url=/akhbar/5">',
    "for browsers without scripts": '<noscript><meta http-equiv="refresh" content="0;url=/no"></noscript>',
    "an address from pieces": '<script>location.href = "/go?to=" + target</script>',
    "a script that only reads": '<script>if (location.href == "/akhbar/5") open()</script>',
    "another scheme": '<script>location="javascript:void(0)"</script>',
    "an app": '<script>location="intent://news"</script>',
    "a name that ends so": '<script>mylocation="/akhbar/5"</script>',
    "no page": "",
}


@pytest.mark.parametrize("form", LEADS)
def test_a_page_that_only_leads_elsewhere_is_followed(form: str) -> None:
    assert page_redirect(f"<html><head>{LEADS[form]}</head></html>".encode(), URL) == NEW


@pytest.mark.parametrize("form", STAYS)
def test_a_page_with_something_to_read_or_nowhere_to_go_stays(form: str) -> None:
    assert page_redirect(f"<html><body>{STAYS[form]}</body></html>".encode(), URL) is None


def test_a_refresh_header_is_read_like_the_element() -> None:
    assert refresh_header_target("0; url=/akhbar/5", URL) == NEW
    assert refresh_header_target("30", URL) is None
    assert refresh_header_target("", URL) is None


@given(st.text(max_size=300), st.sampled_from(["location='", 'http-equiv=refresh content="', "\\u", "//["]))
def test_no_text_breaks_it(text: str, start: str) -> None:
    page_redirect(f"<script>{start}{text}</script><meta {start}{text}>".encode("utf-8", "ignore"), URL)
    refresh_header_target(text, URL)


@pytest.mark.parametrize("piece", ["location='", "location ", 'location.replace("', "a", "'", " ", "\\"])
def test_hostile_scripts_take_no_long_time(piece: str) -> None:
    page = b"<script>location" + (piece * 30_000).encode()[:32_000]
    begun = time.process_time()
    page_redirect(page, URL)
    assert time.process_time() - begun < 1


PAGE = "https://news.example/akhbar/511?x=1"
PATH = "/akhbar/511"


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        (f"https://news.example/consent?return={quote(PATH, safe='')}", True),
        (f"https://news.example/?next={PATH}", True),
        (f"https://sso.example/login?continue={quote(PAGE, safe='')}&hl=ar", True),
        (f"https://news.example/check?u={quote(quote(PAGE, safe=''), safe='')}", True),
        (f"https://news.example/check?u={urlsafe_b64encode(PAGE.encode()).decode()}", True),
        (f"https://news.example/ar/akhbar/511?from={PATH}", False),
        ("https://news.example/akhbar/the-story?id=511", False),
        ("https://news.example/", False),
    ],
)
def test_a_gate_carries_the_address_that_it_was_called_from(gate: str, expected: bool) -> None:
    assert is_gate(gate, PAGE) is expected


def test_cookies_are_carried_by_name_and_bounded() -> None:
    jar = with_cookies({}, ["visit=1; path=/; HttpOnly", "broken", f"long={'x' * 5000}"])
    assert jar == {"visit": "1"}
    assert with_cookies(jar, ["visit=2", "b="]) == {"visit": "2", "b": ""}
    assert len(with_cookies(jar, [f"c{number}=1" for number in range(100)])) == 20
