import threading
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from crawler.demo import Newsroom
from crawler.model.seeds import load_sites
from tests.support.http import fetch
from tests.support.newsroom_time import NOW


def pages(newsroom: Newsroom) -> list[bytes]:
    """Every page there is, with ports taken out of the addresses."""
    ports = [str(site.port).encode() for site in newsroom.sites]
    bodies = []
    urls = [article.url for article in newsroom.articles] + [page.url for page in newsroom.other_pages]
    for url in urls:
        if url.endswith(".gz"):
            continue
        body = fetch(url).body
        for port in ports:
            body = body.replace(b"127.0.0.1:" + port, b"host")
        bodies.append(body)
    return bodies


def test_the_same_seed_and_time_give_the_same_pages() -> None:
    runs = []
    for seed in (5, 5, 6):
        with Newsroom(pages_per_site=12, seed=seed, now=NOW) as newsroom:
            runs.append(pages(newsroom))
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_now_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Newsroom(now=datetime(2026, 1, 1))  # noqa: DTZ001


def test_seeds_are_valid(small: Newsroom, tmp_path: Path) -> None:
    small.write_seeds(tmp_path / "seeds")
    sites = load_sites(tmp_path / "seeds")
    assert set(sites) == {site.id for site in small.sites}
    for site in small.sites:
        seed = sites[site.id]
        assert (seed.name, seed.name_en, seed.url) == (site.name, site.name_en, site.url)
        assert seed.private
        assert seed.delay == 0
        assert seed.feeds or seed.sitemaps or seed.listings
        for url in (*seed.feeds, *seed.sitemaps, *(listing.url for listing in seed.listings)):
            assert fetch(url).status == 200


def test_an_edit_changes_page_validators_and_truth(small: Newsroom) -> None:
    for site in small.sites:
        article = next(article for article in small.articles if article.site == site.id)
        before = fetch(article.url)
        edited = small.edit(article.url, title="عنوان معدل", paragraphs=["نص جديد كل الجدة.", "فقرة أخرى."])
        after = fetch(article.url)
        shown = [edited.title.encode(charset) in after.body for charset in ("utf-8", "cp1256")]
        assert any(shown)
        assert after.headers["ETag"] != before.headers["ETag"]
        modified = [parsedate_to_datetime(page.headers["Last-Modified"]) for page in (before, after)]
        assert modified[0] < modified[1] == edited.modified_at
        assert edited in small.articles
        assert article not in small.articles
        assert (edited.published_at, edited.url) == (article.published_at, article.url)


def test_other_pages_keep_their_validators_when_one_is_edited(small: Newsroom) -> None:
    articles = small.articles
    before = {article.url: fetch(article.url).headers["ETag"] for article in articles}
    small.edit(articles[0].url, title="عنوان آخر تماماً")
    small.publish(small.sites[0], "خبر جديد", ["نص الخبر الجديد."])
    changed = {url for url, etag in before.items() if fetch(url).headers["ETag"] != etag}
    assert changed == {articles[0].url}


def test_a_removed_article_is_gone_until_it_is_restored(small: Newsroom) -> None:
    for site in small.sites:
        article = next(article for article in small.articles if article.site == site.id)
        assert small.remove(article.url).removed == 410
        assert fetch(article.url).status == 410
        small.remove(article.url, 404)
        assert fetch(article.url).status == 404
        assert article.url not in fetch(f"{site.url}feed/").body.decode()
        assert small.restore(article.url) == article
        assert fetch(article.url).status == 200


def test_a_published_article_is_listed_first(small: Newsroom) -> None:
    site = small.sites[0]
    etag = fetch(f"{site.url}feed/").headers["ETag"]
    article = small.publish(
        site, "افتتاح حديقة", ["افتتحت حديقة في الحي.", "وحضر الأهالي."], section="محليات"
    )
    assert fetch(article.url).status == 200
    feed = fetch(f"{site.url}feed/", If_None_Match=etag)
    assert feed.status == 200
    assert feed.text.index(article.url) < feed.text.index("?p=", feed.text.index("</item>"))
    assert article in small.articles
    assert article.published_at >= NOW
    with pytest.raises(ValueError, match="unknown section"):
        small.publish(site, "خبر", ["نص"], section="sports")


def test_two_headlines_alike_get_two_addresses(small: Newsroom) -> None:
    one, two = (small.publish("demo-yasmin", "العنوان نفسه", [f"نص {index}"]) for index in range(2))
    assert one.url != two.url
    assert "نص 1" in fetch(two.url).text


def test_unknown_addresses_are_refused(small: Newsroom) -> None:
    with pytest.raises(KeyError, match="belongs to none"):
        small.edit("http://127.0.0.1:1/x", title="t")
    with pytest.raises(KeyError, match="no article"):
        small.remove(f"{small.sites[1].url}news/1")


def test_the_newsroom_changes_while_it_is_read(small: Newsroom) -> None:
    site = small.sites[1]
    failures: list[object] = []

    def read() -> None:
        for _ in range(40):
            fetched = fetch(f"{site.url}news")
            if fetched.status != 200:
                failures.append(fetched)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for index in range(40):
        small.publish(site, f"خبر رقم {index}", ["نص قصير."])
    for reader in readers:
        reader.join()
    assert not failures
    assert len([article for article in small.articles if article.site == site.id]) == 46


def test_articles_default_to_the_current_fortnight() -> None:
    with Newsroom(pages_per_site=2) as newsroom:
        newest = max(article.published_at for article in newsroom.articles)
    assert timedelta(0) < newsroom.now - newest < timedelta(days=14)


def test_nothing_is_left_running() -> None:
    before = set(threading.enumerate())
    with Newsroom(pages_per_site=1, now=NOW) as newsroom:
        fetch(newsroom.sites[0].url)
        assert set(threading.enumerate()) != before
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        fetch(newsroom.sites[0].url)
