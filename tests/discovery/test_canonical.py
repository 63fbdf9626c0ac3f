"""One page, one address."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.discovery.canonical import (
    MAX_URL_LENGTH,
    InvalidURLError,
    absolute_url,
    canonical_url,
    host_of,
    page_id,
    url_key,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://Example.ORG:80/a", "http://example.org/a"),
        ("https://example.org:443", "https://example.org/"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://example.org/a/./b/../c", "https://example.org/a/c"),
        ("https://example.org/../..", "https://example.org/"),
        ("https://example.org/a/%2E%2E/c", "https://example.org/c"),
        ("https://example.org/a#part", "https://example.org/a"),
        ("  https://example.org/a\n", "https://example.org/a"),
        ("https://exam\tple.org/a", "https://example.org/a"),
        ("https://example.org/a\\b\\c", "https://example.org/a/b/c"),
        ("https://example.org/%d8%a3", "https://example.org/%D8%A3"),
        ("https://example.org/أ", "https://example.org/%D8%A3"),
        ("https://example.org/%7Euser", "https://example.org/~user"),
        ("https://example.org/100%/a b", "https://example.org/100%25/a%20b"),
        ("https://example.org/a%2Fb", "https://example.org/a%2Fb"),
        ("https://example.org/a%C8", "https://example.org/a%C8"),
        ("https://موقع.سوريا/خبر", "https://xn--4gbrim.xn--mgbtf8fl/%D8%AE%D8%A8%D8%B1"),
        ("https://[2001:DB8::1]/a", "https://[2001:db8::1]/a"),
        ("https://example.org/?q=قصف حلب", "https://example.org/?q=%D9%82%D8%B5%D9%81%20%D8%AD%D9%84%D8%A8"),
    ],
)
def test_normal_form(url: str, expected: str) -> None:
    assert absolute_url(url) == expected
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("?p=77&utm_source=rss&utm_medium=rss", "?p=77"),
        ("?fbclid=IwAR0&p=77", "?p=77"),
        ("a/?UTM_Source=x", "a/"),
        ("a?share=facebook&nb=1", "a"),
        ("a?b=2&a=1", "a?b=2&a=1"),
        ("?p=77&amp;utm_source=x", "?p=77"),
        ("a?ref=rss", "a"),
        ("a?ref=12", "a?ref=12"),
        ("story-1/amp/", "story-1/"),
        ("story-1/amp", "story-1"),
        ("قصف-على-حلب/amp/", "%D9%82%D8%B5%D9%81-%D8%B9%D9%84%D9%89-%D8%AD%D9%84%D8%A8/"),
        ("2024/12/story/print/", "2024/12/story/print/"),
        ("news/1234/print", "news/1234"),
        ("news/amp/", "news/amp/"),
        ("amp/", "amp/"),
        ("news/1.amp", "news/1"),
        ("news/1.amp.html", "news/1.html"),
        ("a?amp", "a"),
        ("a?amp=1&outputType=amp&print=1", "a"),
        ("a?type=video", "a?type=video"),
        ("a?type=print", "a"),
        ("a;jsessionid=AB12?id=5", "a?id=5"),
        ("a?replytocom=55", "a"),
        ("a?", "a"),
    ],
)
def test_tracking_and_variants_go_and_nothing_else(url: str, expected: str) -> None:
    assert canonical_url(url, "https://example.org/") == f"https://example.org/{expected}"


def test_absolute_url_keeps_what_canonical_url_drops() -> None:
    assert (
        absolute_url("feed?utm_source=x&amp=1", "https://e.org/") == "https://e.org/feed?utm_source=x&amp=1"
    )


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("c", "https://example.org/a/c"),
        ("/c", "https://example.org/c"),
        ("//other.org/c", "https://other.org/c"),
        ("?p=2", "https://example.org/a/b?p=2"),
        ("../c", "https://example.org/c"),
        ("", "https://example.org/a/b"),
    ],
)
def test_relative_links(link: str, expected: str) -> None:
    assert canonical_url(link, "https://example.org/a/b") == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mailto:a@example.org",
        "javascript:void(0)",
        "ftp://example.org/",
        "file:///etc/passwd",
        "data:text/html,x",
        "http://",
        "https:///a",
        "http://user:secret@example.org/",
        "http://exa mple.org/",
        "http://example.org:99999/",
        "http://example..org/",
        "http://[::1/",
        "http://-.org/",
        "http://xn--\udc80.org/",
        "http://example.org/\udc80",
        "http://example.org/" + "a" * MAX_URL_LENGTH,
        "http://example.org/" + "أ" * 1000,
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidURLError):
        canonical_url(url)


SAME = [
    "https://example.org/news/%D8%AE%D8%A8%D8%B1/?b=2&a=1",
    "http://example.org/news/خبر/?b=2&a=1",
    "https://www.example.org/news/%d8%ae%d8%a8%d8%b1?a=1&b=2",
    "https://m.example.org/news/%D8%AE%D8%A8%D8%B1?a=1&b=2",
    "https://example.org//news/خبر/index.html?a=1&b=2&utm_source=x",
    "https://example.org/x/../news/خبر/index.php?b=2&a=1#top",
]


def test_all_addresses_of_a_page_have_one_key_and_one_id() -> None:
    assert len({url_key(url) for url in SAME}) == 1
    assert len({page_id(url) for url in SAME}) == 1


@pytest.mark.parametrize(
    "other",
    [
        "https://example.org/news/خبر/?a=1",
        "https://example.org/news/خبر/?a=1&b=3",
        "https://example.org/news/خبر2/?a=1&b=2",
        "https://ar.example.org/news/خبر/?a=1&b=2",
        "https://example.org:8080/news/خبر/?a=1&b=2",
        "https://example.org/News/خبر/?a=1&b=2",
    ],
)
def test_other_pages_have_other_keys(other: str) -> None:
    assert url_key(other) != url_key(SAME[0])


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("https://e.org/a%2Cb", "https://e.org/a,b"),
        ("https://e.org/?q=a+b", "https://e.org/?q=a%20b"),
        ("https://e.org/?a=&b", "https://e.org/?b=&a"),
    ],
)
def test_escapes_that_mean_the_same(one: str, two: str) -> None:
    assert url_key(one) == url_key(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("https://e.org/a%2Fb", "https://e.org/a/b"),
        ("https://e.org/a%3Fb", "https://e.org/a?b"),
        ("https://e.org/?a=b%26c", "https://e.org/?a=b&c"),
        ("https://m.org/", "https://org/"),
    ],
)
def test_escapes_that_do_not(one: str, two: str) -> None:
    assert url_key(one) != url_key(two)


def test_page_id_is_short_hex_and_stable() -> None:
    # A change of this value loses every page of every store.
    assert page_id("https://www.example.org/news/1/") == "4b1739da489519571f009311bb066beb"


def test_host() -> None:
    assert host_of("HTTPS://WWW.Example.org:443/a") == "www.example.org"
    assert host_of("http://127.0.0.1:8001/a") == "127.0.0.1:8001"


CHARACTERS = string.ascii_letters + string.digits + "/.%?&=#;:@!$'()*+,-_~\\ \t\"<>|أبتخبر\u200e\u0301é😀"
URLS = st.builds(
    lambda scheme, host, rest: f"{scheme}://{host}/{rest}",
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(["example.org", "WWW.Example.org:80", "m.example.org", "مثال.org", "127.0.0.1:99"]),
    st.text(CHARACTERS, max_size=60)
    | st.lists(
        st.sampled_from(
            ["amp", "a-1", "print", "..", ".", "", "%2e%2E", "x.amp", "?amp", "&amp;", "utm_a=1", ";sid=1"]
        )
    ).map("/".join),
)


@settings(max_examples=400, deadline=None)
@given(URLS)
def test_canonical_form_is_ascii_and_final(url: str) -> None:
    once = canonical_url(url)
    assert once.isascii()
    assert not set(once) & set(' \t\n"<>\\#')
    assert canonical_url(once) == once
    assert url_key(once) == url_key(url)
    assert absolute_url(absolute_url(url)) == absolute_url(url)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        found = canonical_url(text, "https://example.org/a/")
    except InvalidURLError:
        return
    assert found.startswith(("http://", "https://"))
