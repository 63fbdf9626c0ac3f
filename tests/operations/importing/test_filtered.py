"""Imports of which only some hosts, or languages, are wanted; and sites that are made of what is left."""

from pathlib import Path

import pytest

from crawler.errors import UsageError
from crawler.model.seeds import load_sites
from crawler.model.site import Site
from crawler.operations.importing.host_filter import HostFilter
from crawler.operations.importing.new_sites import new_sites
from crawler.operations.importing.report import ImportReport
from crawler.operations.importing.run import ImportOptions, import_paths
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.captures import WHEN, Captured, warc
from tests.support.made_up_site import article_page

SITE = Site(id="outlet", name="موقع", url="https://outlet.example.sy/")
ENGLISH = "The ministry said on Monday that a new hospital was opened after two years of work in the north. "


def _page(url: str) -> Captured:
    return Captured(url, article_page(url, WHEN).encode())


def _english(url: str, edit: str = "") -> Captured:
    body = "".join(f"<p>{ENGLISH * 2} {number}.</p>" for number in range(4))
    head = '<meta property="og:type" content="article">'
    title = "A new hospital was opened in the north after two years"
    return Captured(
        url, f"<html lang=en><head><title>{title}</title>{head}<body><h1>{title}</h1>{body}{edit}".encode()
    )


CAPTURES = [
    _page("https://outlet.example.sy/news/1"),
    _english("https://outlet.example.sy/en/news/1"),
    # The look leaves this one open: letters of a menu, and the page says that it is in Arabic.
    Captured(
        "https://outlet.example.sy/en/news/2",
        _english("", f"<p>{'العربية ' * 9}").body.replace(b"lang=en", b"lang=ar"),
    ),
    _page("https://www.other.sy/news/3"),
    _page("https://news.other.sy/news/2"),
    _english("https://english.sy/news/1"),
    _page("https://elsewhere.example/news/1"),
]


def _import(settings: Settings, folder: Path, **options: object) -> ImportReport:
    path = folder / "all.warc.gz"
    if not path.exists():
        path.write_bytes(warc(CAPTURES))
    seeds = folder / "seeds"
    sites = {SITE.id: SITE, **(load_sites(seeds) if seeds.exists() else {})}
    chosen = ImportOptions(sites=sites, seeds=seeds, **options)  # type: ignore[arg-type]
    return import_paths([str(path)], chosen, settings)


def test_records_of_other_hosts_and_languages_are_filtered_and_domains_become_sites(
    settings: Settings, stores: Stores, tmp_path: Path
) -> None:
    chosen = {"hosts": HostFilter(["*.sy"]), "languages": frozenset({"ar"})}
    report = _import(settings, tmp_path, **chosen)
    assert report.dispositions == {"filtered": 3, "other_site": 3, "stored": 1}
    assert report.left_out == [("english.sy", 1), ("news.other.sy", 1), ("other.sy", 1)]
    report = _import(settings, tmp_path, makes_sites=True, **chosen)
    assert report.dispositions == {"filtered": 4, "stored": 2, "unchanged": 1}
    assert report.new_sites == ["other-sy"]
    assert {doc["site"] for doc in stores.db.articles.find({})} == {"outlet", "other-sy"}
    seed = load_sites(tmp_path / "seeds")["other-sy"]
    assert (seed.url, seed.enabled, seed.language) == ("https://other.sy/", False, "ar")
    assert {doc["language"] for doc in stores.db.articles.find({})} <= {"ar", None}
    # Now that they are sites of their own, the first import takes them as well.
    assert _import(settings, tmp_path, **chosen).dispositions == {
        "filtered": 3, "other_site": 1, "stored": 1, "unchanged": 2,
    }  # fmt: skip


def test_domains_become_sites(tmp_path: Path) -> None:
    (tmp_path / "a-example.toml").write_text("no seed", encoding="utf-8")
    hosts = [
        "news.a.example",
        "a.example",
        "x.blogspot.com",
        "blogspot.com",
        "a.com.sy",
        "[::1]:80",
        "127.0.0.1",
    ]
    made = new_sites(hosts, tmp_path, {"x-blogspot-com": SITE})
    assert {id_: (site.url, site.private) for id_, site in made.items()} == {
        "1-80": ("https://[::1]:80/", True),
        "127-0-0-1": ("https://127.0.0.1/", True),
        "a-com-sy": ("https://a.com.sy/", False),
        "a-example-2": ("https://a.example/", False),
        "x-blogspot-com-2": ("https://x.blogspot.com/", False),
    }
    with pytest.raises(UsageError, match="1001 domains"):
        new_sites([f"{number}.example" for number in range(1001)], tmp_path, {})


@pytest.mark.parametrize(
    ("pattern", "wanted", "unwanted"),
    [
        (
            "example.org",
            ["example.org", "a.example.org", "example.org:8080"],
            ["anexample.org", "example.org.sy"],
        ),
        ("WWW.Example.org", ["example.org"], ["example.com"]),
        ("*.sy", ["a.sy", "a.com.sy", "a.sy:80"], ["sy", "a.sy.example"]),
        ("example.org:8080", ["example.org:8080"], ["example.org"]),
        ("*.سوريا", ["a.xn--mgbtf8fl"], ["a.sy"]),
    ],
)
def test_patterns_of_hosts(pattern: str, wanted: list[str], unwanted: list[str]) -> None:
    hosts = HostFilter([pattern])
    assert all(map(hosts.wants, wanted))
    assert not any(map(hosts.wants, unwanted))


@pytest.mark.parametrize("pattern", ["https://example.org/", "", "a b", "[ab].org", "example.org/x"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError, match="--host"):
        HostFilter([pattern])
