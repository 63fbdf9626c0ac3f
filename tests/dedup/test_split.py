"""Pairs marked as not the same story by hand: the index keeps them apart, whatever comes later."""

from datetime import UTC, datetime, timedelta

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Decision, Index, Prepared
from dedup.batch.cluster import cluster_documents
from tests.support.texts import hex_id, prepared, sentences

NOON = datetime(2024, 12, 4, 12, tzinfo=UTC)
STORY = sentences(1, 14)


@pytest.fixture
def index(client: "redis.Redis") -> Index:
    return Index(client, basename="test")


def version(number: int, kept: int = 14, *, story: int = 1) -> Prepared:
    return prepared(
        number, " ".join(sentences(story, 14)[:kept]), published_at=NOON + timedelta(hours=number)
    )


def stories(index: Index, *numbers: int) -> list[str | None]:
    return [now.story_id if now else None for now in index.lookup([hex_id(number) for number in numbers])]


def test_marked_articles_never_meet(index: Index) -> None:
    index.mark_apart([(hex_id(1), hex_id(2))])
    first, second, third = index.check_and_insert([version(1), version(2), version(3)])
    assert (first.story_id, second.story_id) == (hex_id(1), hex_id(2))
    assert third.story_id in (hex_id(1), hex_id(2))
    assert index.stats().stories == 2


def test_a_story_is_told_apart_anew_and_stays_so(index: Index) -> None:
    articles = [version(1), version(2, 13), version(3, 13)]
    assert len({decision.story_id for decision in index.check_and_insert(articles)}) == 1
    index.mark_apart([(hex_id(1), hex_id(2))])
    first, second, third = index.recluster(articles)
    assert (first.story_id, first.duplicate_of) == (hex_id(1), None)
    assert (second.story_id, second.duplicate_of) == (hex_id(2), None)
    assert third.duplicate_of == hex_id(2)  # the same words as the second
    assert index.stats().stories == 2
    assert index.check_and_insert(articles) == [first, second, third]
    assert index.check_and_insert([version(4, 13)])[0].duplicate_of == hex_id(2)


def test_a_mark_can_be_taken_back(index: Index) -> None:
    index.mark_apart([(hex_id(1), hex_id(2)), (hex_id(1), hex_id(3))])
    index.check_and_insert([version(1), version(2)])
    index.mark_apart([(hex_id(2), hex_id(1))], undo=True)
    assert [one.story_id for one in index.recluster([version(1), version(2)])] == [hex_id(1)] * 2
    assert index.check_and_insert([version(3)])[0].story_id == hex_id(3)
    assert index.stats().stories == 2
    index.mark_apart([(hex_id(1), hex_id(3))], undo=True)
    assert not index._redis.exists("{test}:apart")


def test_telling_anew_without_a_mark_changes_nothing(index: Index) -> None:
    articles = [version(1), version(2, 12), version(3, 9), version(0, 13)]
    index.check_and_insert(articles)
    before = index.lookup([one.id for one in articles])
    index.recluster(articles)
    assert index.lookup([one.id for one in articles]) == before
    assert index.stats().stories == 1


def test_a_third_article_does_not_merge_what_is_apart(index: Index) -> None:
    lines = sentences(5, 20)
    halves = [prepared(at, " ".join(lines[:14] if at == 1 else lines[6:])) for at in (1, 2)]
    whole = prepared(3, " ".join(lines))
    index.mark_apart([(hex_id(1), hex_id(2))])
    index.check_and_insert([*halves, whole])
    assert len(set(stories(index, 1, 2))) == 2


def test_a_rebuild_keeps_marks(index: Index) -> None:
    index.check_and_insert([version(1), version(2)])
    decisions: list[Decision] = []
    index.rebuild([version(1), version(2)], apart=[(hex_id(2), hex_id(1))], decided=decisions.extend)
    assert [one.story_id for one in decisions] == [hex_id(1), hex_id(2)]


def test_odd_ids_can_be_marked(index: Index) -> None:
    text = " ".join(STORY)
    index.mark_apart([("معرف", "\ud800"), ("", "a\nb")])
    found = index.check_and_insert([(id_, text, None) for id_ in ("معرف", "\ud800", "", "a\nb")])
    told = {one.id: one.story_id for one in found}
    assert told["معرف"] != told["\ud800"]
    assert told[""] != told["a\nb"]


EDITS = st.lists(st.tuples(st.integers(0, 2), st.integers(7, 14), st.integers(0, 40)), min_size=2, max_size=9)


@settings(max_examples=40, deadline=None)
@given(edits=EDITS, data=st.data())
def test_whatever_comes_marked_articles_are_never_in_one_story(
    redis_url: str, edits: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    """And stories keep their figures: the count is right, each has one canonical article, the earliest."""
    connection = redis.Redis.from_url(redis_url)
    index = Index(connection, basename="test:property")
    index.clear()
    articles = [
        prepared(
            number,
            " ".join(sentences(story, 14)[:kept]),
            published_at=NOON + timedelta(hours=hours, seconds=number),
        )
        for number, (story, kept, hours) in enumerate(edits)
    ]
    numbers = st.integers(0, len(articles) - 1)
    pairs = data.draw(
        st.lists(st.tuples(numbers, numbers).filter(lambda pair: pair[0] != pair[1]), max_size=3)
    )
    apart = [(hex_id(one), hex_id(other)) for one, other in pairs]
    early = data.draw(st.booleans())
    if early:
        index.mark_apart(apart)
    order = data.draw(st.permutations(articles))
    index.check_and_insert(order)
    if not early:
        index.mark_apart(apart)
        for name in {story for story in stories(index, *range(len(articles))) if story}:
            told = zip(articles, index.lookup([one.id for one in articles]), strict=True)
            members = [one for one, now in told if now and now.story_id == name]
            index.recluster(sorted(members, key=lambda one: (one.id != name, one.published_at)))
    found = {
        one.id: now for one, now in zip(articles, index.lookup([a.id for a in articles]), strict=True) if now
    }
    assert len(found) == len(articles)
    for one, other in apart:
        assert found[one].story_id != found[other].story_id
    assert index.stats().stories == len({now.story_id for now in found.values()})
    published = {one.id: str(one.published_at) for one in articles}
    for now in found.values():
        ids = [id_ for id_, other in found.items() if other.story_id == now.story_id]
        assert (now.duplicate_of or now.id) == min(ids, key=published.__getitem__)
    rows = [(one.id, " ".join(sentences(e[0], 14)[: e[1]]), one.published_at, None)
            for one, e in zip(articles, edits, strict=True)]  # fmt: skip
    by_archive = cluster_documents(rows, apart=apart).stories
    for one, other in apart:
        assert by_archive[one] != by_archive[other]
    index.clear()
    connection.close()
