"""Sealed articles: everything that is served is searched for their words."""

import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote

import pytest

from crawler.errors import UsageError
from crawler.model.seal import SealedField, sealed_fields
from crawler.operations.archive.read import Archive
from crawler.operations.archive.seal import seal, seal_records, unseal
from crawler.parsing.redaction import NAME_MARK
from crawler.storage.articles import ArticleStore
from crawler.storage.change_marks import mark_changed
from crawler.storage.connect import Stores, open_stores
from crawler.storage.seals import Seals
from crawler.storage.stored_article import ArticleReader, UnsealedArticleReader
from tests.support import sealed as made
from tests.support.processes import wait_until
from tests.support.small_archive import NOW
from tests.support.web import Web

REASON = "طلبت شاهدة ذلك"


@pytest.fixture(scope="module")
def archive(web: Web) -> Iterator[Stores]:
    """The small archive with an article that is about to be sealed."""
    with open_stores(web.settings) as stores:
        made.add_article(stores)
        _follow(web, stores)
        yield stores
        made.remove_article(stores)
        _follow(web, stores)


def _follow(web: Web, stores: Stores) -> None:
    mark_changed(stores.db)
    opened = Archive(web.settings)
    opened.refresh()
    opened.close()


def _found(texts: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Where each of the article's words is served; a search for a word repeats it, found or not."""
    where: dict[str, set[str]] = {word: set() for word in made.WORDS}
    for place, text in texts:
        for word in made.WORDS:
            if word in text and f"q={word}" not in place and f"/{made.SLUG}/" not in place:
                where[word].add(place)
    return where


def _count(web: Web, word: str) -> int:
    """How many articles a search counts that asks for a word in every way, and for its absence."""
    asked = (word, f"{word[:-2]}*", f"(قصبزر OR {word})", f"title:{word}", f"author:{word}", f'"{word}"')
    found = [json.loads(web.get(f"/api/search?q={quote(each)}&duplicates=yes").text) for each in asked]
    plain, without = (
        json.loads(web.get(f"/api/search?q={quote(each)}&duplicates=yes").text)
        for each in ("نص", f"نص -{word}")
    )
    counts = [answer.get("total", 0) for answer in found]
    return int(sum(counts) + plain["total"] - without["total"])


@pytest.mark.timeout(300)  # the report is made in a process of its own
def test_nothing_of_a_sealed_article_is_served(web: Web, archive: Stores) -> None:
    before = _found(made.served(web, archive))
    assert all(before.values()), "each word is served somewhere, or this test sees nothing"
    everything = sealed_fields("text,names,image")
    result = seal(archive, web.settings, [made.SEALED], reason=REASON, fields=everything)
    assert (result.changed, result.copies, result.index_error) == (
        [made.SEALED],
        [(made.LIKE_IT, "barada")],
        None,
    )
    wait_until(lambda: web.get("/api/report").status == 200)
    assert {word: places for word, places in _found(made.served(web, archive)).items() if places} == {}
    assert {word: _count(web, word) for word in made.WORDS} == dict.fromkeys(made.WORDS, 0)

    page = web.get(f"/ar/articles/{made.SEALED}")
    assert page.status == 451
    assert REASON in page.text
    assert web.get(f"/en/articles/{made.SEALED}").status == 451
    problem = json.loads(web.get(f"/api/articles/{made.SEALED}").text)
    assert problem["withheld"]["reason"] == REASON

    # Sealing it again is no news; what a crawl brings later is under the same seal.
    assert seal(archive, web.settings, [made.SEALED], reason=REASON, fields=everything).unchanged
    ArticleStore(archive.db).seen_again(made.SEALED, NOW, "https://ugarit.example/")
    archive.db.articles.update_one({"_id": made.SEALED}, {"$set": {"title": made.WAITING, "revision": 3}})
    _follow(web, archive)
    assert {word: places for word, places in _found(made.printed(web, archive)).items() if places} == {}
    stored = UnsealedArticleReader(archive.db).get(made.SEALED)
    assert stored is not None
    assert made.BODY in stored.as_article().text
    archive.db.articles.update_one(
        {"_id": made.SEALED}, {"$set": {"title": f"عنوان {made.HEADLINE}", "revision": 2}}
    )

    unseal(archive, web.settings, [made.SEALED], reason="أذنت به")
    assert web.get(f"/en/articles/{made.SEALED}").status == 200
    assert all(_found(made.printed(web, archive)).values())
    (record,) = seal_records(archive)
    assert [event["action"] for event in record["history"]] == ["seal", "unseal"]
    hashes = record["history"][0]["hashes"]["revisions"]
    assert [(old["revision"], len(old["text_sha256"])) for old in hashes] == [(1, 64), (2, 64)]


def test_names_and_the_image_alone(web: Web, archive: Stores) -> None:
    fields = frozenset({SealedField.NAMES, SealedField.IMAGE})
    seal(archive, web.settings, [made.SEALED], reason=REASON, fields=fields, names=[made.AUTHOR])
    try:
        found = _found(made.printed(web, archive))
        assert not found[made.AUTHOR]
        assert found[made.BODY]
        # A count would tell as much as the name.
        assert _count(web, made.AUTHOR) == 0
        page = web.get(f"/en/articles/{made.SEALED}")
        assert page.status == 200
        assert NAME_MARK in page.text
        assert REASON in page.text
        article = ArticleReader(archive.db).get(made.SEALED)
        assert article is not None
        assert article.image is None
        assert article.marks == ["names_withheld", "image_withheld"]
        with pytest.raises(ValueError, match="not what is stored"):
            article.as_article()
        # An author whom a later crawl finds is withheld as well.
        archive.db.articles.update_one({"_id": made.SEALED}, {"$set": {"authors": [made.BODY]}})
        assert made.BODY not in ArticleReader(archive.db).texts([made.SEALED])[made.SEALED]
    finally:
        unseal(archive, web.settings, [made.SEALED])


def test_what_cannot_be_sealed(web: Web, archive: Stores) -> None:
    text = sealed_fields("text")
    with pytest.raises(UsageError, match="does not know this address"):
        seal(archive, web.settings, [made.LIKE_IT, "https://x.example/1/"], reason="x", fields=text)
    assert not Seals(archive.db).of([made.LIKE_IT]), "nothing is sealed where one address is unknown"
    with pytest.raises(UsageError, match="--reason"):
        seal(archive, web.settings, [made.LIKE_IT], reason=" ", fields=text)
    with pytest.raises(UsageError, match="--names"):
        seal(archive, web.settings, [made.LIKE_IT], reason="x", fields=text, names=["سامر"])
    with pytest.raises(UsageError, match="texts is not one of text, names, image"):
        sealed_fields("texts")
