import base64
import hashlib
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree, html

from crawler.report import NearMiss, ReportArticle, SiteNote
from crawler.report.build import FLOW_EXAMPLES
from crawler.report.charts import MATRIX_SITES
from crawler.report.comparisons import LISTED_MEMBERS, with_texts
from crawler.report.page import Served, page_policy, render_html
from tests.support.marked_articles import article, copy, newsroom, report
from tests.support.texts import sentences

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><script>alert(1)</script>",
    "</title></head><body onload=alert(1)>",
    "{{ 7*7 }}{% raw %}",
    "' onmouseover='alert(1)",
    "<!--",
    "]]>",
]


def parsed(page: str) -> html.HtmlElement:
    """The page as lxml reads it; an error of its parser that is not about newer HTML fails."""
    parser = html.HTMLParser(encoding="utf-8")
    tree = html.fromstring(page.encode(), parser=parser)
    # libxml2 knows HTML 4: newer elements are "invalid tags" to it, everything else is a mistake of ours.
    wrong = [entry for entry in parser.error_log if entry.type != etree.ErrorTypes.HTML_UNKNOWN_TAG]
    assert not wrong, wrong
    return tree


def text_of(tree: html.HtmlElement, lang: str) -> str:
    """What a reader of one language sees."""
    for hidden in tree.xpath(f"//style | //script | //span[@lang and @lang != '{lang}']"):
        hidden.drop_tree()
    return " ".join(tree.text_content().split())


def big_archive(size: int) -> list[ReportArticle]:
    """Articles with long titles, texts and addresses, in stories of 1 to 51, on 60 sites, over ten years."""
    made: list[ReportArticle] = []
    story = 0
    while len(made) < size:
        story += 1
        title = f"عنوان طويل {story} " + "كلمة " * 60
        text = " ".join(f"كلمة{story}-{n}" for n in range(300)) if story < 200 else None
        made.append(article(f"s{story}", f"site{story % 60}", story * 180, title=title, text=text))
        made += [
            copy(
                f"s{story}-{number}",
                f"s{story}",
                f"site{(story * 7 + number) % 60}",
                story * 180 + number + 1,
                0.5 + number % 50 / 100,
                title=title,
                url=f"https://site{number}.example/" + "%D8%A7" * 120,
                text=text and " ".join(text.split()[number::2]),
            )
            for number in range(min(50 if story <= 40 else story % 7, size - len(made)))
        ]
    return made


@pytest.mark.parametrize(("lang", "direction"), [("ar", "rtl"), ("en", "ltr")])
def test_the_page_opens_in_its_language_and_direction(lang: str, direction: str) -> None:
    page = render_html(report(), lang=lang)
    tree = parsed(page)
    assert page.startswith("<!doctype html>\n")
    assert (tree.get("lang"), tree.get("dir")) == (lang, direction)
    assert tree.findtext(".//title") == {"ar": "خبر: تقرير التكرار", "en": "Khabar: Duplicates report"}[lang]


def test_it_tells_the_figures_in_both_languages() -> None:
    page = render_html(report(boundary=0.6))
    arabic, english = text_of(parsed(page), "ar"), text_of(parsed(page), "en")
    for expected in (
        "المقالات7",
        "3 مقالات في 3 مواقع",
        "بعد 30 دقيقة",
        "بردى اليوم",
        "حدّ القرار بين موقعين: 60%",
    ):
        assert expected in arabic
    for expected in (
        "Articles7",
        "3 articles on 3 sites",
        "30 min later",
        "Barada Today",
        "Least between two sites: 60%",
    ):
        assert expected in english
    assert "Barada Today" not in arabic
    assert "43%" in arabic


def test_sites_and_routes_are_tables_with_their_headings() -> None:
    tree = parsed(render_html(report(), lang="en"))
    rows = {
        text_of(row[0], "en"): [cell.text_content() for cell in row[1:6]]
        for row in tree.xpath("//section[@id='sites']//tbody/tr")
    }
    assert rows["Qasioun"][:5] == ["3", "1", "0", "2", "33%"]
    heads = [text_of(head, "en") for head in tree.xpath("//table[@class='heat']/thead//th")]
    cells = {
        text_of(row[0], "en"): [cell.text_content() for cell in row[1:]]
        for row in tree.xpath("//table[@class='heat']/tbody/tr")
    }
    assert cells["Barada Today"][heads.index("Qasioun")] == "1"
    assert cells["Qasioun"][heads.index("Qasioun")] == "1"
    assert cells["Qasioun"][heads.index("Barada Today")] == ""


