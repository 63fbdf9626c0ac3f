"""robots.txt: what RFC 9309 and Google's parser make of it, odd files included."""

import ast
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.robots import LONGEST_DELAY, MOST_BYTES, RobotsTxt, product_token
from tests.support.paths import DATA

HOST = "https://news.example"


def allows(text: str | bytes, path: str, agent: str = "Khabar") -> bool:
    return RobotsTxt(text.encode() if isinstance(text, str) else text).allows(HOST + path, agent)


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /private/", "/private/1", False),
        ("User-agent: *\nDisallow: /private/", "/public", True),
        ("\ufeffUser-agent: *\nDisallow: /private/", "/private/1", False),
        (
            "USER-AGENT : KHABAR\nDISALLOW : /sirr/\nDisallow: //\n\nUser-agent: *\nDisallow: /",
            "/akhbar",
            True,
        ),
        (
            "USER-AGENT : KHABAR\nDISALLOW : /sirr/\nDisallow: //\n\nUser-agent: *\nDisallow: /",
            "/sirr/1",
            False,
        ),
        ("User-agent: Khabar/1.0 (news)\nDisallow: /a", "/a", False),
        ("User-agent: KhabarBot\nDisallow: /\n", "/a", True),
        ("User-agent: a\nUser-agent: khabar\nDisallow: /a", "/a", False),
        ("User-agent: khabar\nDisallow:\n\nUser-agent: *\nDisallow: /", "/a", True),
        (
            "User-agent: khabar\nDisallow: /a\nUser-agent: x\nDisallow: /\nUser-agent: khabar\nDisallow: /b",
            "/b",
            False,
        ),
        ("User-agent: *\rDisallow: /a\r", "/a", False),
        ("User-agent: *\nDisallow: /a # not this", "/a", False),
        ("User-agent: *\nDisallow /a", "/a", False),
        ("User-agent: *\nDissallow: /a", "/a", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?x", True),
        ("User-agent: *\nDisallow: /a*b*c", "/axxbyyc", False),
        ("User-agent: *\nDisallow: /a*b*b$", "/ab", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nDisallow: /أخبار", "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/1", False),
        ("User-agent: *\nDisallow: /%d8%a3", "/%D8%A3", False),
        ("User-agent: *\nDisallow: /%61bc", "/abc", False),
        ("User-agent: *\nDisallow: /abc", "/%61bc", False),
        ("User-agent: *\nDisallow: /a?b=", "/a?b=1", False),
        ("Disallow: /", "/a", True),
        ("<!doctype html><pre>\nUser-agent: *\nDisallow: /\n", "/a", True),
        ("<br />\nUser-agent: *\nDisallow: /\n", "/a", False),
        ("", "/a", True),
    ],
)
def test_what_a_file_allows(text: str, path: str, allowed: bool) -> None:
    assert allows(text, path) is allowed


def test_wide_and_broken_bytes_are_read() -> None:
    assert not allows("User-agent: *\nDisallow: /a".encode("utf-16"), "/a")
    assert not allows("User-agent: *\nDisallow: /أ".encode("cp1256"), "/%C3")
    assert not allows(b"\xef\xbbUser-agent: *\nDisallow: /a", "/a")


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("Crawl-delay: 5", 5.0),
        ("crawl-delay:0.5", 0.5),
        ("Crawl-delay: 0,2", 0.2),
        ("Crawl-delay: 10s", 10.0),
        ("Crawl-delay: 999999999", LONGEST_DELAY),
        ("Crawl-delay: soon", None),
        ("Crawl-delay: -3", None),
        ("Crawl-delay: ❸", None),
        ("Crawl-delay:", None),
    ],
)
def test_the_delay_between_requests(line: str, seconds: float | None) -> None:
    assert RobotsTxt(f"User-agent: *\n{line}\n".encode()).crawl_delay("Khabar") == seconds


def test_the_delay_for_all_counts_where_our_own_group_names_none() -> None:
    rules = RobotsTxt(b"User-agent: khabar\nDisallow: /a\n\nUser-agent: *\nCrawl-delay: 4\nDisallow: /")
    assert rules.crawl_delay("Khabar") == 4.0
    assert rules.allows(f"{HOST}/b", "Khabar")


