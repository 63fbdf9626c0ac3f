"""Seeds: what is read, what is refused and how it is said."""

import pickle
import re
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawler.errors import SeedError, UsageError
from crawler.model.seeds import load_site, load_sites, select_sites
from crawler.model.site import Listing, Site

MINIMAL = 'name = "موقع"\nurl = "https://example.org/"\n'


def seed(folder: Path, text: str, name: str = "example") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def site(**values: object) -> Site:
    return Site(**{"id": "example", "name": "موقع", "url": "https://example.org/", **values})


def problem(folder: Path, text: str) -> str:
    with pytest.raises(SeedError) as caught:
        load_site(seed(folder, text))
    return str(caught.value)


def test_a_minimal_seed_has_the_documented_defaults(tmp_path: Path) -> None:
    loaded = load_site(seed(tmp_path, MINIMAL))
    assert loaded.id == "example"
    assert (loaded.language, loaded.timezone, loaded.every) == ("ar", "Asia/Damascus", timedelta(hours=1))
    assert (loaded.delay, loaded.enabled, loaded.private, loaded.wordpress) == (None, True, False, False)
    assert (loaded.feeds, loaded.article, loaded.prune, loaded.body) == ((), (), (), None)


def test_every_key_is_read(tmp_path: Path) -> None:
    text = (
        MINIMAL
        + r"""
name_en = "Site"
feeds = ["https://example.org/feed/"]
sitemaps = ["https://example.org/sitemap.xml"]
wordpress = true
listings = ["https://example.org/news/", {url = "https://example.org/old/", pages = 5}]
language = "en"
timezone = "Europe/Berlin"
article = '^/news/\d+'
exclude = ['^/video/', 'صور']
every = "90m"
delay = "1500ms"
prune = ".related, aside"
body = "div.entry"
boilerplate = ["تابعنا على", "شارك"]
private = true
enabled = false
notes = "why"
"""
    )
    loaded = load_site(seed(tmp_path, text))
    assert loaded.listings == (
        Listing(url="https://example.org/news/", pages=1),
        Listing(url="https://example.org/old/", pages=5),
    )
    assert loaded.article == (r"^/news/\d+",)
    assert loaded.prune == (".related, aside",)
    assert loaded.every == timedelta(minutes=90)
    assert loaded.delay == 1.5
    assert loaded.zone == ZoneInfo("Europe/Berlin")
    assert not loaded.enabled


def test_a_site_survives_pickling_and_cannot_be_changed() -> None:
    original = site(listings=["https://example.org/news/"], article="/a", delay=2)
    assert pickle.loads(pickle.dumps(original)) == original  # noqa: S301  # our own bytes
    with pytest.raises(ValueError, match="frozen"):
        setattr(original, "name", "x")  # noqa: B010  # mypy knows as well that it can't be set


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            'feed = ["https://example.org/f"]',
            "feed: unknown key (did you mean feeds?); allowed: name, name_en, url",
        ),
        (
            'listings = [{url = "https://example.org/", page = 2}]',
            "listings.0.page: unknown key (did you mean pages?)",
        ),
        ('feeds = "https://example.org/f"', "feeds: not a list; allowed: a list of web addresses"),
        (
            'feeds = ["ftp://example.org/f"]',
            "feeds.0: 'ftp://example.org/f' is not a web address; allowed: http://",
        ),
        ('sitemaps = ["sitemap.xml"]', "sitemaps.0: 'sitemap.xml' is not a web address"),
        ('every = "4m"', "every: '4m' is out of bounds; allowed: from 5m to 30d"),
        ('every = "31d"', "every: '31d' is out of bounds"),
        ('every = "999999999999999999d"', "is out of bounds"),
        ('every = "hourly"', "every: 'hourly' is not a duration; allowed: a number with ms, s, m, h or d"),
        ("every = 3600", "every: 3600 is not a duration"),
        ("delay = -1", "delay: -1 is out of bounds; allowed: seconds from 0 to 600"),
        ("delay = true", "delay: True is not a duration"),
        ('timezone = "Asia/Damascu"', "is not a time zone (did you mean Asia/Damascus"),
        ('language = "arabic"', "language: string should match"),
        ('prune = "div["', "prune.0: 'div[' is not a CSS selector"),
        ('body = "::::"', "body: '::::' is not a CSS selector"),
        ('article = ["("]', "article.0: '(' is not a regular expression"),
        ('enabled = "yes"', "enabled: input should be a valid boolean; allowed: true or false"),
        ('id = "other"', "id: not a key of a seed; the file's name is the site's id"),
        ('name_en = ""', "name_en: string should have at least 1 character"),
    ],
)
def test_a_bad_value_is_one_line_with_file_key_and_what_is_allowed(
    tmp_path: Path, line: str, said: str
) -> None:
    message = problem(tmp_path, MINIMAL + line)
    assert message.startswith(f"{tmp_path / 'example.toml'}: ")
    assert said in message
    assert "\n" not in message