def test_a_cell_opens_its_pairs() -> None:
    tree = parsed(render_html(report(), lang="en"))
    targets = tree.xpath("//table[@class='heat']//button/@popovertarget")
    assert len(targets) == 3
    for target in targets:
        (panel,) = tree.xpath(f"//*[@id='{target}' and @popover]")
        assert panel.xpath(".//li//a/@href")
    assert len(tree.xpath("//@id")) == len(set(tree.xpath("//@id")))
    for link in tree.xpath("//a[starts-with(@href, '#')]/@href"):
        assert tree.xpath(f"//*[@id='{link[1:]}']"), link
    for label in tree.xpath("//@aria-labelledby"):
        assert tree.xpath(f"//*[@id='{label}']"), label


def test_the_policy_allows_this_style_and_script_and_nothing_else() -> None:
    page = render_html(report())
    (policy,) = parsed(page).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    for tag in ("style", "script"):
        hashes = [
            f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
            for content in re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S)
        ]
        assert f"{tag}-src {' '.join(hashes)};" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    tree = parsed(page)
    assert not tree.xpath("//@style | //@src | //link | //iframe | //@*[starts-with(name(), 'on')]")
    assert "url(" not in page
    assert "@import" not in page


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_a_hostile_page_shows_as_text(lang: str) -> None:
    plain = parsed(render_html(report(boundary=0.6), lang=lang))
    articles = [article("a", title=HOSTILE[0], site_name=HOSTILE[1], text=" ".join(HOSTILE), site="evil")]
    for n, title in enumerate(HOSTILE):
        given = {"title": title, "site_name": title, "text": " ".join([*HOSTILE, title, str(n)])}
        articles.append(copy(f"b{n}", "a", f"s{n}", n + 1, 0.8, url=f"https://x.example/{title}", **given))
    page = render_html(report(articles, boundary=0.6, near_misses=[NearMiss("a", "b1", 0.5)]), lang=lang)
    tree = parsed(page)
    known = {element.tag for element in plain.iter() if isinstance(element.tag, str)} | {
        "del",
        "ins",
        "details",
        "h4",
        "form",
        "label",
        "select",
        "option",
    }
    assert {element.tag for element in tree.iter() if isinstance(element.tag, str)} <= known
    assert (len(tree.xpath("//script[not(@type)]")), len(tree.xpath("//style"))) == (2, 1)
    assert len(tree.xpath("//body")) == 1
    (data,) = tree.xpath("//script[@type='application/json']/text()")
    assert "onmouseover" in data
    assert not set("<>&") & set(data)
    assert not tree.xpath("//comment() | //@*[starts-with(name(), 'on')] | //@src")
    shown = text_of(parsed(page), lang)
    for title in HOSTILE:
        assert title in shown


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//x.example/a",
        "https://[broken",
        "https:javascript:alert(1)",
        "",
        "https://x.example/" + "a" * 5000,
    ],
)
def test_only_web_addresses_become_links(url: str) -> None:
    articles = [
        article("a", url=url, title="عنوان الأصل"),
        copy("b", "a", "ugarit", 1, 0.7, url=url, title="عنوان"),
    ]
    tree = parsed(render_html(report(articles), lang="en"))
    for href in tree.xpath("//a/@href"):
        assert href.startswith("#")
    shown = text_of(tree, "en")
    assert "عنوان الأصل" in shown
    assert "no valid link" in shown


def test_links_tell_the_site_nothing() -> None:
    tree = parsed(render_html(report()))
    links = [link for link in tree.xpath("//a") if not link.get("href").startswith("#")]
    assert links
    for link in links:
        assert urlsplit(link.get("href")).scheme == "https"
        assert "noreferrer" in link.get("rel")
        assert link.getparent().tag == "bdi"
    assert tree.xpath("//meta[@name='referrer']/@content") == ["no-referrer"]


def test_differences_from_the_first_stand_side_by_side() -> None:
    articles = [
        article("a", text="شارك 215 ألف طالب في الامتحانات"),
        copy("b", "a", "ugarit", 1, 0.8, text="شارك 220 ألف طالب وطالبة في الامتحانات"),
        copy("c", "a", "qasioun", 2, 1.0, text="شارك ٢١٥ ألف طالب في الامتحانات"),
        copy("d", "a", "qasioun", 3, 0.9),
    ]
    tree = parsed(render_html(report(articles), lang="en")).xpath("//section[@id='largest']")[0]
    assert [cut.text_content() for cut in tree.xpath(".//del")] == ["215"]
    assert [added.text_content() for added in tree.xpath(".//ins")] == ["220", "وطالبة"]
    assert [number.text_content() for number in tree.xpath(".//ins/b | .//del/b")] == ["215", "220"]
    folds = [text_of(fold, "en") for fold in tree.xpath(".//details[@class='diff']")]
    assert len(folds) == 2
    assert folds[1].endswith("The same words.")
    assert tree.xpath(".//div[@class='cols']//p/@dir") == ["auto", "auto"]


