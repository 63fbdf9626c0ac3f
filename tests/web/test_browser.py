"""The pages as a browser shows them."""

import contextlib
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, expect

from crawler.model.seeds import load_sites
from crawler.operations.dedup.report import dedup_report
from crawler.report.page import render_html
from crawler.storage.connect import open_stores
from tests.support import small_archive as small
from tests.support.processes import wait_until
from tests.support.web import Watched, Web


def start_of(part: Locator) -> float:
    """How far from the screen's left edge a part begins."""
    box = part.bounding_box()
    assert box is not None
    return box["x"]


def test_arabic_reads_from_the_right_and_english_from_the_left(web: Web, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{web.address}/")
    assert page.url.endswith("/ar/")
    page.goto(f"{web.address}/ar/sites")
    brand, switch = page.locator(".brand"), page.locator(".switch")
    assert start_of(switch) < start_of(brand)
    columns = page.locator(".sites thead th")
    assert start_of(columns.first) > start_of(columns.last)
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/sites")
    assert start_of(brand) < start_of(switch)
    expect(page.get_by_role("heading", level=1)).to_have_text("How the sites are doing")


def test_the_language_changes_and_the_place_stays(web: Web, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{web.address}/ar/search?q=جسر&duplicates=yes")
    hits = page.locator(".hits h3").all_inner_texts()
    page.locator(".switch").click()
    page.wait_for_url("**/en/search?**")
    assert page.locator(".hits h3").all_inner_texts() == hits
    assert page.locator("#q").input_value() == "جسر"


def test_a_search_from_the_first_page_by_keyboard_alone(web: Web, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{web.address}/ar/")
    page.keyboard.press("/")
    page.keyboard.type("الرُّستِن")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    expect(page.locator(".hits mark").first).to_have_text("الرستن")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/articles/{small.FIRST}")
    expect(page.get_by_role("heading", level=1)).to_have_text("افتتاح جسر الرستن")


def test_single_keys_can_be_turned_off_and_stay_off(web: Web, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{web.address}/en/search")
    button = page.get_by_role("button", name="Keys are on")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("/")
    expect(page.locator("#q")).not_to_be_focused()
    button.press("Enter")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()


def test_tab_reaches_the_content_first(web: Web, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{web.address}/ar/search")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_filters_narrow_the_results(web: Web, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{web.address}/en/search")
    page.get_by_role("combobox", name="Site").select_option("ugarit")
    page.get_by_role("combobox", name="Duplicates").select_option("only")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/search?**")
    expect(page.locator(".hits > li")).to_have_count(1)
    expect(page.locator(".mark.dup")).to_contain_text("71%")


def test_two_chosen_articles_stand_side_by_side(web: Web, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{web.address}/ar/stories/{small.FIRST}")
    page.get_by_label("الأولى: قاسيون").check()
    page.get_by_label("الثانية: أوغاريت").check()
    page.get_by_role("button", name="قارن").click()
    page.wait_for_url("**first=**")
    expect(page.locator("#difference del b", has_text="1200")).to_be_visible()
    expect(page.locator("#difference ins b", has_text="1500")).to_be_visible()
    text = page.locator("#difference .unified > div").last
    assert text.evaluate("e => getComputedStyle(e).direction") == "rtl"


def test_what_is_the_same_in_a_difference_is_folded(web: Web, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{web.address}/en/stories/{small.FIRST}")
    difference = page.locator("#difference .unified")
    assert "1200" not in difference.inner_text()
    difference.locator("summary", has_text="words the same").click()
    assert "1200" in difference.inner_text()


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_hostile_articles_show_as_text(web: Web, watched: Watched, lang: str) -> None:
    page = watched.page
    page.goto(f"{web.address}/{lang}/articles/{small.HOSTILE}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>window.hacked=1</script>")
    expect(page.locator(".paper")).to_contain_text('onerror="window.hacked=1"')
    assert page.locator("main img, main script, a[href^='javascript']").count() == 0
    page.goto(f"{web.address}/{lang}/search?q=<script>")
    page.goto(f'{web.address}/{lang}/search?q="><script>window.hacked=1</script>&site="><b>')
    assert page.locator("main script, main b").count() == 0
    page.goto(f"{web.address}/{lang}/sites/ugarit")
    expect(page.locator(".address")).to_contain_text("<script>")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/sites",
        "/changes",
        "/search?q=جسر",
        f"/articles/{small.FIRST}",
        f"/stories/{small.FIRST}",
        f"/articles/{small.WIDE}",
        "/search?q=الموارد",
        "/pairs?first=barada&carrier=ugarit",
        "/report",
    ],
)
def test_nothing_sticks_out_on_a_small_phone_or_a_screen_at_400_per_cent(
    web: Web, browser: Browser, path: str
) -> None:
    if path == "/report":
        wait_until(lambda: web.get("/ar/report").status == 200)
    context = browser.new_context(viewport={"width": 320, "height": 740})
    page = context.new_page()
    for lang in ("ar", "en"):
        page.goto(f"{web.address}/{lang}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_a_chart_has_its_axis_where_reading_begins_and_its_words_unmirrored(
    web: Web, watched: Watched
) -> None:
    page = watched.page
    for lang, turned in (("ar", True), ("en", False)):
        page.goto(f"{web.address}/{lang}/sites")
        chart = page.locator("figure .chart.wide")
        expect(chart).to_be_visible()
        expect(page.locator("figure .chart.narrow")).to_be_hidden()
        box = chart.bounding_box()
        assert box is not None
        count = chart.locator(".y text").last
        assert (start_of(count) > box["x"] + box["width"] / 2) is turned
        transform = count.evaluate("e => getComputedStyle(e).transform")
        assert transform.startswith("matrix(-1") is turned  # mirrored back, in the mirrored chart
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.locator("figure .chart.narrow")).to_be_visible()
    expect(page.locator("figure .chart.wide")).to_be_hidden()


def test_the_report_is_narrowed_and_its_cells_open_their_pairs_by_keyboard(
    web: Web, watched: Watched
) -> None:
    wait_until(lambda: web.get("/en/report?site=ugarit").status == 200)
    page = watched.page
    wait_until(lambda: web.get("/en/report").status == 200)
    page.goto(f"{web.address}/en/report")
    page.get_by_role("combobox", name="Site").select_option("ugarit")
    page.get_by_role("button", name="Show", exact=True).press("Enter")
    page.wait_for_url("**/en/report?site=ugarit**")
    expect(page.get_by_role("combobox", name="Site")).to_have_value("ugarit")
    cell = page.locator("table.heat td button")
    expect(cell).to_have_count(1)
    cell.focus()
    page.keyboard.press("Enter")
    panel = page.locator(".pop:popover-open")
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(cell).to_be_focused()
    page.keyboard.press("Enter")
    panel.get_by_role("link", name="All pairs").press("Enter")
    page.wait_for_url("**/en/pairs?first=barada&carrier=ugarit")
    page.get_by_role("link", name="To the duplicates report").click()
    page.wait_for_url("**/en/report")
    page.get_by_role("link", name="العربية").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")


def test_the_report_from_disk_compares_any_two(web: Web, watched: Watched, tmp_path: Path) -> None:
    with contextlib.closing(open_stores(web.settings)) as stores:
        made = dedup_report(stores, load_sites(web.seeds))
    file = tmp_path / "report.html"
    file.write_text(render_html(made, lang="ar"), encoding="utf-8")
    page = watched.page
    page.goto(file.as_uri())
    form = page.locator("form.pick").first
    form.locator("select").nth(0).select_option("1")
    form.locator("select").nth(1).select_option("2")
    form.get_by_role("button").click()
    expect(form.locator("del b", has_text="1200")).to_be_visible()
    expect(form.locator("ins b", has_text="1500")).to_be_visible()
    assert start_of(form.locator(".cols > div").nth(0)) > start_of(form.locator(".cols > div").nth(1))
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("dir", "ltr")
    expect(page.locator("#notes")).to_contain_text("blocked")
    page.locator("table.heat button").first.click()
    expect(page.locator(".pop:popover-open")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".pop:popover-open")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(web: Web, browser: Browser, scheme: str) -> None:
    wait_until(lambda: web.get("/ar/report").status == 200)
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    violations = {}
    for path in (
        "/ar/",
        "/ar/sites",
        "/en/changes",
        "/ar/search?q=نشرة foo:bar",
        "/en/search?q=جسر&duplicates=yes",
        "/ar/sites/ugarit",
        "/ar/alerts",
        f"/en/articles/{small.FIRST}",
        f"/ar/stories/{small.FIRST}",
        "/en/pairs?first=barada&carrier=ugarit",
        "/ar/report",
        f"/en/articles/{small.HOSTILE}",
        "/en/nothing",
    ):
        page.goto(f"{web.address}{path}")
        results = Axe().run(page)
        if results.violations_count:
            violations[path] = re.sub(r"\s+", " ", results.generate_report())[:1500]
    context.close()
    assert violations == {}