@pytest.mark.parametrize(("every", "expected"), [("5m", 300), ("30d", 2_592_000), ("1.5h", 5400)])
def test_the_bounds_of_every_are_allowed(every: str, expected: int) -> None:
    assert site(every=every).every.total_seconds() == expected


def test_missing_keys_are_named(tmp_path: Path) -> None:
    assert problem(tmp_path, "language = 'ar'").splitlines() == [
        f"{tmp_path / 'example.toml'}: name: missing; allowed: text",
        f"{tmp_path / 'example.toml'}: url: missing; allowed: a web address in quotes",
    ]


def test_a_syntax_error_names_its_line(tmp_path: Path) -> None:
    assert "not valid TOML: Invalid value (at line 2" in problem(tmp_path, 'name = "x"\nurl = \n')


def test_a_file_in_another_encoding_is_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "example.toml"
    path.write_bytes('name = "موقع"'.encode("cp1256"))
    with pytest.raises(SeedError, match=r"not UTF-8 text at byte 8"):
        load_site(path)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/", "http://localhost/", "http://10.0.0.5/", "http://[::1]/"]
)
def test_a_private_address_must_be_declared(tmp_path: Path, url: str) -> None:
    text = f'name = "x"\nurl = "{url}"\n'
    assert "is a private address; allowed with: private = true" in problem(tmp_path, text)
    assert load_site(seed(tmp_path, text + "private = true\n")).url == url


def test_a_private_feed_of_a_public_site_is_refused(tmp_path: Path) -> None:
    assert "feeds: http://192.168.1.1/feed is a private" in problem(
        tmp_path, MINIMAL + 'feeds = ["http://192.168.1.1/feed"]'
    )


@pytest.mark.parametrize("name", ["Example", "-x", "a_b", "موقع", ".hidden"])
def test_a_file_name_that_is_no_id_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SeedError, match="the file's name is the site's id"):
        load_site(seed(tmp_path, MINIMAL, name))


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    outside = seed(tmp_path, MINIMAL, "outside")
    folder = tmp_path / "seeds"
    folder.mkdir()
    (folder / "inside.toml").symlink_to(outside)
    with pytest.raises(SeedError, match="leads out of the folder"):
        load_sites(folder)
    (folder / "inside.toml").unlink()
    seed(folder, MINIMAL, "real")
    (folder / "alias.toml").symlink_to(folder / "real.toml")
    assert list(load_sites(folder)) == ["alias", "real"]


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    seed(tmp_path, MINIMAL + 'every = "1s"\ncolour = "red"', "one")
    seed(tmp_path, "name = ", "two")
    seed(tmp_path, MINIMAL, "good")
    with pytest.raises(SeedError) as caught:
        load_sites(tmp_path)
    files = [Path(line.split(": ")[0]).name for line in str(caught.value).splitlines()]
    assert files == ["one.toml", "one.toml", "two.toml"]


def test_missing_and_empty_folders_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match="no seeds; a seed is a file"):
        load_sites(tmp_path)
    with pytest.raises(SeedError, match="no such folder"):
        load_sites(tmp_path / "none")


def test_two_seeds_may_share_a_host(tmp_path: Path) -> None:
    seed(tmp_path, MINIMAL, "one")
    seed(tmp_path, MINIMAL, "two")
    assert list(load_sites(tmp_path)) == ["one", "two"]