def test_a_near_miss_says_why_it_is_no_copy() -> None:
    rest = " ".join(sentences(1, 12))
    made = report(
        [
            article("a", "barada", 0),
            article("c", "barada", 1500),
        ],
        near_misses=[NearMiss("c", "a", 0.9)],
    )
    texts = {id_: f"قتل الشاب {name} في بلدة نوى. {rest}" for id_, name in (("a", "خالد"), ("c", "سامر"))}
    page = render_html(with_texts(made, texts))
    assert "عن أشخاص آخرين" in text_of(parsed(page), "ar")
    assert "about other people" in text_of(parsed(page), "en")


def test_pairs_on_either_side_of_the_boundary_are_side_by_side_where_there_are_texts() -> None:
    articles = [
        article("a"),
        copy("b", "a", "ugarit", 1, 0.61),
        article("c", "qasioun", 2),
        article("d", minutes=3),
    ]
    made = report(articles, boundary=0.6, near_misses=[NearMiss("c", "a", 0.59), NearMiss("d", "a", 0.58)])
    texts = {"a": "شارك 215 طالبًا", "b": "شارك 216 طالبًا", "c": "شارك 217 طالبًا"}
    tree = parsed(render_html(with_texts(made, texts), lang="en")).xpath("//section[@id='histogram']")[0]
    assert [cut.text_content() for cut in tree.xpath(".//del")] == ["215", "215"]
    assert [added.text_content() for added in tree.xpath(".//ins")] == ["216", "217"]
    assert not parsed(render_html(made)).xpath("//section[@id='histogram']//del")


def test_long_shared_runs_are_counted_not_shown() -> None:
    text = " ".join(f"كلمة{n}" for n in range(300))
    articles = [article("a", text=f"{text} أولى"), copy("b", "a", "ugarit", 1, 0.9, text=f"{text} ثانية")]
    page = render_html(report(articles), lang="en")
    assert "284 words the same" in page
    assert "كلمة150" not in page


def test_an_empty_archive_is_a_page_that_says_so() -> None:
    shown = text_of(parsed(render_html(report([]), lang="en")), "en")
    assert "There are no articles in this period." in shown
    assert "لا مقالات في هذه الفترة." in text_of(parsed(render_html(report([]))), "ar")


def test_an_archive_without_duplicates() -> None:
    shown = text_of(parsed(render_html(report([article("a")]), lang="en")), "en")
    assert "No duplicates were found." in shown
    assert "100%" in shown


def test_what_is_not_known_is_said() -> None:
    lost = [copy("b", "lost", "qasioun", None, None, reason=None), copy("c", "lost", "ugarit", 9, 0.8)]
    shown = text_of(parsed(render_html(report(lost), lang="en")), "en")
    for expected in (
        "1 story began outside this report",
        "1 article states no date",
        "This story's first article lies outside this report.",
        "when first seen",
        "1 duplicate has no measured similarity",
    ):
        assert expected in shown


def test_the_period_is_named() -> None:
    made = report(since=newsroom()[0].at, until=newsroom()[4].at)
    shown = text_of(parsed(render_html(made, lang="en")), "en")
    assert "from 4 December 2024, 08:00 until just before 5 December 2024, 09:40" in shown


def test_a_long_story_says_how_many_are_not_listed() -> None:
    copies = [copy(f"b{n}", "a", "ugarit", n + 1, 0.9) for n in range(LISTED_MEMBERS + 2)]
    shown = text_of(parsed(render_html(report([article("a"), *copies]), lang="en")), "en")
    assert "and 3 more articles" in shown


def test_differences_without_room_are_counted_in_the_file_and_led_to_where_it_is_served() -> None:
    texts = [" ".join(f"كلمة{number}-{n}" for n in range(3000)) for number in range(12)]
    articles = [article("a", text=texts[0])]
    articles += [copy(f"b{n}", "a", "ugarit", n + 1, 0.9, text=texts[n]) for n in range(1, 12)]
    tree = parsed(render_html(report(articles), lang="en"))
    compared = len(tree.xpath("//section[@id='largest']//details[@class='diff']"))
    assert 0 < compared < 11
    assert f"no room for the differences of {11 - compared} cop" in text_of(tree, "en")
    live = parsed(render_html(report(articles), lang="en", served=served()))
    assert "/en/stories/a" in live.xpath("//section[@id='largest']//a/@href")
    assert "no room for the differences" not in text_of(live, "en")
    assert "no room for the differences" not in text_of(parsed(render_html(report(), lang="en")), "en")


