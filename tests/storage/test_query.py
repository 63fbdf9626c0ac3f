"""What is read in a typed query, and what is said of what isn't understood."""

import re
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import UsageError
from crawler.html.words import filled
from crawler.model.period import ZONE
from crawler.storage.search import NoticeKind, Vocabulary, parse_query, read_variants
from crawler.storage.search.excerpt import Marker
from crawler.storage.search.facets import NOTHING
from crawler.storage.search.query_tokens import FIELDS, OPERATORS
from crawler.storage.search.spellings import NameVariants, bundled_variants

PARTS = [*OPERATORS, *(f"{name}:" for name in FIELDS), '"', "«", "»", "*", "حلب", "عين", "العرب", "x", "2024"]


@pytest.fixture(scope="module")
def words() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE words USING fts5 (title, text, facets, content = '', prefix = '3',"
        " tokenize = \"unicode61 tokenchars ':-_'\")"
    )
    return connection


@settings(deadline=None, max_examples=60)  # the first reads the names
@given(st.one_of(st.text(), st.lists(st.sampled_from([*PARTS, " "]), max_size=20).map("".join)))
def test_nothing_typed_is_an_error(words: sqlite3.Connection, typed: str) -> None:
    for query in (parse_query(typed), parse_query(typed, Vocabulary.of_sites(bundled_variants(), {"x": []}))):
        for expression in filter(None, (query.expression, query.wider and query.wider.expression)):
            words.execute("SELECT rowid FROM words WHERE words MATCH ?", (expression,)).fetchall()
        for notice in query.notices:
            for lang in ("ar", "en"):
                assert "{" not in filled(notice.kind, lang, text="…")


@pytest.mark.parametrize(
    ("typed", "notices"),
    [
        ("حلب", []),
        ("12:30 https://example.org/a الأسد: لن", []),
        ("colour:red", [("query_unknown_field", "colour:")]),
        ("title:", [("query_empty_field", "title:"), ("query_no_words", "'title:'")]),
        ("حلب before:soon", [("query_unreadable_date", "before:soon")]),
        ("حلب (دمشق before:2020)", [("query_date_inside", "before:2020")]),
        ("after:2021 before:2020", [("query_empty_period", "")]),
        ('"حلب', [("query_open_quote", '"حلب')]),
        ("(حلب", [("query_open_parenthesis", "(")]),
        ("حلب)", [("query_stray_parenthesis", ")")]),
        ("حلب OR", [("query_stray_operator", "OR")]),
        ("AND حلب", [("query_stray_operator", "AND")]),
        ("حل*", [("query_short_beginning", "حل*")]),
        ("حلب NOT", [("query_stray_minus", "-")]),
        ('حلب "', [("query_empty_quote", "")]),
        ("( )", [("query_no_words", "'( )'")]),
        (" \u200f\x00", [("query_no_words", "'\\u200f\\x00'")]),
        ("كلمة " * 13, [("query_too_many_words", "12")]),
        ("س" * 301, [("query_too_long", "300")]),
        ("(((((حلب)))))", [("query_too_deep", "4"), ("query_stray_parenthesis", ")")]),
    ],
)
def test_what_is_not_understood_is_said(typed: str, notices: list[tuple[str, str]]) -> None:
    assert [(notice.kind, notice.text) for notice in parse_query(typed).notices] == notices


def test_every_notice_has_a_sentence_in_both_languages() -> None:
    for kind in NoticeKind:
        assert re.search("[a-z]", filled(kind, "en", text="…"))
        assert re.search("[\u0621-\u064a]", filled(kind, "ar", text="…"))


@pytest.mark.parametrize(
    ("typed", "since", "until"),
    [
        ("after:2024", (2024, 1, 1), None),
        ("before:2024-12", None, (2024, 12, 1)),
        ("بعد:2024-12-04 قبل:٢٠٢٥", (2024, 12, 4), (2025, 1, 1)),
        ("after: 2024-12-04", (2024, 12, 4), None),
        ("after:2024-12-04T13:30", (2024, 12, 4, 13, 30), None),
        ("-before:2024-12-04", (2024, 12, 4), None),
        ("after:2020 after:2022 before:2024 before:2023", (2022, 1, 1), (2023, 1, 1)),
        ('after:"2024-12-04"', (2024, 12, 4), None),
    ],
)
def test_dates_narrow_the_whole_search(
    typed: str, since: tuple[int, ...] | None, until: tuple[int, ...] | None
) -> None:
    query = parse_query(typed)
    assert query.expression == ""
    assert query.notices == ()
    for bound, expected in ((query.period.since, since), (query.period.until, until)):
        assert bound == (expected and datetime(*expected, tzinfo=ZONE))  # type: ignore[misc,arg-type]


