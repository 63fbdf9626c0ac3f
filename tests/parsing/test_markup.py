"""Decoding and parsing what strangers serve."""

import pytest

from crawler.parsing.encoding import decode
from crawler.parsing.markup import MarkupError, html_tree, parse_html, parse_xml, xml_source

ARABIC = "قصف على ريف حلب"


@pytest.mark.parametrize("claim", [None, "utf-8", "windows-1256", "iso-8859-1", "nonsense", "punycode"])
def test_utf8_is_utf8_whatever_it_claims(claim: str | None) -> None:
    assert decode(ARABIC.encode(), claim) == ARABIC


@pytest.mark.parametrize("claim", [None, "utf-8", "windows-1256", "ISO-8859-1", "us-ascii", "hex", ""])
def test_windows_1256_is_found_behind_missing_and_wrong_claims(claim: str | None) -> None:
    assert decode(ARABIC.encode("cp1256"), claim) == ARABIC


def test_other_encodings_are_believed() -> None:
    assert decode(ARABIC.encode("iso8859-6"), "iso-8859-6") == ARABIC
    page = f'<html><meta charset="iso-8859-6">{ARABIC}'
    assert ARABIC in decode(page.encode("iso8859-6"))
    assert "Привет, мир" in decode('<?xml version="1.0" encoding="koi8-r"?>Привет, мир'.encode("koi8-r"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(encoding: str) -> None:
    assert decode(ARABIC.encode(encoding)) == ARABIC


def test_utf8_that_was_cut_off_or_slightly_broken_stays_utf8() -> None:
    text = (ARABIC + " ") * 20
    assert decode(text.encode()[:-2]).startswith(ARABIC)
    assert ARABIC in decode(text.encode() + b"\xff" + text.encode())


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"<!DOCTYPE html><html><body>x</body></html>", "html"),
        (b"<script>location='/'</script>", "html"),
        (b"<html><body><rss></rss></body></html>", "html"),
        (b'{"items": []}', "json"),
        (b"<opml></opml>", "unknown"),
        (b"\x89PNG\r\n", "unknown"),
    ],
)
def test_what_is_no_feed_or_sitemap_is_named(body: bytes, reason: str) -> None:
    with pytest.raises(MarkupError) as caught:
        xml_source(body)
    assert caught.value.reason == reason


def test_junk_before_the_root_is_cut() -> None:
    source = xml_source(b"<br />\n<b>Warning</b>: x in y.php<br />\n<?xml version='1.0'?><rss><a/></rss>")
    assert parse_xml(source).tag == "rss"


def test_entities_become_characters_and_stray_ampersands_stay_text() -> None:
    root = parse_xml(
        xml_source(b"<rss><a>x&nbsp;&laquo;y&raquo; Q&A &amp; &unknown; &#1590; &#0;&lt;b&gt;</a></rss>")
    )
    assert root[0].text == "x\xa0«y» Q&A & &unknown; ض <b>"


def test_cdata_is_left_alone() -> None:
    root = parse_xml(xml_source(b"<rss><a><![CDATA[x&nbsp;y & z]]></a></rss>"))
    assert root[0].text == "x&nbsp;y & z"


def test_an_entity_bomb_has_nothing_to_expand() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "boom">{levels}]><rss><a>&l11;</a></rss>'
    root = parse_xml(xml_source(bomb.encode()))
    assert root[0].text == "&l11;"


def test_external_entities_are_not_read(tmp_path: object) -> None:
    attack = (
        '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><a>&x;</a></rss>'
    )
    assert parse_xml(xml_source(attack.encode()))[0].text == "&x;"


def test_control_characters_and_open_tags_do_not_stop_the_parse() -> None:
    root = parse_xml(xml_source(b"<rss><item><a>x\x0by</a></item><item><a>z"))
    assert [element.text for element in root.iter("a")] == ["xy", "z"]


def test_html_nested_without_end_is_survived() -> None:
    assert html_tree("<div>" * 100_000 + "<a href='/x'>y</a>") is not None
    deep = html_tree("<font>" * 1_000 + "<a href='/x'>y</a>")
    assert deep is not None
    assert len(list(deep.iter("a"))) == 1


@pytest.mark.parametrize("body", [b"", b"   ", b"<!-- only -->"])
def test_no_element_is_none(body: bytes) -> None:
    assert parse_html(body) is None
