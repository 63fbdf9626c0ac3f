"""Events in the archive: found after crawls, lasting, the same whatever the order."""

import pytest

from crawler.model.seal import Seal, SealedField
from crawler.operations.archive.events import event_of_story
from crawler.operations.dedup.events import apply_events, events_pass, shown_events
from crawler.operations.dedup.split import split
from crawler.storage.connect import Stores
from crawler.storage.events import assign_events, count_waiting, leave_event
from crawler.storage.schema import ensure_schema
from crawler.storage.seals import Seals
from crawler.storage.stored_article import ArticleReader
from tests.support.event_articles import BRIDGE, COPY, MONDAY, A, B, C, document, events


def test_crawl_by_crawl_it_is_what_the_whole_archive_gives(stores: Stores) -> None:
    ensure_schema(stores.db)
    # The latest comes first; the copy of the first comes before its original is looked at.
    for batch in ([document(C, 4)], [document(BRIDGE, 1), document(B, 2)]):
        stores.db.articles.insert_many(batch)
        assert assign_events(stores) == len(batch)
    assert events(stores) == {C: C, B: C, BRIDGE: BRIDGE}
    copy = document(COPY, 3, story_id=A, duplicate_of=A)
    stores.db.articles.insert_many([document(A, 0), copy])
    assert assign_events(stores) == 2
    # The event keeps the id that it has, also where an earlier article joins it; copies are in it, too.
    assert events(stores) == dict.fromkeys((A, B, C, COPY), C) | {BRIDGE: BRIDGE}
    assert count_waiting(stores.db) == 0
    assert assign_events(stores) == 0

    found = events_pass(stores)
    assert (found.articles, found.stories, found.differing) == (5, 4, 0)
    assert sorted(found.events[0]) == [A, B, C]
    apply_events(stores)
    assert events(stores) == dict.fromkeys((A, B, C, COPY), C) | {BRIDGE: BRIDGE}
    (event,) = shown_events(stores, found.events)
    assert (event.id, len(event.sites)) == (C, 4)
    assert "دابق" in event.stories[1].reasons()["places"]
    assert event.stories[1].hours_apart == 2

    # Its article becomes another's copy: the story stands for the id, and what it was known by is forgotten.
    change = {"story_id": B, "duplicate_of": B, "event_pending": True}
    stores.db.articles.update_one({"_id": C}, {"$set": change})
    assign_events(stores)
    assert events(stores) == dict.fromkeys((A, B, C, COPY), C) | {BRIDGE: BRIDGE}
    assert stores.db.event_profiles.find_one({"_id": C}) is None
    # Another wording, and a withdrawal: who was with it is looked at again.
    new = document(B, 2, text="أمطار متوقعة على الساحل غدا.", text_sha256="1", story_id=B, event_id=C)
    stores.db.articles.replace_one({"_id": B}, new)
    assign_events(stores)
    assert events(stores) == {A: A, COPY: A, B: C, C: C, BRIDGE: BRIDGE}
    stores.db.articles.delete_one({"_id": A})
    leave_event(stores.db, A, A)
    assign_events(stores)
    assert A not in stores.db.event_profiles.distinct("_id")


def test_stories_told_apart_by_hand_are_never_one_event(stores: Stores) -> None:
    ensure_schema(stores.db)
    copy = document(COPY, 3, story_id=A, duplicate_of=A)
    stores.db.articles.insert_many([document(A, 0), document(B, 2), document(C, 4), copy])
    assign_events(stores)
    assert set(events(stores).values()) == {A}
    # A mark is between articles: it holds for the stories that they are in.
    split(stores, COPY, [B])
    found = events(stores)
    assert found[A] == found[COPY] != found[B]
    assert found[C] in (found[A], found[B])
    reported = ArticleReader(stores.db).reported_events([A, B])
    assert {id_: event for id_, (event, _) in reported.items()} == {A: found[A], B: found[B]}
    assert reported[A].sites + reported[B].sites == 4
    assert events_pass(stores).differing == 0
    split(stores, B, undo=True)
    assert set(events(stores).values()) == {A}


def test_what_is_cut_off_is_done_again(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_schema(stores.db)
    stores.db.articles.insert_many([document(A, 0), document(B, 2)])
    with monkeypatch.context() as patch:
        patch.setattr("crawler.storage.events._no_longer_waiting", None)
        with pytest.raises(TypeError):
            assign_events(stores)
    assert count_waiting(stores.db) == 2
    stores.db.articles.insert_many([document(C, 4)])
    assert assign_events(stores) == 3
    assert set(events(stores).values()) == {A}


def test_nothing_of_a_sealed_article_is_a_reason(stores: Stores) -> None:
    ensure_schema(stores.db)
    undated = document(C, 4, published_at=None, published_precision=None)
    stores.db.articles.insert_many([document(A, 0), document(B, 2), undated])
    assign_events(stores)
    view = event_of_story(stores, A)
    assert view is not None
    assert [story.id for story in view.other_stories] == [B, C]
    assert "سالم الحمود" in view.other_stories[0].reasons()["names"]
    assert view.other_stories[1].hours_apart is None
    sealed = stores.db.articles.find_one({"_id": B}) or {}
    Seals(stores.db).put(sealed, Seal(B, frozenset({SealedField.NAMES}), "…", MONDAY, ("سالم الحمود",)))
    view = event_of_story(stores, A)
    assert view is not None
    assert "سالم" not in str(view.other_stories[0].reasons())
    Seals(stores.db).put(sealed, Seal(B, frozenset({SealedField.TEXT}), "…", MONDAY))
    view = event_of_story(stores, A)
    assert view is not None
    assert [story.id for story in view.other_stories] == [C]
    assert view.sites == {"site-a", "site-c"}
    assert event_of_story(stores, B) is None