def test_a_site_goes_by_its_id_its_names_and_its_host() -> None:
    vocabulary = Vocabulary.of_sites(
        bundled_variants(), {"enab-baladi": ["عنب بلدي", "Enab Baladi", "www.enabbaladi.net"]}
    )
    for typed in ("enab-baladi", '"عنب بلدي"', "«Enab Baladi»", "www.enabbaladi.net", "ENAB-BALADI"):
        assert parse_query(f"site:{typed}", vocabulary).expression == '("s:enab-baladi")'
    query = parse_query("site:nowhere", vocabulary)
    assert NOTHING in query.expression
    assert [notice.kind for notice in query.notices] == [NoticeKind.UNKNOWN_SITE]


def test_particles_only_go_onto_arabic_words_with_enough_letters() -> None:
    spellings = bundled_variants().spellings
    assert {"حلب", "وحلب", "بحلب", "الحلب"} <= set(spellings("حلب"))
    assert {"وزير", "الوزير", "للوزير", "بالوزير"} <= set(spellings("الوزير"))
    assert spellings("من") == ("من",)
    assert spellings("rome") == ("rome",)
    assert "نت" not in spellings("بنت")
    assert "م" not in spellings("الم")


def test_a_name_is_found_in_all_its_spellings() -> None:
    variants = bundled_variants()
    assert {"سوريه", "سوريا", "بسوريه", "syria"} <= set(variants.spellings("سوريا"))
    assert {"امريكا", "اميركا", "لاميركا"} <= set(variants.spellings("اميركا"))
    assert {"حلب", "بحلب", "aleppo"} <= set(variants.spellings("بحلب"))
    assert variants.phrases("كوباني") == [["عين", "العرب"]]
    assert "وباني" not in variants.spellings("كوباني", bare=True)
    assert {"كوباني", "kobane"} <= parse_query("عين العرب").exact
    assert "كوباني" not in parse_query('"عين العرب"').exact


def test_a_first_letter_is_taken_for_a_particle_only_where_it_has_to_be() -> None:
    spellings = bundled_variants().spellings
    assert "لديه" not in spellings("بلديه")
    assert "مزارع" in spellings("بمزارع", bare=True)
    query = parse_query("بمزارع")
    assert query.wider is not None
    assert "مزارع" in query.wider.exact - query.exact
    assert parse_query("aleppo").wider is None


def test_what_is_left_out_or_of_another_field_is_not_marked() -> None:
    query = parse_query("حلب -دمشق author:سمر title:جسر -(نهر -طريق)")
    names = "حلب دمشق سمر جسر نهر"
    marked = [piece.text for piece in Marker(query, [names]).whole(names) if piece.hit]
    assert marked == ["حلب", "جسر"]


def test_a_newsroom_adds_names_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "names.toml"
    file.write_text('names = [["حلب", "الشهباء"], ["قرية جديدة", "Gundê Nû"]]', encoding="utf-8")
    variants = read_variants(file)
    assert {"شهبا", "aleppo"} <= set(variants.spellings("حلب"))
    assert ("gunde", "nu") in variants.of_phrase(("قريه", "جديده"))
    assert read_variants(None) is bundled_variants()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("names = [", "this is no TOML"),
        ("name = []", "write each name's spellings as a list"),
        ('names = ["حلب"]', "write each name's spellings as a list"),
        ("names = [[1]]", "write each name's spellings as a list"),
        (None, "No such file"),
        ("x" * 1_000_001, "larger than"),
    ],
)
def test_a_file_of_names_that_cannot_be_read_is_told(tmp_path: Path, text: str | None, message: str) -> None:
    file = tmp_path / "names.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message) as error:
        read_variants(file)
    assert "KHABAR_NAME_VARIANTS" in str(error.value)


def test_an_empty_group_of_names_is_harmless() -> None:
    assert NameVariants([[], ["", "."], ["حلب"]]).spellings("حلب")[0] == "حلب"