def test_selection_keeps_the_order_and_takes_each_once() -> None:
    sites = {name: site(id=name, enabled=name != "c") for name in ("a", "b", "c")}
    assert [found.id for found in select_sites(sites, ["b", "a", "b"])] == ["b", "a"]
    assert [found.id for found in select_sites(sites, ["c"])] == ["c"]
    assert [found.id for found in select_sites(sites)] == ["a", "b"]


def test_an_unknown_site_suggests_a_near_one() -> None:
    with pytest.raises(
        UsageError, match=r"unknown site 'sanaa' \(did you mean sana\?\).*`khabar sites list`"
    ) as caught:
        select_sites({"sana": site(id="sana")}, ["sanaa"])
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("url", "owned"),
    [
        ("https://example.org/a", True),
        ("http://www.example.org/a", True),
        ("https://arabic.example.org/a", True),
        ("https://EXAMPLE.org:443/", True),
        ("https://feeds.example.net/x", True),
        ("https://other.example.net/x", False),
        ("https://badexample.org/", False),
        ("https://example.org.evil.net/", False),
        ("https://example.org:8443/", False),
        ("mailto:x@example.org", False),
    ],
)
def test_what_belongs_to_a_site(url: str, owned: bool) -> None:
    assert site(url="https://www.example.org/", feeds=["https://feeds.example.net/site"]).owns(url) is owned


def test_a_site_on_an_ip_address_owns_its_port_only() -> None:
    local = site(url="http://127.0.0.1:8001/", private=True)
    assert local.host == "127.0.0.1:8001"
    assert local.owns("http://127.0.0.1:8001/a")
    assert not local.owns("http://127.0.0.1:8002/a")
    assert not local.owns("http://x.127.0.0.1:8001/a")


def test_patterns_see_arabic_undone_of_its_escapes() -> None:
    patterned = site(article="^/أخبار/", exclude=r"\?print=")
    encoded = "https://example.org/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/1"
    assert patterned.is_article_url(encoded) is True
    assert patterned.is_article_url("https://example.org/sport/1") is False
    assert patterned.excludes(encoded + "?print=1")
    assert not patterned.excludes(encoded)
    assert site().is_article_url(encoded) is None


SEEDS = Path(__file__).parents[2] / "seeds"


def test_the_shipped_seeds_are_valid_arabic_first_and_many() -> None:
    sites = load_sites(SEEDS)
    assert len(sites) >= 45
    assert sum(found.language == "ar" for found in sites.values()) > len(sites) * 0.9
    for found in sites.values():
        assert found.feeds or found.sitemaps or found.listings, found.id
        assert found.name_en, found.id
        if found.language == "ar":
            # A brand such as SY24 is written in Latin letters in Arabic too.
            assert re.search(r"[\u0600-\u06ff]", found.name) or found.name == found.name_en, found.id


def test_shipped_seeds_are_short() -> None:
    for path in SEEDS.glob("*.toml"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 12, path.name


def test_an_outlet_stands_on_several_hosts() -> None:
    outlet = site(hosts=["News.Example.com", "www.example.net"], formerly="old.example.com")
    assert outlet.hosts == ("news.example.com", "example.net")
    for url in (
        "https://example.org/a",
        "https://ar.example.org/a",
        "https://news.example.com/a",
        "https://www.example.net/a",
        "https://img.example.net/a",
        "https://old.example.com/a",
    ):
        assert outlet.owns(url), url
    for url in ("https://example.com/a", "https://badexample.net/a", "https://example.net.evil.org/a"):
        assert not outlet.owns(url), url
    assert outlet.former_urls("https://example.org/a?id=1") == ["https://old.example.com/a?id=1"]
    assert outlet.former_urls("https://old.example.com/a") == []


@pytest.mark.parametrize("value", ["https://example.net/", "example.net/ar", "", "exa mple.net"])
def test_what_is_no_host_is_refused(tmp_path: Path, value: str) -> None:
    assert "hosts" in problem(tmp_path, MINIMAL + f'hosts = ["{value}"]\n')