def test_an_archive_of_50_000_fits_three_megabytes_and_says_what_it_leaves_out() -> None:
    made = report(big_archive(50_000))
    assert made.totals.articles == 50_000
    page = render_html(made, lang="en")
    assert len(page.encode()) < 3_000_000
    assert f"30 of {made.totals.shared_stories:,} shared stories are shown" in page
    assert "40 more sites are not shown" in page
    assert "more routes are not shown" in page


def test_the_page_stays_small_where_all_that_it_may_show_is_long() -> None:
    articles = []
    for story in range(900):
        words = [f"كلمة{story}-{n}" for n in range(400)]
        long = {"title": "عنوان طويل " + "كلمة " * 60, "url": f"https://t.example/{story}/" + "%D8%A7" * 150}
        articles.append(article(f"s{story}", f"site{story % 50}", story * 900, text=" ".join(words), **long))
        for number in range(1, 16):
            carrier, at = f"site{(story + number * 3) % 50}", story * 900 + number
            text = " ".join(words[number % 3 :: 2])
            articles.append(copy(f"s{story}-{number}", f"s{story}", carrier, at, 0.6, text=text, **long))
    misses = [NearMiss(f"s{number}", f"s{number + 1}", 0.59) for number in range(40)]
    names = {f"site{number}": (f"موقع الأخبار رقم {number} " * 4, "The news " * 8) for number in range(50)}
    made = report(articles, boundary=0.6, near_misses=misses, site_names=names)
    assert len(render_html(made).encode()) < 3_000_000


def test_trouble_quarantine_and_boilerplate_are_told_where_there_are_any() -> None:
    notes = [
        SiteNote("qasioun", boilerplate=120),
        SiteNote("ugarit", quarantined=3),
        SiteNote("barada", trouble="nothing_extracted", reason="12 pages <b>were</b> fetched"),
        SiteNote("elsewhere"),
    ]
    made = report(notes=notes)
    assert [note.site for note in made.notes] == ["barada", "ugarit", "qasioun"]
    tree = parsed(render_html(made))
    rows = [" ".join(row.text_content().split()) for row in tree.xpath("//section[@id='notes']//tbody/tr")]
    assert "لم تُستخرج منه مقالات" in rows[0]
    assert "gives no articles" in rows[0]
    assert "<b>were</b>" in rows[0]
    assert tree.xpath("//section[@id='notes']//tbody/tr[2]/td[2]/text()") == ["3"]
    assert rows[2].endswith("120")
    assert not parsed(render_html(report())).xpath("//section[@id='notes']")
    assert not report(notes=notes, sites=["ugarit"]).notes[1:]


def test_any_two_of_three_can_be_compared() -> None:
    articles = [article("a", text="أول"), copy("b", "a", "qasioun", 1, 0.9, text="ثان")]
    assert not parsed(render_html(report(articles))).xpath("//form")  # of two the difference stands there
    articles.append(copy("c", "a", "ugarit", 2, 0.9, text="ثالث"))
    tree = parsed(render_html(report(articles)))
    (form,) = tree.xpath("//form")
    assert len(form.xpath(".//option")) == 6
    assert form.get("hidden") is not None  # shown by the script that it needs


def test_a_name_is_read_in_its_own_direction_and_chosen_in_the_pages_language() -> None:
    articles = [article("a", text="أول"), copy("b", "a", "qasioun", 1, 0.9, text="ثان")]
    articles.append(copy("c", "a", "ugarit", 2, 0.9, text="ثالث"))
    tree = parsed(render_html(report(articles), lang="en"))
    for bdi in tree.xpath("//bdi"):
        assert len(bdi.xpath(".//span[@lang]")) == 0  # a hidden name would lend its direction
    (first, *_) = tree.xpath("//form//option")
    assert (first.text, first.get("data-ar")) == ("1. Barada Today", "1. بردى اليوم")


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language 'fr': not one of ar, en"):
        render_html(report(), lang="fr")


