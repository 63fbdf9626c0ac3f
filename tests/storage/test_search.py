"""The search index: what it finds, how it keeps up, and what it says when it cannot."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.storage.change_marks import mark_changed, mark_replaced
from crawler.storage.connect import Stores
from crawler.storage.schema import ensure_schema
from crawler.storage.search import (
    BusyIndexError,
    DamagedIndexError,
    Filters,
    SearchFile,
    SearchIndexError,
    SearchLists,
    parse_query,
    rebuild,
    refresh,
    stated_day,
)
from crawler.storage.search.excerpt import Marker
from crawler.storage.search.facet_counts import FacetCounter
from crawler.storage.search.letters import fold
from dedup.text.shingles import normalise
from tests.support.small_archive import NOW, article, copy, crawl


class Index:
    """An archive and its index."""

    def __init__(self, stores: Stores) -> None:
        ensure_schema(stores.db)
        self.db = stores.db
        self.file = SearchFile(stores.settings.data_dir)
        self.lists = SearchLists(self.file)

    def store(self, *documents: dict[str, Any]) -> None:
        for document in documents:
            self.db.articles.replace_one({"_id": document["_id"]}, document, upsert=True)

    def crawled(self, site: str, hours: float = 0, **given: Any) -> None:
        self.db.sites.update_one({"_id": site}, {"$set": {"token": 1}}, upsert=True)
        self.db.crawls.insert_one(crawl(site, hours, **given))

    def find(self, typed: str, **filters: Any) -> list[str]:
        return sorted(hit.id for hit in self.lists.search(parse_query(typed), Filters(**filters)).hits)


@pytest.fixture
def index(stores: Stores) -> Any:
    made = Index(stores)
    yield made
    made.file.close()


@pytest.fixture
def small(index: Index) -> Index:
    index.store(
        article(
            "1",
            "barada",
            "انفجار في مدينة حلب",
            "هزّ انفجارٌ حيّ الأنصاري مساء الجمعة، وفق ما قاله شاهد.",
            5,
            authors=["سمر الخطيب", "رامي السيد"],
        ),
        article(
            "2",
            "barada",
            "الأسعار في دمشق",
            "ارتفعت أسعار الخبز ٣٠٠ ليرة بحلب ودمشق.",
            4,
            section="اقتصاد",
            tags=["معيشة", "أسعار الخبز"],
        ),
        article(
            "3", "ugarit", "Petra reopens", "The citadel of Petra is open. مـ ـظاهـ ـرة", 3, language="en"
        ),
        copy("4", "1", "ugarit", "انفجار في حلب", "انفجار في حيّ الأنصاري.", 2, 0.8),
    )
    rebuild(index.file, index.db)
    return index


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("حلب", ["1", "2", "4"]),  # with what is written onto it: «بحلب»
        ('"حلب"', ["1", "4"]),  # exactly this
        ("الانصارى", ["1", "4"]),  # hamza, alef maqsura
        ("مدينه", ["1"]),  # ta marbuta
        ("اِنْفِجار", ["1", "4"]),  # marks
        ("أنفجار", ["1", "4"]),
        ("300", ["2"]),  # Arabic digits
        ("اسعار", ["2"]),
        ("petra", ["3"]),
        ("PETRA citadel", ["3"]),
        ("petr", []),
        ("petr*", ["3"]),
        ("pe*", []),  # too short to be taken as a beginning
        ('"حي الأنصاري"', ["1", "4"]),
        ("«الأنصاري حي»", []),
        ("حلب -دمشق", ["1", "4"]),
        ("-حلب", ["3"]),
        ("حلب دمشق", ["2"]),
        ("", ["1", "2", "3", "4"]),
        ("  ", ["1", "2", "3", "4"]),
        ('"', []),  # nothing but operators: nothing was asked for
        ("!?*", []),
        ("-", []),
        ("OR", []),
        ("( )", []),
        ("بحلب", ["1", "2", "4"]),  # a particle on what was typed
        ("الأنصاري OR الخبز", ["1", "2", "4"]),
        ("الخبز أو citadel", ["2", "3"]),
        ("الخبز | citadel", ["2", "3"]),
        ("حلب AND دمشق", ["2"]),
        ("(الأنصاري OR الخبز) -دمشق", ["1", "4"]),
        ("حلب (الجمعة OR", ["1"]),
        (") حلب", ["1", "2", "4"]),
        ("Heleb", ["1", "2", "4"]),  # a name in another language
        ("citadel OR -حلب", ["3"]),
        ("site:x", []),
        ("s:ugarit", []),  # the index's own words cannot be asked for
        ("au:سمر", []),
        ("author:سمر", ["1"]),
        ('author:"سمر الخطيب"', ["1"]),
        ('author:"الخطيب رامي"', []),  # no phrase spans two names
        ("كاتب:رامي OR tag:معيشة", ["1", "2"]),
        ("section:اقتصاد", ["2"]),
        ("section:(اقتصاد OR رياضة) حلب", ["2"]),
        ('وسم:"أسعار الخبز"', ["2"]),
        ("tag:أسع*", ["2"]),
        ("-author:سمر حلب", ["2", "4"]),
        ("title:دمشق", ["2"]),
        ("title:بحلب", ["1", "4"]),
        ("title:(petra citadel)", []),
        ("site:ugarit", ["3", "4"]),
        ("site:Ugarit حلب", ["4"]),
        ("-site:barada", ["3", "4"]),
        ("before:1999", []),
        ("after:1999 حلب", ["1", "2", "4"]),
        ("NOT حلب", ["3"]),
        ("-(حلب OR دمشق)", ["3"]),
        ("حلب و دمشق", ["2"]),
        ("انـ ـفجـ ـار", ["1", "4"]),  # broken up against filters
        ("ان.ف.ج.ار", []),
        ("مظاهرة", ["3"]),  # broken up in the text
    ],
)
def test_what_a_query_finds(small: Index, typed: str, found: list[str]) -> None:
    assert small.find(typed) == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"site": "ugarit"}, ["3", "4"]),
        ({"site": "ugar"}, []),
        ({"language": "en"}, ["3"]),
        ({"duplicates": False}, ["1", "2", "3"]),
        ({"duplicates": True}, ["4"]),
        ({"since": NOW - timedelta(hours=3)}, ["3", "4"]),
        ({"until": NOW - timedelta(hours=3)}, ["1", "2"]),
        ({"since": NOW - timedelta(hours=4), "until": NOW - timedelta(hours=3), "site": "barada"}, ["2"]),
        ({"until": datetime(1, 1, 2, tzinfo=UTC)}, []),
    ],
)
def test_filters(small: Index, filters: dict[str, Any], found: list[str]) -> None:
    assert small.find("", **filters) == found
    assert small.lists.search(parse_query(""), Filters(**filters)).total == len(found)


def test_matches_are_counted_by_site_and_day(small: Index) -> None:
    counter = FacetCounter(small.file)
    counts = counter.count(parse_query("حلب"), Filters())
    assert (counts.total, counts.sites) == (3, {"barada": 2, "ugarit": 1})
    assert sum(counts.days.values()) == 3
    assert set(counts.days) <= {
        (NOW - timedelta(hours=hours)).astimezone(timezone(timedelta(hours=3))).date() for hours in (2, 4, 5)
    }
    assert counter.count(parse_query(""), Filters(site="ugarit", duplicates=False)).sites == {"ugarit": 1}
    assert counter.count(parse_query(""), Filters()).total == 4
    assert counter.count(parse_query(""), Filters(since=NOW - timedelta(hours=3))).total == 2
    assert counter.count(parse_query("after:3000"), Filters()).total == 0
    assert counter.count(parse_query("( )"), Filters()).total == 0
    # What was replaced since is neither counted twice nor looked up under its old number.
    small.store(article("2", "barada", "أسعار حلب", "نص", 40, revision=2))
    small.crawled("barada")
    refresh(small.file, small.db)
    counts = counter.count(parse_query("حلب"), Filters())
    assert (counts.total, counts.sites) == (3, {"barada": 2, "ugarit": 1})
    hits = small.lists.search(parse_query("حلب"), total=counts.total)
    assert (hits.total, len(hits.hits)) == (3, 3)
    page = small.lists.newest_of(counts, None, 2)
    assert (page.hits, page.total) == (hits.hits[:2], 3)
    rest = small.lists.newest_of(counts, page.older, 2)
    assert (rest.hits, rest.older) == (hits.hits[2:], None)
    assert small.lists.newest_of(counter.count(parse_query("( )"), Filters()), None, 2).hits == []


def test_a_story_has_as_many_outlets_as_sites(small: Index) -> None:
    assert small.lists.outlets(["1", "2", "none"]) == {"1": 2, "2": 1}


def test_another_process_that_ends_leaves_the_log_of_those_that_read(small: Index) -> None:
    # Two connections of this process, as two threads of the web server have them.
    second = SearchFile(small.file.path.parent.parent)
    with small.file.reading(), second.reading():
        pass
    code = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]);"
        " db.execute('DELETE FROM dead'); db.commit(); db.close()"
    )
    subprocess.run([sys.executable, "-c", code, str(small.file.path)], check=True)
    assert small.file.path.with_name("index.sqlite-shm").exists()
    assert small.find("petra") == ["3"]
    second.close()


def test_stories_are_ordered_by_how_many_sites_carry_them(small: Index) -> None:
    stories = small.lists.stories
    since, until = NOW - timedelta(hours=6), NOW
    assert [(story.id, story.outlets) for story in stories.by_outlets(since, until, 5)] == [
        ("1", 2),
        ("3", 1),
        ("2", 1),
    ]
    assert [hit.id for hit in stories.by_outlets(since, until, 1)[0].members] == ["1", "4"]
    figures = stories.figures(since, until)
    assert (figures.articles, figures.sites, figures.shared_stories) == (4, 2, 1)
    # The first article lies before this time; the story is told whole all the same.
    assert [story.outlets for story in stories.by_outlets(NOW - timedelta(hours=2.5), until, 5)] == [2]
    assert stories.by_outlets(until, until, 5) == []
    assert stories.newest() == NOW - timedelta(hours=2)


def test_changes_come_latest_first_and_are_paged_without_gap(small: Index) -> None:
    same = NOW - timedelta(hours=1)
    for id_, fields in {
        "1": {"revision": 2, "revised_at": same, "removed_at": same},
        "2": {"revision": 3, "revised_at": NOW},
        "3": {"revision": 1, "revised_at": NOW},  # its metadata got better: no edit
        "4": {"removed_at": NOW - timedelta(hours=2)},
    }.items():
        small.db.articles.update_one({"_id": id_}, {"$set": fields})
    for site in ("barada", "ugarit"):
        small.crawled(site)
    refresh(small.file, small.db)
    changes = small.lists.stories.changes
    expected = [("edited", "2"), ("edited", "1"), ("removed", "1"), ("removed", "4")]
    for limit in (1, 2, 3, 4):
        seen: list[tuple[str, str]] = []
        older: str | None = ""
        while older is not None:
            page = changes(before=older, limit=limit)
            seen += [(row.kind, row.hit.id) for row in page.changes]
            older = page.older
        assert sorted(seen) == sorted(expected)
        assert [id_ for _, id_ in seen] == ["2", "1", "1", "4"]
    assert [row.hit.id for row in changes(["removed"], site="ugarit").changes] == ["4"]
    for wrong in ("x", "1", "1.2.3", "1.99999999999999999999"):
        with pytest.raises(ValueError, match=r".*"):
            changes(before=wrong)


def test_better_metadata_reach_the_index(small: Index) -> None:
    small.db.articles.update_one({"_id": "2"}, {"$set": {"authors": ["ليلى"]}})
    small.crawled("barada")
    assert refresh(small.file, small.db).written == 1
    assert small.find("author:ليلى") == ["2"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_folding_many_is_normalising_each(texts: list[str]) -> None:
    assert fold(texts) == [normalise(text) for text in texts]


def test_half_a_character_is_replaced() -> None:
    fold(["a\ud800b"])[0].encode()  # can be written


def test_a_list_is_newest_first_and_paged(index: Index) -> None:
    index.store(*(article(f"{n:03}", "barada", f"خبر {n}", "نص", n) for n in range(25)))
    # All of one second: a site that tells days alone.
    index.store(*(article(f"x{n}", "ugarit", "خبر", "نص", 100, published_precision="day") for n in range(25)))
    rebuild(index.file, index.db)
    for typed in ("", "نص"):
        first = index.lists.search(parse_query(typed), limit=20)
        second = index.lists.search(parse_query(typed), before=first.older, limit=20)
        third = index.lists.search(parse_query(typed), before=second.older, limit=20)
        ids = [hit.id for page in (first, second, third) for hit in page.hits]
        assert ids[:25] == [f"{n:03}" for n in range(25)]
        assert len(set(ids)) == 50
        assert (first.total, third.older) == (50, None)


def test_a_time_that_cannot_be_true_does_not_stay_on_top(index: Index) -> None:
    seen = NOW - timedelta(days=3)
    index.store(
        article("wrong", "barada", "خبر", "نص", published_at=NOW + timedelta(days=900), first_seen_at=seen),
        article("none", "barada", "خبر", "نص", published_at=None, first_seen_at=seen - timedelta(hours=1)),
        article("old", "barada", "خبر", "نص", published_at=datetime(1950, 5, 1, tzinfo=UTC)),
        article("year1", "barada", "خبر", "نص", published_at=datetime(1, 1, 1, tzinfo=UTC)),
        article("new", "barada", "خبر", "نص", 1),
    )
    rebuild(index.file, index.db)
    hits = index.lists.search(parse_query("")).hits
    assert [hit.id for hit in hits] == ["new", "wrong", "none", "old", "year1"]
    assert [hit.precision for hit in hits] == ["minute", None, None, "minute", "minute"]


def test_only_a_crawl_that_ended_brings_news(small: Index) -> None:
    small.store(article("5", "qasioun", "خبر", "نص جديد", 1))
    small.crawled("qasioun", finished_at=None, verdict=None)
    assert refresh(small.file, small.db).sites == 0
    small.db.crawls.update_many({"site": "qasioun"}, {"$set": {"finished_at": NOW, "verdict": "ok"}})
    before = small.lists.generation()[0]
    assert refresh(small.file, small.db).written == 1
    assert small.find("جديد") == ["5"]
    assert small.lists.generation()[0] == before + 1
    assert refresh(small.file, small.db).sites == 0
    assert [row.verdict for row in small.lists.crawls(["qasioun"], 5)["qasioun"]] == ["ok"]


def test_a_new_wording_takes_the_place_of_the_old(small: Index) -> None:
    small.store(article("1", "barada", "حريق في حلب", "نص آخر.", 5, revision=2))
    small.crawled("barada")
    refresh(small.file, small.db)
    assert small.find("حريق") == ["1"]
    assert small.find("الجمعة") == []
    assert small.lists.search(parse_query("الجمعة")).total == 0
    assert small.lists.search(parse_query("حلب")).total == 3


def test_a_copy_that_says_more_is_not_left_out(small: Index) -> None:
    small.store(copy("7", "1", "barada", "حريق", "اندلع حريق قرب المصفاة.", 1, 0.9, repeats=False))
    small.crawled("barada")
    refresh(small.file, small.db)
    assert "7" in small.find("المصفاة", duplicates=False)
    assert "7" in small.find("المصفاة", duplicates=True)
    assert small.lists.count_repeats(parse_query("المصفاة"), Filters(duplicates=False)) == 0


def test_a_mark_on_another_sites_article_is_noticed(small: Index) -> None:
    # A crawl of one site finds the earlier original of another's article.
    small.store(
        article("0", "qasioun", "ارتفاع الأسعار", "ارتفعت أسعار الخبز ٣٠٠ ليرة بحلب ودمشق.", 6),
        copy("2", "0", "barada", "الأسعار في دمشق", "ارتفعت أسعار الخبز ٣٠٠ ليرة بحلب ودمشق.", 4, 0.9),
    )
    small.crawled("qasioun")
    assert refresh(small.file, small.db).written == 2
    assert small.find("الخبز", duplicates=False) == ["0"]
    assert small.lists.count_repeats(parse_query("الخبز"), Filters(duplicates=False)) == 1
    assert [hit.id for hit in small.lists.story("0")] == ["0", "2"]
    assert {count.site: count.duplicates for count in small.lists.sites()}["barada"] == 1


def test_what_is_gone_from_the_archive_goes_from_the_index(small: Index) -> None:
    small.db.articles.delete_one({"_id": "3"})
    small.crawled("ugarit")
    assert refresh(small.file, small.db).removed == 1
    assert small.find("petra") == []


def test_a_hostile_article_is_held(index: Index) -> None:
    title = "عاجل\x00 'OR 1=1; \" NEAR(a b) \U0001f4a5 {text}:"
    index.store(article("1", "barada", title, "\x00" * 50 + "كلمة " * 3, 1, language="x" * 500))
    rebuild(index.file, index.db)
    assert index.find("كلمة") == ["1"]
    assert index.lists.by_id(["1"])[0].title == title


def test_a_damaged_file_is_told_and_can_be_made_anew(small: Index) -> None:
    small.file.close()
    small.file.path.write_bytes(b"this is no index" * 1000)
    for suffix in ("-wal", "-shm"):
        small.file.path.with_name(small.file.path.name + suffix).unlink(missing_ok=True)
    with pytest.raises(DamagedIndexError, match="khabar search --rebuild"):
        small.find("حلب")
    small.file.remove()
    rebuild(small.file, small.db)
    assert small.find("الجمعة") == ["1"]


def test_an_index_of_another_version_is_made_anew(small: Index) -> None:
    with small.file.writing() as connection:
        connection.execute("UPDATE meta SET value = '0' WHERE key = 'schema'")
    small.file.close()
    assert small.find("حلب") == []
    assert refresh(small.file, small.db).written == 4
    assert small.find("petra") == ["3"]


def test_readers_see_the_old_index_until_a_rebuild_is_whole(small: Index) -> None:
    other = SearchFile(small.file.path.parent.parent)
    seen: list[int] = []

    def look(_: int) -> None:
        seen.append(SearchLists(other).search(parse_query("حلب")).total)

    rebuild(small.file, small.db, look)
    other.close()
    assert seen == [3, 3]


def test_a_busy_index_can_be_read_and_says_that_it_is_busy(
    small: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.storage.search.file.PATIENCE", 0.1)
    other = SearchFile(small.file.path.parent.parent)
    with small.file.writing():
        assert SearchLists(other).search(parse_query("petra")).total == 1
        with pytest.raises(BusyIndexError, match="another process"):
            refresh(other, small.db)
    refresh(other, small.db)
    other.close()


def test_a_query_that_takes_too_long_is_given_up(small: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.storage.search.file.LONGEST_QUERY", -1.0)
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(SearchIndexError, match="longer"), small.file.reading() as connection:
        connection.execute(count)


def test_an_excerpt_begins_near_the_first_match() -> None:
    text = " ".join(f"كلمة{n}" for n in range(200)) + " الهدف " + " ".join(f"بعد{n}" for n in range(200))
    pieces = Marker(parse_query("هدف"), [text]).excerpt(text)
    assert [piece.text for piece in pieces if piece.hit] == ["الهدف"]
    shown = "".join(piece.text for piece in pieces)
    assert shown.startswith("… كلمة192 ")
    assert " الهدف بعد0 " in shown
    assert shown.endswith(" …")
    marker = Marker(parse_query("هدف"), ["قصير", ""])
    assert marker.excerpt("قصير")[0].text == "قصير"
    assert marker.excerpt("") == []


def test_a_day_without_a_time_is_listed_where_the_day_ends_and_told_as_a_date(index: Index) -> None:
    day = NOW.replace(hour=0, minute=0, second=0) - timedelta(days=10)
    seen = day + timedelta(days=3)
    bare = article("1" * 32, "barada", "خبر", "نص", published_at=day, published_precision="day")
    index.store(bare | {"first_seen_at": seen})
    noon = day + timedelta(hours=12)
    index.store(article("2" * 32, "barada", "خبر", "نص", published_at=noon, first_seen_at=seen))
    rebuild(index.file, index.db)
    hits = index.lists.search(parse_query("خبر")).hits
    assert [hit.id[0] for hit in hits] == ["1", "2"]
    assert [stated_day(hit, UTC) for hit in hits] == [day.date(), None]


def test_what_is_changed_without_a_crawl_is_taken_in_once(index: Index) -> None:
    index.store(article("1" * 32, "barada", "جسر", "نص"), article("2" * 32, "ugarit", "جسر", "نص"))
    rebuild(index.file, index.db)
    for id_, site in (("1" * 32, "barada"), ("2" * 32, "ugarit")):
        index.store(article(id_, site, "نهر", "نص"))
    assert refresh(index.file, index.db).sites == 0
    mark_changed(index.db, ["ugarit"])
    assert refresh(index.file, index.db).written == 1
    assert index.find("نهر") == ["2" * 32]
    mark_changed(index.db)
    assert refresh(index.file, index.db).written == 1
    assert index.find("نهر") == ["1" * 32, "2" * 32]
    assert refresh(index.file, index.db).sites == 0


def test_a_replaced_archive_is_taken_whole(index: Index) -> None:
    index.store(article("1" * 32, "barada", "جسر", "نص"))
    index.crawled("barada", 1)
    rebuild(index.file, index.db)
    index.db.articles.delete_many({})
    index.db.crawls.delete_many({})
    index.db.sites.delete_many({})
    index.store(article("2" * 32, "ugarit", "نهر", "نص"))
    mark_replaced(index.db)
    refresh(index.file, index.db)
    assert (index.find("جسر"), index.find("نهر")) == ([], ["2" * 32])
    assert index.lists.crawled_sites() == []


def test_pairs_are_told_with_the_storys_first_whatever_its_name(index: Index) -> None:
    story = "9" * 32
    index.store(article("1" * 32, "barada", "خبر", "نص", 5, story_id=story))
    for number in range(5):
        index.store(copy(f"a{number}".ljust(32, "0"), story, "ugarit", "خبر", "نص", 4 - number / 2, 1.0))
    rebuild(index.file, index.db)
    newest, older = index.lists.carried("barada", "ugarit", limit=3)
    assert [(first.id[0], copied.id[:2]) for first, copied in newest] == [
        ("1", "a4"),
        ("1", "a3"),
        ("1", "a2"),
    ]
    rest, end = index.lists.carried("barada", "ugarit", before=older, limit=3)
    assert [copied.id[:2] for _, copied in rest] == ["a1", "a0"]
    assert end is None
    assert index.lists.carried("ugarit", "barada") == ([], None)


def test_the_count_is_the_same_whether_or_not_a_page_shows_all(index: Index) -> None:
    index.store(*(article(f"{n:032}", "barada", "خبر", "جسر على نهر", n) for n in range(7)))
    rebuild(index.file, index.db)
    for limit in (3, 6, 7, 20):
        assert index.lists.search(parse_query('"جسر على"'), limit=limit).total == 7
    second = index.lists.search(parse_query("جسر"), limit=4)
    assert index.lists.search(parse_query("جسر"), before=second.older, limit=4).total == 7


def test_the_best_matches_come_first_when_asked_for(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    filler = "كلام عن أمور أخرى كثيرة لا صلة لها " * 10
    index.store(
        article("1", "barada", "جسر الرستن", f"فُتح جسر الرستن، والجسر قديم. {filler}", 9),
        article("2", "barada", "أخبار متفرقة", f"{filler} ومنها جسر.", 2),
        article("3", "barada", "طقس", f"{filler} وجسر وجسر وجسر.", 3),
        *(article(f"x{number}", "barada", "غيرها", filler, 20 + number) for number in range(9)),
    )
    rebuild(index.file, index.db)
    query = parse_query("جسر")

    def ids(**asked: Any) -> list[str]:
        return [hit.id for hit in index.lists.search(query, **asked).hits]

    assert ids() == ["2", "3", "1"]
    assert ids(best=True) == ["1", "3", "2"]  # the headline, then how often
    assert ids(best=True, filters=Filters(since=NOW - timedelta(hours=4))) == ["3", "2"]
    seen, before = [], None
    while True:
        page = index.lists.search(query, best=True, before=before, limit=1)
        seen += [hit.id for hit in page.hits]
        assert page.total == 3
        before = page.older
        if before is None:
            break
    assert seen == ["1", "3", "2"]
    assert index.lists.search(query, best=True, before=10**15).hits == []
    everything = index.lists.search(parse_query(""), best=True, limit=3)
    assert [hit.id for hit in everything.hits] == ["2", "3", "1"]  # nothing to match: newest first
    monkeypatch.setattr("crawler.storage.search.queries.RANKED", 2)
    assert ids(best=True) == ["3", "2"]  # among the newest so many


def test_pairs_keep_to_the_days_that_are_asked_for(index: Index) -> None:
    index.store(article("1", "barada", "أ", "نص", 60), copy("2", "1", "ugarit", "أ", "نص", 50, 1.0))
    index.store(copy("3", "1", "ugarit", "أ", "نص", 5, 1.0))
    rebuild(index.file, index.db)

    def copies(**asked: Any) -> list[str]:
        return [copied.id for _, copied in index.lists.carried("barada", "ugarit", **asked)[0]]

    assert copies() == ["3", "2"]
    assert copies(since=NOW - timedelta(hours=24)) == ["3"]
    assert copies(until=NOW - timedelta(hours=24)) == ["2"]
    assert copies(since=NOW - timedelta(hours=24), before=1) == []


def test_what_was_taken_down_or_edited_is_found_by_that(small: Index) -> None:
    assert small.find("", removed=True) == small.find("", edited=True) == []
    small.db.articles.update_one({"_id": "1"}, {"$set": {"removed_at": NOW}})
    small.db.articles.update_one({"_id": "2"}, {"$set": {"revision": 2}})
    small.crawled("barada")
    refresh(small.file, small.db)
    assert small.find("", removed=True) == small.find("حلب", removed=True) == ["1"]
    assert small.find("", edited=True) == ["2"]
    assert small.find("", edited=True, removed=True) == []
    small.db.articles.update_one({"_id": "1"}, {"$set": {"removed_at": None}})
    small.crawled("barada", -1)
    refresh(small.file, small.db)
    assert small.find("", removed=True) == []
