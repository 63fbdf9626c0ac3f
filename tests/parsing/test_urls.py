"""One page, one address."""

import hashlib
import string
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.parsing.urls import (
    MAX_URL_LENGTH,
    InvalidURLError,
    absolute_url,
    canonical_url,
    former_page_ids,
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


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("https://example.org/أخبار/مؤتمر-آخر", "https://example.org/" + _decomposed("أخبار/مؤتمر-آخر")),
        ("https://example.org/caf%C3%A9", "https://example.org/cafe%CC%81"),
        ("https://example.org/news/souq-in-town", "https://example.org/News/Souq-In-Town"),
        ("https://example.org/news/SOUQ-2024", "https://example.org/news/souq-2024"),
        ("https://example.org/newsdetails/5", "https://example.org/NewsDetails/5"),
        ("https://example.org/a?newsid=5&x=1", "https://example.org/a?X=1&NewsID=5"),
        ("https://example.org/news.aspx?id=AbC1d", "https://example.org/NeWs.aspx?ID=aBc1d"),
        ("https://example.org/news/5", "https://example.org/(S(lit3py55t21z5v55vlm25s55))/news/5"),
        ("https://example.org/news/5", "https://example.org/(A(x)S(lit3py55t21z5v5)F(y))/news/5"),
    ],
)
def test_spellings_of_one_page_have_one_id(url: str, other: str) -> None:
    assert page_id(url) == page_id(other)


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("https://example.org/p/aBc12X", "https://example.org/p/abc12x"),
        ("https://example.org/watch?v=AbC", "https://example.org/watch?v=abc"),
        ("https://example.org/%C8%C8", "https://example.org/%E8%E8"),
        ("https://example.org/news/5", "https://example.org/news/(5)"),
    ],
)
def test_what_may_be_two_pages_has_two_ids(url: str, other: str) -> None:
    assert page_id(url) != page_id(other)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/أخبار/قصة-1?p=7",
        "https://example.org/2024/12/04/souq/",
        "https://example.org/p/aBc12X",
    ],
)
def test_most_pages_keep_the_id_that_they_have(url: str) -> None:
    assert former_page_ids(url) == ()


def test_the_id_of_an_earlier_rule_is_that_under_which_a_page_was_stored() -> None:
    # Computed by the rules of 0.1.0.
    (former,) = former_page_ids("https://www.example.org/News/Souq-In-Town/")
    assert former == hashlib.sha256(b"example.org/News/Souq-In-Town").hexdigest()[:32]


@pytest.mark.parametrize(
    ("link", "encoding", "expected"),
    [
        ("/n.asp?id=1&cat=محلي", "cp1256", "/n.asp?id=1&cat=%E3%CD%E1%ED"),
        ("/أخبار?cat=محلي", "windows-1256", "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1?cat=%E3%CD%E1%ED"),
        ("/n.asp?cat=%D9%85", "cp1256", "/n.asp?cat=%D9%85"),
        ("/n.asp?cat=é", "iso-8859-1", "/n.asp?cat=%E9"),
        ("/n.asp?cat=م", "utf-16", "/n.asp?cat=%D9%85"),
        ("/n.asp?cat=世", "cp1256", "/n.asp?cat=%E4%B8%96"),
        ("/n.asp?cat=م", "no-such-encoding", "/n.asp?cat=%D9%85"),
    ],
)
def test_a_querys_letters_are_sent_in_the_pages_encoding(link: str, encoding: str, expected: str) -> None:
    assert canonical_url(link, "https://example.org/", encoding=encoding) == f"https://example.org{expected}"