def test_a_cell_opens_its_latest_pairs_and_says_how_many_there_are() -> None:
    articles = [article("a"), *(copy(f"b{n}", "a", "ugarit", n, 0.9) for n in range(1, 61))]
    tree = parsed(render_html(report(articles), lang="en"))
    (shown,) = tree.xpath("//div[@popover]")
    assert len(shown.xpath(".//li")) == FLOW_EXAMPLES
    assert "The latest 50 of 60" in text_of(shown, "en")
    assert not shown.xpath(".//a[contains(@href, 'pairs?')]")
    assert "The others are in the CSV." in text_of(shown, "en")
    live = parsed(render_html(report(articles), lang="en", served=served(period="30")))
    assert live.xpath("//div[@popover]//a/@href")[0] == "/en/pairs?first=barada&carrier=ugarit&period=30"
    assert live.xpath("//p[contains(@class, 'periods')]/a[@aria-current]/@href") == ["/en/report?period=30"]


def served(**chosen: str) -> Served:
    sites = [("barada", "Barada <Today>"), ("ugarit", "Ugarit")]
    return Served("/en/", "/ar/report", "/api/report", [("/en/search", "Search")], sites, **chosen)


def test_a_served_report_is_narrowed_by_a_form_and_its_links_keep_what_was_chosen() -> None:
    page = render_html(report(), lang="en", served=served(site="ugarit", since="2024-12-04", period=""))
    tree = parsed(page)
    (form,) = tree.xpath("//form[@class='narrow']")
    assert form.get("action") == "/en/report"
    assert form.xpath(".//option[@selected]/text()") == ["Ugarit"]
    assert form.xpath(".//option[@value='barada']/text()") == ["Barada <Today>"]
    assert form.xpath(".//input/@value") == ["2024-12-04", ""]
    assert tree.xpath("//p[contains(@class, 'periods')]/a/@href") == [
        "/en/report?site=ugarit",
        "/en/report?site=ugarit&period=365",
        "/en/report?site=ugarit&period=30",
        "/en/report?site=ugarit&period=7",
    ]
    assert not tree.xpath("//a[@aria-current]")
    cells = tree.xpath("//div[@popover]//a[contains(@href, 'pairs?')]/@href")
    assert all(address.endswith("&since=2024-12-04") for address in cells)
    assert len(cells) == len(report().flows)
    assert "form-action 'self'" in tree.xpath("//meta[@http-equiv]/@content")[0]
    assert "form-action 'self'" in page_policy(served=True)
    assert "form-action 'none'" in page_policy()
    assert not parsed(render_html(report())).xpath("//form[@class='narrow']")


def meshed(sites: int, wordy: bool = False) -> list[ReportArticle]:
    """Each site carried one article of each other."""
    more: dict[str, Any] = {"title": "عنوان " * 60, "url": f"https://t.example/{'x' * 900}"} if wordy else {}
    made = []
    for first in range(sites):
        for carrier in range(sites):
            if first != carrier:
                id_ = f"{first}-{carrier}"
                made.append(article(id_, f"s{first:02}", **more))
                made.append(copy(f"{id_}c", id_, f"s{carrier:02}", 5, 0.9, **more))
    return made


def test_every_cell_of_the_matrix_opens_its_pairs() -> None:
    made = report(meshed(MATRIX_SITES))
    tree = parsed(render_html(made, lang="en"))
    assert len(tree.xpath("//table[@class='heat']//td/button")) == len(made.flows) == 380
    assert len(tree.xpath("//div[@popover]")) == 380
    assert "no room for the pairs" not in text_of(tree, "en")


def test_cells_without_room_are_counted_in_the_file_and_lead_on_where_it_is_served() -> None:
    made = report(meshed(MATRIX_SITES, wordy=True))
    page = render_html(made, lang="en")
    assert len(page.encode()) < 3_000_000
    tree = parsed(page)
    open_ = len(tree.xpath("//table[@class='heat']//td/button"))
    assert 40 < open_ < 380
    assert f"The page has no room for the pairs of {380 - open_} cells" in text_of(tree, "en")
    live = parsed(render_html(made, lang="en", served=served()))
    open_ = len(live.xpath("//table[@class='heat']//td/button"))  # a panel has a link more where it is served
    assert 40 < open_ < 380
    assert len(live.xpath("//table[@class='heat']//td/a[contains(@href, '/en/pairs?first=')]")) == 380 - open_


def test_the_pairs_of_all_cells_together_have_a_bound() -> None:
    articles = [article(f"a{site}", f"s{site}") for site in range(30)]
    for site in range(30):
        for n in range(1, 61):
            wordy = {"title": f"عنوان {n} " * 60, "url": f"https://t.example/{'x' * 900}{n}"}
            articles.append(copy(f"b{site}-{n}", f"a{site}", f"t{site}", n, 0.9, **wordy))
    page = render_html(report(articles), lang="en")
    assert len(page.encode()) < 3_000_000
    assert 3 <= len(parsed(page).xpath("//div[@popover][1]//li")) < FLOW_EXAMPLES