def test_sitemaps_stand_anywhere() -> None:
    rules = RobotsTxt(b"Sitemap: /a.xml\nUser-agent: x\nDisallow: /\nSITEMAP:https://n.example/b.xml # b\n")
    assert rules.sitemaps == ["/a.xml", "https://n.example/b.xml"]


def test_what_is_read_of_a_huge_file_ends_with_a_whole_line() -> None:
    start = "User-agent: *\nDisallow: /first/\n"
    line = "Allow: /first/allowed\n"
    rest = "#" * (MOST_BYTES - len(start) - len("Allow: /") - 1) + "\n"
    text = start + rest + line + "Disallow: /last/\n"
    assert not allows(text, "/first/1")
    assert allows(text, "/last/1")


def test_a_line_that_is_too_long_allows_nothing() -> None:
    assert not allows("User-agent: *\nDisallow: /\nAllow: /" + "*" * 20_000 + "/x", "/a")


def test_the_product_token_is_the_beginning_of_the_user_agent() -> None:
    assert product_token("Khabar/0.1 (+mailto:x@y.example)") == "Khabar"


@given(st.binary(max_size=400), st.text(max_size=40))
def test_no_file_breaks_it(body: bytes, path: str) -> None:
    rules = RobotsTxt(b"User-agent: *\n" + body)
    rules.allows(f"{HOST}/{path}", "Khabar")
    assert rules.crawl_delay("Khabar") is None or rules.crawl_delay("Khabar") <= LONGEST_DELAY  # type: ignore[operator]


@given(st.lists(st.text("ab*$/", min_size=1, max_size=6), max_size=6), st.text("ab/", max_size=8))
def test_patterns_match_as_the_regular_expression_that_they_stand_for(patterns: list[str], path: str) -> None:
    for pattern in patterns:
        expression = re.escape(pattern.removesuffix("$")).replace(r"\*", ".*")
        end = r"\Z" if pattern.endswith("$") else ""
        expected = re.match(expression + end, f"/{path}", re.DOTALL) is None
        assert allows(f"User-agent: *\nDisallow: {pattern}", f"/{path}") is expected


def test_hostile_patterns_take_no_long_time() -> None:
    text = "User-agent: *\n" + "Disallow: /" + "*a" * 8000 + "b\n" + "Disallow: /*a*a*a*$\n" * 5_000
    rules = RobotsTxt(text.encode())
    begun = time.process_time()
    rules.allows(f"{HOST}/{'a' * 2000}c", "Khabar")
    assert time.process_time() - begun < 1


@dataclass(frozen=True)
class Case:
    """One expectation of Google's suite (https://github.com/google/robotstxt-spec-test)."""

    file: str
    robots: bytes
    url: str
    agent: str
    allowed: bool


_TOKEN = re.compile(r'#[^\n]*|"(?:[^"\\]|\\.)*"|[A-Za-z_]+|[{}\[\]:,]')


def google_cases(folder: Path) -> Iterator[Case]:
    """The cases of the suite's files, in protocol buffers' text format."""
    for path in sorted(folder.glob("*.textproto")):
        fields: dict[str, bytes] = {}
        name, robots = "", b""
        for lexeme in _TOKEN.findall(path.read_text("utf-8")):
            if lexeme.startswith('"'):
                value = "".join(
                    c if c.isascii() else "".join(f"\\x{b:02x}" for b in c.encode()) for c in lexeme
                )
                fields[name] = fields.get(name, b"") + ast.literal_eval(f"b{value}")
            elif lexeme == "test_expectations":
                robots, fields = fields.get("robotstxt", b""), {}
            elif lexeme in ("ALLOWED", "DISALLOWED"):
                fields["outcome"] = lexeme.encode()
            elif lexeme == "}" and "outcome" in fields:
                url, agent = fields.get("testurl", b"").decode(), fields.get("useragent", b"").decode()
                yield Case(path.name, robots, url, agent, fields["outcome"] == b"ALLOWED")
                fields = {}
            elif lexeme[0].isalpha():
                name = lexeme


@pytest.mark.data
def test_googles_conformance_suite_is_answered_as_expected() -> None:
    folder = DATA / "robots"
    if not folder.is_dir():
        pytest.skip("the suite is not here; KHABAR_DATA names the folder above it")
    cases = list(google_cases(folder))
    assert len(cases) == 400
    wrong = [case for case in cases if RobotsTxt(case.robots).allows(case.url, case.agent) != case.allowed]
    assert wrong == []
