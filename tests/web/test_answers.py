"""What `khabar web` answers, and what it refuses."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from crawler.health.verdict import HEALTHY, OURS, QUALITY, VERDICT_OUTCOMES
from crawler.html.words import word
from crawler.model.period import ZONE
from crawler.operations.archive.show import shown_article
from crawler.operations.dedup.explain import compare_articles
from crawler.storage.connect import open_stores
from crawler.web.report_model import ReportFigures
from tests.support import small_archive as small
from tests.support.processes import wait_until
from tests.support.web import Web

PAGES = [
    "/",
    "/?day=2020-01-01",
    "/changes",
    "/alerts",
    "/alerts?alert=bridges",
    "/sites",
    "/search",
    "/search?q=جسر",
    "/sites/ugarit",
    f"/articles/{small.FIRST}",
    f"/articles/{small.HOSTILE}",
    f"/articles/{small.UNDATED}",
    f"/stories/{small.FIRST}",
    "/pairs?first=barada&carrier=ugarit",
    f"/stories/{small.FIRST}?first={small.COPY}&second={small.CUT}",
]


def api(web: Web, path: str) -> Any:
    answer = web.get(f"/api{path}")
    assert answer.status == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    return json.loads(answer.text)


@pytest.mark.parametrize("lang", ["ar", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_in_its_language_and_locked_down(web: Web, lang: str, path: str) -> None:
    answer = web.get(f"/{lang}{path}")
    assert answer.status == 200
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">' in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script>window" not in answer.text
    assert "<img" not in answer.text
    assert 'href="javascript:' not in answer.text
    assert "\u202e" not in answer.text


def test_the_first_page_is_in_the_browsers_language(web: Web) -> None:
    for accepted, lang in (("en-GB,en;q=0.9", "en"), ("ar-SY,en;q=0.5", "ar"), ("fr", "ar"), ("", "ar")):
        answer = web.get("/", **{"Accept-Language": accepted})
        assert (answer.status, answer.headers["Location"]) == (302, f"/{lang}/")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "", "127.0.0.1.evil.example", "[::2]"])
def test_another_hosts_name_is_refused(web: Web, host: str) -> None:
    answer = web.get("/api/sites", Host=host)
    assert answer.status == 421
    assert "barada" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8765", "LOCALHOST", "[::1]:80"])
def test_this_machines_names_are_answered(web: Web, host: str) -> None:
    assert web.get("/api/sites", Host=host).status == 200


@pytest.mark.parametrize("path", ["/en/", "/en/search?q=x", f"/api/articles/{small.FIRST}"])
def test_head_has_the_headers_of_get(web: Web, path: str) -> None:
    head, whole = web.get(path, "HEAD"), web.get(path)
    assert head.status == whole.status == 200
    assert head.headers["content-type"] == whole.headers["content-type"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_the_archive_can_only_be_read(web: Web, method: str) -> None:
    assert web.get(f"/api/articles/{small.FIRST}", method).status == 405


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ar/nothing", 404),
        ("/fr/", 404),
        ("/ar/articles/nothing", 404),
        ("/ar/stories/nothing", 404),
        ("/ar/sites/nothing", 404),
        ("/en/search?since=yesterday", 400),
        ("/en/search?before=x", 400),
        ("/en/search?before=99999999999999999999", 400),
        ("/en/search?duplicates=maybe", 400),
        (f"/en/stories/{small.FIRST}?first={small.ENGLISH}", 400),
        ("/en/report?period=5", 400),
        ("/en/report?since=x", 400),
        ("/en/search?state=x", 400),
        ("/en/changes?kind=x", 400),
        ("/en/changes?before=x", 400),
        ("/en/changes?before=1.99999999999999999999", 400),
        ("/ar/pairs?first=barada&carrier=ugarit&until=x", 400),
    ],
)
def test_what_makes_no_sense_is_told_on_a_page_and_as_json(web: Web, path: str, status: int) -> None:
    page = web.get(path)
    assert page.status == status
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Traceback" not in page.text
    as_json = web.get("/api/" + path.split("/", 2)[2])
    assert as_json.status in (status, 404)
    assert json.loads(as_json.text)["error"] or as_json.status == 404


def test_the_overview_tells_how_the_sites_do(web: Web) -> None:
    data = api(web, "/sites")
    assert (data["articles"], data["duplicates"], data["quarantined"]) == (38, 2, 1)
    states = {site["id"]: site["state"] for site in data["sites"]}
    assert states == {"ugarit": "trouble", "barada": "ok", "qasioun": "trouble"}
    assert [site["id"] for site in data["sites"]] == [
        "qasioun",
        "ugarit",
        "barada",
    ]  # what is wrong comes first
    ugarit = data["sites"][1]
    assert [crawl["healthy"] for crawl in ugarit["crawls"]] == [False, True]
    assert ugarit["crawls"][0]["new"] == 7
    assert sum(day["articles"] for day in ugarit["days"]) == 2
    assert len(ugarit["days"]) == 30


def test_the_first_page_has_the_days_stories_by_how_many_sites_carry_them(web: Web) -> None:
    day = (small.NOW - timedelta(hours=9)).astimezone(ZONE).date()  # of the story's first article
    data = api(web, f"/today?day={day}")
    first = data["stories"][0]
    assert (first["id"], first["outlets"]) == (small.FIRST, 3)
    assert [member["id"] for member in first["members"]] == [small.FIRST, small.COPY, small.CUT]
    assert [change["article"]["id"] for change in data["edited"]] == [small.FIRST]
    page = web.get(f"/en/?day={day}").text
    for text in ("3 sites", "first <bdi>Barada Today", f"/en/stories/{small.FIRST}", "<circle", "06:00"):
        assert text in page
    assert web.get("/en/?day=x").status == web.get("/en/?day=9999-12-31").status == 400
    assert "nothing that was published on this day" in web.get("/en/?day=2020-01-01").text


def test_changes_are_listed_by_kind_and_site(web: Web) -> None:
    assert [change["kind"] for change in api(web, "/changes")["changes"]] == ["edited"]
    assert api(web, "/changes?kind=removed")["changes"] == []
    assert api(web, "/changes?kind=edited&site=ugarit")["changes"] == []
    assert "افتتاح جسر الرستن" in web.get("/ar/changes?site=barada").text


def test_a_search_says_what_it_did_not_understand_and_counts_its_matches(web: Web) -> None:
    data = api(web, "/search?q=(نشرة foo:bar OR نشرة")
    assert [notice["kind"] for notice in data["notices"]] == ["query_unknown_field", "query_open_parenthesis"]
    assert data["total"] == 30
    assert data["sites"] == [{"site": "barada", "matches": 30}]
    assert sum(day["matches"] for day in data["days"]) == 30
    page = web.get("/ar/search?q=(نشرة foo:bar OR نشرة").text
    assert "<bdi>foo:</bdi> ليس حقلًا" in page
    assert 'class="strip tall mirror"' in page
    assert "site=barada" in page
    story = api(web, "/search?q=title:جسر site:بردى OR title:جسر")["hits"][0]
    assert (story["id"], story["outlets"]) == (small.FIRST, 3)
    assert [hit["id"] for hit in api(web, '/search?q=site:"بردى اليوم" author:هدى')["hits"]] == [small.FIRST]


def test_a_site_has_its_quarantined_pages(web: Web) -> None:
    data = api(web, "/sites/ugarit")
    assert [page["reason"] for page in data["quarantine"]] == [small.SLOW]
    assert small.SLOW in web.get("/en/sites/ugarit").text
    assert "استغرق الاستخراج أكثر من <bdi>20 s</bdi> مرتين" in web.get("/ar/sites/ugarit").text
    assert [brief["id"] for brief in data["latest"]] == [small.ENGLISH, small.CUT]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=الرستن", [small.FIRST]),
        ("q=الرستن&duplicates=yes", [small.CUT, small.COPY, small.FIRST]),
        ("q=الرستن&duplicates=only", [small.CUT, small.COPY]),
        ("q=الرستن&duplicates=yes&site=ugarit", [small.CUT]),
        ("q=bridge&language=en", [small.ENGLISH]),
        ("q=bridge&language=ar", []),
        ("site=qasioun", [small.HOSTILE]),
        ("state=edited", [small.FIRST]),
        ("state=removed", []),
    ],
)
def test_a_search_keeps_to_its_filters(web: Web, query: str, expected: list[str]) -> None:
    data = api(web, f"/search?{query}")
    assert [hit["id"] for hit in data["hits"]] == expected
    assert data["total"] == len(expected)


def test_a_search_shows_where_it_matches(web: Web) -> None:
    hit = api(web, "/search?q=المهندس")["hits"][0]
    assert [part["text"] for part in hit["excerpt"] if part["hit"]] == ["المهندس"]
    assert [part for part in hit["title_parts"] if part["hit"]] == []


def test_lists_are_paged_without_gap_or_repetition(web: Web) -> None:
    seen, before = [], ""
    while True:
        page = api(web, f"/search?duplicates=yes&before={before}")
        seen += [hit["id"] for hit in page["hits"]]
        before = page["older"]
        if before is None:
            break
    assert len(seen) == len(set(seen)) == page["total"] == 38


def test_an_article_has_its_revisions_story_neighbours_and_capture(web: Web) -> None:
    data = api(web, f"/articles/{small.FIRST}")
    assert [member["id"] for member in data["story"]] == [small.FIRST, small.COPY, small.CUT]
    (old,) = data["revisions"]
    changed = [(change["old"], change["new"]) for change in old["changes"] if change["kind"] != "same"]
    assert changed == [(["20"], ["35"])]
    assert data["later"]["id"] == small.UNDATED
    assert data["earlier"]["id"] == f"{0:032}"
    assert len(data["html_sha256"]) == 64
    assert data["checked_at"].endswith("+03:00")
    page = web.get(f"/ar/articles/{small.FIRST}").text
    assert data["html_sha256"] in page


def test_an_article_tells_which_raw_pages_are_kept_and_what_was_read_in_them(web: Web) -> None:
    data = api(web, f"/articles/{small.FIRST}")
    assert data["captures_known"]
    before, now = data["captures"]
    assert (before["revision"], now["revision"]) == (None, 2)
    assert now["html_sha256"] == data["html_sha256"]
    assert now["captured_at"] > before["captured_at"]
    assert re.fullmatch(r"raw/barada/khabar-barada-00000001-\d{14}-\w{8}\.warc\.gz", now["file"])
    assert before["offset"] < now["offset"]
    for lang in ("ar", "en"):
        assert now["file"] in web.get(f"/{lang}/articles/{small.FIRST}").text
    assert api(web, f"/articles/{small.COPY}")["captures"] == []
    assert "No raw page is kept on this machine." in web.get(f"/en/articles/{small.COPY}").text


def test_a_search_may_be_ordered_by_how_well_it_matches(web: Web) -> None:
    newest = api(web, "/search?q=الرستن&duplicates=yes")["hits"]
    best = api(web, "/search?q=الرستن&duplicates=yes&order=best")["hits"]
    assert {hit["id"] for hit in newest} == {hit["id"] for hit in best}
    assert '<option value="best" selected>' in web.get("/en/search?q=x&order=best").text
    assert web.get("/en/search?q=x&order=worst").status == 400


def test_an_article_without_a_headline_goes_by_its_address(web: Web) -> None:
    address = f"https://barada.example/{small.BARE[:6]}/"
    for path in (f"/articles/{small.BARE}", f"/stories/{small.BARE}", "/search?q=مجهول"):
        page = web.get(f"/en{path}").text
        heading = re.search(r"<h[13] dir=\"auto\">(?:<a [^>]*>)?([^<]*)", page)
        assert heading, path
        assert heading[1] == address


def test_any_two_members_of_a_story_are_compared(web: Web) -> None:
    data = api(web, f"/stories/{small.FIRST}?first={small.CUT}&second={small.COPY}")["difference"]
    assert (data["first"]["id"], data["second"]["id"]) == (small.CUT, small.COPY)
    assert any("1200" in change["new"] for change in data["changes"])


def test_a_story_says_who_had_it_first_and_how_sure_that_is(web: Web) -> None:
    data = api(web, f"/stories/{small.FIRST}")
    assert (data["outlets"], data["first"]["site"], data["first"]["certain"]) == (3, "barada", True)
    page = web.get(f"/en/stories/{small.FIRST}").text
    for text in (
        "This is sure",
        "<circle",
        "60 min later",
        "Copy citation",
        f'/en/stories/{small.FIRST}"',
    ):
        assert text in page
    alone = api(web, f"/stories/{small.UNDATED}")["first"]
    assert (alone["certain"], alone["rivals"]) == (False, [])
    assert "No other site" in web.get(f"/en/stories/{small.UNDATED}").text


def test_an_article_leads_to_its_original_first_and_ends_with_what_proves_it(web: Web) -> None:
    page = web.get(f"/en/articles/{small.FIRST}").text
    link = page.index('href="https://barada.example/')
    assert page.index("<h1") < link < page.index("أعلنت بلدية")
    for text in ("Evidence", "Latest edit seen", f'download="{small.FIRST}.json"', "Cite", "wording 2 ("):
        assert text.lower() in page.lower(), text
    assert "the page&#39;s data (JSON-LD)" in page
    assert "العربية" in web.get(f"/ar/articles/{small.FIRST}").text  # the language, by its name
    hostile = web.get(f"/en/articles/{small.HOSTILE}").text
    assert "javascript:window.hacked=1</bdi>" in hostile


def test_the_report_is_made_and_shown(web: Web) -> None:
    assert web.get("/ar/report").status in (200, 202)
    wait_until(lambda: web.get("/ar/report").status == 200)
    page = web.get("/en/report")
    assert "sha256-" in page.headers["Content-Security-Policy"]
    figures = ReportFigures.model_validate_json(web.get("/api/report").text)
    assert figures.totals.duplicates == 2


def made_report(web: Web, query: str) -> Any:
    """A report once it has been made."""
    wait_until(lambda: web.get(f"/api/report?{query}").status == 200)
    return api(web, f"/report?{query}")


def test_a_report_is_narrowed_by_site_and_days(web: Web) -> None:
    whole = made_report(web, "")
    by_site = made_report(web, "site=ugarit")
    assert by_site["totals"]["articles"] == 2
    assert [(flow["first"], flow["carrier"]) for flow in by_site["flows"]] == [("barada", "ugarit")]
    today = datetime.now(ZONE).date()
    last_day = (small.NOW - timedelta(hours=2)).astimezone(ZONE).date()
    past = made_report(web, f"since=2020-01-01&until={last_day - timedelta(days=1)}")
    week = made_report(web, "period=7")
    assert past["totals"]["articles"] < week["totals"]["articles"] == whole["totals"]["articles"] == 38
    assert week["since"].startswith(f"{today - timedelta(days=7)}T00:00:00+03:00")
    page = web.get("/en/report?site=ugarit").text
    assert '<option value="ugarit" selected>Ugarit</option>' in page
    assert 'href="/ar/report?site=ugarit"' in page
    assert "/en/pairs?first=barada&amp;carrier=ugarit" in page
    for lang in ("ar", "en"):
        assert web.get(f"/{lang}/report?site=nowhere").status == 400
        assert web.get(f"/{lang}/report?since=2024-12-05&until=2024-12-04").status == 400


def test_the_pairs_keep_to_the_days_of_the_report_that_they_are_opened_from(web: Web) -> None:
    tomorrow = datetime.now(ZONE).date() + timedelta(days=1)
    for chosen, count in (("period=7", 1), (f"until={tomorrow}", 1), (f"since={tomorrow}", 0), ("", 1)):
        carried = api(web, f"/pairs?first=barada&carrier=ugarit&{chosen}")
        assert len(carried["pairs"]) == count, chosen
    page = web.get("/en/pairs?first=barada&carrier=ugarit&period=7").text
    assert 'href="/en/report?period=7"' in page
    assert "From day" in page


def test_alerts_are_listed_as_they_may_be_told(web: Web) -> None:
    data = api(web, "/alerts?alert=bridges")
    assert [(match["kind"], match["article"]) for match in data["matches"]] == [
        ("edited", small.FIRST),
        ("new", small.COPY),
    ]
    assert data["matches"][1]["title"] == "افتتاح جسر الرستن أمام السيارات", "as it is now"
    assert data["searches"][0]["matches"] == 2
    assert "/en/feeds/alerts/bridges.atom" in web.get("/en/alerts").text
    assert "افتتاح جسر الرستن" in web.get("/ar/feeds/alerts/bridges.atom").text
    assert web.get("/ar/alerts?alert=nobody").status == 400
    assert web.get("/api/alerts?before=-1").status == 400


def test_a_comparison_says_why_as_the_command_does(web: Web) -> None:
    with open_stores(web.settings) as stores:
        compared = compare_articles(shown_article(stores, small.FIRST), shown_article(stores, small.CUT))
    explained = api(web, f"/stories/{small.FIRST}?first={small.FIRST}&second={small.CUT}")["difference"]
    assert explained["explanation"]["words"]["ar"] == compared.verdict.explain("ar")
    assert explained["explanation"]["parts"] == [part._asdict() for part in compared.parts]
    for lang in ("ar", "en"):
        page = web.get(f"/{lang}/stories/{small.FIRST}?first={small.FIRST}&second={small.CUT}").text
        assert all(line in page for line in compared.verdict.explain(lang))
        assert word("side_by_side", lang) in page


def test_every_verdict_has_words_in_both_languages() -> None:
    for verdict in {*HEALTHY, *OURS, *QUALITY, *VERDICT_OUTCOMES}:
        assert not re.search("[a-z]", word(verdict, "ar")), verdict


def test_an_error_page_helps_in_its_language_and_says_the_detail(web: Web) -> None:
    for lang, help_, detail in (
        ("ar", "لم يُفهم ما في العنوان", "ليس تاريخًا؛ اكتبه هكذا"),
        ("en", "cannot be read", "is not a date; write it as 2024-12-04"),
    ):
        page = web.get(f"/{lang}/search?since=yesterday")
        assert help_ in page.text
        assert f"<bdi>&#39;yesterday&#39;</bdi> {detail}" in page.text
    problem = json.loads(web.get("/api/search?since=yesterday").text)
    assert problem["message"] == {
        "key": "usage_not_a_date",
        "values": {"name": "since", "value": "'yesterday'"},
    }


def test_a_search_in_what_the_archive_does_not_have_says_so(web: Web) -> None:
    notices = api(web, "/search?site=nowhere&language=zz")["notices"]
    assert [notice["kind"] for notice in notices] == ["query_unknown_site", "query_unknown_language"]
    for path in ("changes?site=nowhere", "pairs?first=barada&carrier=nowhere"):
        assert "لا يعرف الأرشيف هذا الموقع" in web.get(f"/ar/{path}").text


def test_a_member_leads_to_its_story(web: Web) -> None:
    assert api(web, f"/stories/{small.COPY}")["id"] == small.FIRST
    page = web.get(f"/en/stories/{small.COPY}?first={small.CUT}")
    assert page.status == 307
    assert page.headers["Location"] == f"/en/stories/{small.FIRST}?first={small.CUT}"


def test_openapi_describes_each_page(web: Web) -> None:
    described = json.loads(web.get("/api/openapi.json").text)
    assert set(described["paths"]) == {
        "/api/alerts",
        "/api/today",
        "/api/changes",
        "/api/sites",
        "/api/sites/{site}",
        "/api/search",
        "/api/articles/{article}",
        "/api/stories/{story}",
        "/api/pairs",
        "/api/report",
    }
    assert all(set(methods) == {"get"} for methods in described["paths"].values())


def test_a_site_is_as_the_record_of_its_health_says_not_its_last_crawl_alone(web: Web) -> None:
    sites = {site["id"]: site for site in api(web, "/sites")["sites"]}
    assert (sites["qasioun"]["state"], sites["qasioun"]["verdict"]) == ("trouble", "fewer_than_usual")
    assert sites["qasioun"]["crawls"][0]["verdict"] == "ok"
    assert (sites["ugarit"]["state"], sites["ugarit"]["verdict"]) == ("trouble", "blocked")
    assert sites["barada"]["state"] == "ok"
    assert "nothing new for 3 days" in web.get("/en/sites/qasioun").text
    # Why a crawl was judged so, in the page's language.
    assert "9 of 12 pages ended as blocked" in web.get("/en/sites/ugarit").text
    assert "9 من 12 صفحات انتهت هكذا: محجوبة" in web.get("/ar/sites/ugarit").text


def test_what_was_away_doubtful_or_read_anew_is_told(web: Web) -> None:
    article = api(web, f"/articles/{small.FIRST}")
    assert article["date_flags"] == ["contradicted"]
    assert [absence["removed_at"] < absence["returned_at"] for absence in article["absences"]] == [True]
    assert [reading["revision"] for reading in article["readings"]] == [2]
    assert article["readings"][0]["changes"][-1]["old"] == ["شارك", "المقال"]
    page = web.get(f"/en/articles/{small.FIRST}").text
    for text in ("contradict each other", "Taken down and brought back", "Earlier readings"):
        assert text in page


def test_a_page_names_the_one_zone_of_its_times(web: Web) -> None:
    for path in ("/sites", "/search", f"/articles/{small.FIRST}", "/sites/ugarit"):
        page = web.get(f"/en{path}").text
        assert "Asia/Damascus" in page
        times = re.findall(r'<time datetime="[^"]+T[^"]+([+-][0-9:]+)">', page)
        assert set(times) == {"+03:00"}


def test_what_one_site_carried_of_anothers_is_listed_by_page(web: Web) -> None:
    carried = api(web, "/pairs?first=barada&carrier=ugarit")
    assert [(pair["first"]["id"], pair["copy"]["id"]) for pair in carried["pairs"]] == [
        (small.FIRST, small.CUT)
    ]
    assert carried["older"] is None
    assert api(web, "/pairs?first=ugarit&carrier=barada")["pairs"] == []
    page = web.get("/en/pairs?first=barada&carrier=ugarit").text
    assert f"second={small.CUT}#difference" in page
    assert web.get("/api/pairs?first=a&carrier=b&before=x").status == 400


def test_an_article_is_handed_over_as_a_package(web: Web) -> None:
    page = web.get(f"/en/articles/{small.FIRST}").text
    assert f'href="/evidence/{small.FIRST}.wacz"' in page
    answer = web.get(f"/evidence/{small.FIRST}.wacz")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/wacz")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{small.FIRST}.wacz"'
    assert web.get("/evidence/nothing.wacz").status == 404
