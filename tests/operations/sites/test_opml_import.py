"""Sites out of a feed reader's list."""

from pathlib import Path

import pytest

from crawler.discovery.home import HomePage
from crawler.errors import KhabarError, UsageError
from crawler.extraction import extract
from crawler.model.site import Site
from crawler.operations.sites.opml import write_opml
from crawler.operations.sites.opml_import import ListedSite, read_opml, take_sites
from crawler.operations.sites.survey_report import Sample, Survey
from tests.support.made_up_site import article_page

LIST = """<?xml version="1.0" encoding="utf-8"?><opml version="1.1"><body><outline text="أخبار">
<outline type="rss" text="بردى" htmlUrl="https://barada.example/" xmlUrl="https://barada.example/feed/"/>
<outline type="rss" title="بردى ثانية" htmlUrl="https://www.barada.example" xmlUrl="https://barada.example/2/"/>
<outline type="rss" text="قاسيون" xmlUrl="https://qasioun.example/feed?x=1"/>
<outline text="ملف"/><outline text="x" xmlUrl="file:///etc/passwd"/>
</outline></body></opml>"""


def test_a_list_gives_each_site_once_by_its_home_page() -> None:
    assert read_opml(LIST.encode()) == [
        ListedSite("بردى", "https://barada.example/"),
        ListedSite("قاسيون", "https://qasioun.example/"),
    ]
    ours = write_opml([Site(id="a", name="موقع", url="https://a.example/")])
    assert [each.url for each in read_opml(ours)] == ["https://a.example/"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not XML"),
        (b"<rss><channel/></rss>", "another kind"),
        (b"<opml><body/></opml>", "lists no site"),
        (b"<opml>" + b" " * 5_000_001, "more than"),
        (
            b'<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><outline htmlUrl="&x;"/></opml>',
            "no site",
        ),
    ],
)
def test_what_is_no_list_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_opml(data)


def _look(url: str) -> Survey:
    if "away" in url:
        raise KhabarError(f"{url}: no answer")
    page = f"{url}1"
    article = extract(article_page(page, None).encode(), page)
    samples = [] if "empty" in url else [Sample(page, article)]
    return Survey(url, HomePage("بردى", None, True, "ar", [], []), samples=samples)


def test_what_can_be_taken_gets_a_seed_and_the_rest_is_named(tmp_path: Path) -> None:
    known = Site(id="known", name="معروف", url="https://known.net/")
    names = ("barada", "known", "away", "empty", "barada-news")
    listed = [ListedSite(name, f"https://{name}.net/") for name in names]
    rehearsed = list(take_sites(listed, tmp_path, [known], _look, dry_run=True))
    assert not list(tmp_path.iterdir())
    taken = list(take_sites(listed, tmp_path, [known], _look))
    assert [each.path for each in taken] == [each.path for each in rehearsed]
    assert [each.path and each.path.name for each in taken] == [
        "barada.toml", None, None, None, "barada-news.toml",
    ]  # fmt: skip
    problems = [each.problem or "" for each in taken]
    for problem, words in zip(
        problems, ("", "is the site 'known'", "no answer", "no article", ""), strict=True
    ):
        assert words in problem
    assert (tmp_path / "barada.toml").read_text("utf-8").startswith('name = "بردى"')
