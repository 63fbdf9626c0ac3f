import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from crawler.demo import Newsroom
from dedup import (
    Decision,
    Index,
    IndexFullError,
    IndexLostError,
    IndexMismatchError,
    Parameters,
    Prepared,
    Reason,
    StoredFormError,
    StoryUpdate,
    Thresholds,
    Verdict,
    cluster,
    prepare_many,
)
from dedup.comparison.rule import judge
from dedup.index.recheck import estimated_evidence
from dedup.signature import band_keys, from_bytes
from tests.support.servers import running_valkey
from tests.support.texts import article, hex_id, prepared, sentences

NOON = datetime(2024, 12, 4, 12, tzinfo=UTC)
STORY = sentences(1, 14)
TEXT = " ".join(STORY)


@pytest.fixture
def index(client: "redis.Redis") -> Index:
    return Index(client, basename="test")


def one(index: Index, article_: Prepared) -> Decision:
    (decision,) = index.check_and_insert([article_])
    return decision


def after(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def test_an_article_unlike_any_other_begins_a_story(index: Index) -> None:
    assert one(index, prepared(1, TEXT)) == Decision(hex_id(1), hex_id(1), None, None, Reason.NEW)


@pytest.mark.parametrize(
    ("edited", "reason"),
    [
        (STORY, Reason.EXACT),
        (["(وكالات)", *STORY], Reason.NEAR),
        (STORY[:12], Reason.NEAR),
        (STORY[:5], Reason.CONTAINED),
        ([*sentences(2, 9), *STORY, *sentences(3, 8)], Reason.CONTAINS),
    ],
)
def test_recognises_copies_and_says_why(index: Index, edited: list[str], reason: Reason) -> None:
    one(index, prepared(1, TEXT, published_at=NOON))
    decision = one(index, prepared(2, " ".join(edited), published_at=after(1)))
    assert (decision.story_id, decision.duplicate_of, decision.reason) == (hex_id(1), hex_id(1), reason)
    assert decision.similarity is not None
    assert 0.75 < decision.similarity <= 1.0
    assert decision.changes == ()


def test_takes_raw_documents_as_well_as_prepared_ones(index: Index) -> None:
    first, second, third = index.check_and_insert(
        [("one", TEXT, NOON), prepared(2, article(7)), ("two", TEXT, None)]
    )
    assert first.story_id == "one"
    assert second.reason is Reason.NEW
    assert third.duplicate_of == "one"
    assert index.check_and_insert([]) == []


def test_a_batch_is_as_good_as_one_by_one(client: "redis.Redis") -> None:
    articles = [
        prepared(
            number, " ".join(sentences(number % 40, 14)[: 8 + number % 7]), published_at=after(number % 50)
        )
        for number in range(200)
    ]
    singly, at_once = Index(client, basename="test:1"), Index(client, basename="test:2")
    expected = [one(singly, each) for each in articles]
    assert at_once.check_and_insert(articles) == expected
    assert sum(decision.duplicate_of is not None for decision in expected) >= 100


def test_asking_again_changes_nothing(index: Index) -> None:
    articles = [
        prepared(n, " ".join(sentences(n % 5, 14)[: 9 + n % 6]), published_at=after(-n)) for n in range(20)
    ]
    index.check_and_insert(articles)
    # The memory is what the server says it is at the moment, which changes by itself.
    before = replace(index.stats(), bytes_estimate=None)
    again = index.check_and_insert(articles)
    assert index.check_and_insert(articles) == again
    assert replace(index.stats(), bytes_estimate=None) == before
    assert before.documents == 20
    assert {decision.story_id for decision in again} == {hex_id(n) for n in range(5)}
    for decision in again:
        assert (decision.duplicate_of is None) == (
            int(decision.id, 16) >= 15
        )  # the latest to come is the earliest


def test_a_crash_between_check_and_store_is_repaired_by_asking_again(index: Index) -> None:
    one(index, prepared(1, TEXT, published_at=NOON))
    late = prepared(2, " ".join(STORY[:12]), published_at=after(-3))
    lost = one(index, late)
    assert lost.changes
    assert one(index, late) == lost


def test_a_late_arrival_published_earlier_becomes_canonical(index: Index) -> None:
    one(index, prepared(1, TEXT, published_at=NOON))
    one(index, prepared(2, TEXT, published_at=after(1)))
    late = one(index, prepared(3, " ".join(STORY[:6]), published_at=after(-1)))
    assert (late.story_id, late.duplicate_of, late.reason, late.similarity) == (
        hex_id(1),
        None,
        Reason.NEW,
        None,
    )
    (change,) = late.changes
    assert isinstance(change, StoryUpdate)
    assert (change.story_id, change.canonical_id, change.previous_id) == (hex_id(1), hex_id(3), hex_id(1))
    assert change.reason is Reason.CONTAINS  # the longer article, seen from itself, contains the late one
    assert change.merged_id is None
    former = one(index, prepared(1, TEXT, published_at=NOON))
    assert (former.duplicate_of, former.reason) == (hex_id(3), Reason.CONTAINS)
    assert former.similarity == change.similarity
    assert one(index, prepared(4, TEXT, published_at=after(2))).duplicate_of == hex_id(3)


def test_an_article_without_a_time_never_takes_the_first_place(index: Index) -> None:
    one(index, prepared(1, TEXT, published_at=NOON))
    assert one(index, prepared(2, TEXT)).duplicate_of == hex_id(1)
    one(index, prepared(3, article(9)))
    assert one(index, prepared(4, article(9), published_at=NOON)).duplicate_of is None


def test_stories_that_prove_to_be_one_are_merged(client: "redis.Redis") -> None:
    """Two versions too far apart for the rule, until a third lies between them."""
    thresholds = Thresholds(containment=0.8, merge=0.35)
    index = Index(client, basename="test", parameters=Parameters(thresholds=thresholds))
    left, right = " ".join(STORY[:10]), " ".join(STORY[4:])
    one(index, prepared(1, left, published_at=NOON))
    second = one(index, prepared(2, right, published_at=after(-2)))
    assert second.duplicate_of is None
    joining = one(index, prepared(3, TEXT, published_at=after(1)))
    assert joining.story_id == joining.duplicate_of == hex_id(2)
    (change,) = joining.changes
    assert isinstance(change, StoryUpdate)
    assert (change.merged_id, change.story_id, change.canonical_id) == (hex_id(1), hex_id(2), hex_id(2))
    assert change.previous_id == hex_id(1)
    assert one(index, prepared(1, left, published_at=NOON)).story_id == hex_id(2)
    assert one(index, prepared(3, TEXT, published_at=after(1))).changes == (change,)
    assert index.stats().stories == 1


def test_looks_up_what_holds_now_without_inserting(index: Index) -> None:
    assert index.lookup([hex_id(1), "name"]) == [None, None]
    one(index, prepared(1, TEXT, published_at=NOON))
    copy = one(index, prepared(2, TEXT, published_at=after(1)))
    (late,) = index.check_and_insert([("name", TEXT, after(-1))])
    now, unknown, canonical = index.lookup([hex_id(2), hex_id(9), "name"])
    assert now == replace(copy, duplicate_of="name")
    assert unknown is None
    assert canonical == late
    assert index.lookup([]) == []
    assert index.stats().documents == 3


def test_a_digest_does_not_tie_the_stories_it_quotes(index: Index) -> None:
    other = " ".join(sentences(2, 14))
    one(index, prepared(1, TEXT))
    one(index, prepared(2, other))
    digest = one(index, prepared(3, f"{TEXT} {other}"))
    assert (digest.changes, digest.duplicate_of) == ((), None)
    assert index.stats().stories == 3


def test_a_chain_of_updates_does_not_become_one_story(index: Index) -> None:
    lines = sentences(8, 60)
    decisions = [one(index, prepared(at, " ".join(lines[3 * at : 3 * at + 12]))) for at in range(16)]
    assert len({decision.story_id for decision in decisions}) >= 5


@pytest.mark.parametrize("backwards", [False, True])
def test_follow_ups_that_quote_half_of_a_story_stay_apart(index: Index, backwards: bool) -> None:
    """With an estimate from 64 values every eighth such pair looks like a copy by containment alone."""
    batch = []
    for number in range(60):
        lines, at = sentences(number, 12), 50 * number
        batch += [
            prepared(4 * number, " ".join(lines), published_at=after(at), source="sana"),
            prepared(4 * number + 1, " ".join(lines[:9]), published_at=after(at + 1), source="enab"),
            prepared(
                4 * number + 2,
                " ".join([*sentences(500 + number, 7), *lines[:6]]),
                published_at=after(at + 20),
                source="jisr",
            ),
            prepared(
                4 * number + 3,
                " ".join([*sentences(900 + number, 2), *lines]),
                published_at=after(at + 2),
                source="tall",
            ),
        ]
    index.check_and_insert(batch[::-1] if backwards else batch)
    stories = [now.story_id if now else None for now in index.lookup([each.id for each in batch])]
    for first in range(0, len(batch), 4):
        original, cut, follow_up, with_lead = stories[first : first + 4]
        assert original == cut == with_lead
        assert follow_up != original


@pytest.mark.parametrize("seed", [1, 2])
def test_tells_the_stories_of_a_newsroom_in_any_order(index: Index, seed: int) -> None:
    with Newsroom(seed=seed) as room:
        truth = {article_.url: article_ for article_ in room.articles}
    batch = prepare_many([(url, one_.text, one_.published_at, one_.site) for url, one_ in truth.items()])
    for order in (None, lambda each: each.published_at, lambda each: each.text_hash):
        index.clear()
        index.check_and_insert(sorted(batch, key=order) if order else batch)
        found = {url: now.story_id for url, now in zip(truth, index.lookup(list(truth)), strict=True) if now}
        named = [(truth[url].story or url, story) for url, story in found.items()]
        assert len(named) == len(truth) > 100
        assert len(set(named)) == len({name for name, _ in named}) == len({story for _, story in named})


# Revisions ---------------------------------------------------------------------------------------


def test_a_revision_is_not_its_own_duplicate(index: Index) -> None:
    one(index, prepared(1, TEXT, published_at=NOON))
    revised = one(index, prepared(1, " ".join([*STORY[:12], *sentences(5, 1)]), published_at=NOON))
    assert (revised.story_id, revised.duplicate_of, revised.reason) == (hex_id(1), None, Reason.NEW)
    assert index.stats().documents == index.stats().stories == 1


def test_a_revision_replaces_what_was_known_of_the_text(index: Index) -> None:
    one(index, prepared(1, TEXT))
    one(index, prepared(1, article(5)))
    assert one(index, prepared(2, article(5))).duplicate_of == hex_id(1)
    assert one(index, prepared(3, TEXT)).duplicate_of is None


def test_a_revised_article_may_turn_out_to_be_a_copy(index: Index) -> None:
    one(index, prepared(1, TEXT))
    one(index, prepared(2, "خبر عاجل من المراسل التفاصيل بعد قليل"))
    assert one(index, prepared(2, TEXT)).duplicate_of == hex_id(1)
    assert index.stats().stories == 1


def test_a_revised_copy_may_leave_its_story(index: Index) -> None:
    one(index, prepared(1, TEXT))
    one(index, prepared(2, TEXT))
    left = one(index, prepared(2, article(6)))
    assert (left.story_id, left.duplicate_of) == (hex_id(2), None)
    assert index.stats().stories == 2


def test_the_first_of_a_story_keeps_it_through_a_revision(index: Index) -> None:
    one(index, prepared(1, TEXT))
    one(index, prepared(2, TEXT))
    assert one(index, prepared(1, article(6))).story_id == hex_id(1)
    assert one(index, prepared(2, TEXT)).duplicate_of == hex_id(1)


# Bad input ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " ", "؟!", "َُِّ", "\ud800"])
def test_texts_without_words_are_never_duplicates(index: Index, text: str) -> None:
    decisions = index.check_and_insert([(name, text, NOON) for name in "ab"])
    assert [decision.duplicate_of for decision in decisions] == [None, None]
    assert index.check_and_insert([("b", TEXT, NOON), ("c", TEXT, NOON)])[1].duplicate_of == "b"


def test_the_shortest_texts_only_equal_themselves(index: Index) -> None:
    decisions = index.check_and_insert(
        [(str(n), text, None) for n, text in enumerate(("خبر", "12", "خبر", "خبر آخر"))]
    )
    assert [decision.duplicate_of for decision in decisions] == [None, None, "0", None]


def test_ids_may_be_any_string(index: Index) -> None:
    ids = ["", "\0", "s", "معرف", "\ud800", "a" * 10_000, "A" * 32, "x\n\r\n", "{test}", hex_id(3)]
    decisions = index.check_and_insert([(id_, TEXT, None) for id_ in ids])
    assert [decision.id for decision in decisions] == ids
    assert {decision.story_id for decision in decisions} == {""}
    again = Index(index._redis, basename="test:again")
    for number, id_ in enumerate(ids):
        assert again.check_and_insert([(id_, article(number), None)])[0].story_id == id_


def test_a_signature_of_other_parameters_is_refused(index: Index) -> None:
    other = prepare_many([("a", TEXT, None, None)], parameters=Parameters(seed=2))
    with pytest.raises(StoredFormError):
        index.check_and_insert(other)
    with pytest.raises(StoredFormError):
        index.check_and_insert([replace(prepared(1, TEXT), signature=b"")])


def test_times_of_all_kinds(index: Index) -> None:
    years = (datetime(1900, 1, 1), datetime(9999, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC))  # noqa: DTZ001
    for number, moment in enumerate(years):
        assert one(index, prepared(number, TEXT, published_at=moment)).story_id == hex_id(0)


# The index as a whole ----------------------------------------------------------------------------


def test_other_parameters_are_refused_with_what_differs(client: "redis.Redis", index: Index) -> None:
    one(index, prepared(1, TEXT))
    other = Index(client, basename="test", parameters=Parameters(bands=8, thresholds=Thresholds(near=0.6)))
    with pytest.raises(IndexMismatchError, match=r"bands 16 there, 8 here.*khabar dedup rebuild") as caught:
        other.check_and_insert([prepared(1, TEXT)])
    assert caught.value.differing == {"bands": (16, 8), "thresholds.near": (0.5, 0.6)}
    assert other.stats().parameters["bands"] == 16
    other.clear()
    assert one(other, prepared(1, TEXT)).story_id == hex_id(1)


def test_an_index_of_the_former_layout_is_refused_by_whatever_reads_records(
    client: "redis.Redis", index: Index
) -> None:
    one(index, prepared(1, TEXT))
    stored = json.loads(client.hget("{test}:state", "parameters") or b"")
    client.hset("{test}:state", "parameters", json.dumps(stored | {"record": stored["record"] - 1}))
    for ask in (Index.stories, lambda each: each.members(hex_id(1)), lambda each: each.remove([hex_id(1)])):
        with pytest.raises(IndexMismatchError, match=r"record \d+ there.*khabar dedup rebuild"):
            ask(Index(client, basename="test"))


def test_a_flushed_index_is_noticed(client: "redis.Redis", index: Index) -> None:
    assert not index.exists()
    assert not index.stats().documents
    one(index, prepared(1, TEXT))
    assert index.exists()
    assert index.stats().documents
    client.delete("{test}:state")
    with pytest.raises(IndexLostError, match="rebuild"):
        one(index, prepared(2, TEXT))
    assert not index.stats().documents


def test_an_index_made_anew_by_another_is_noticed(client: "redis.Redis", index: Index) -> None:
    one(index, prepared(1, TEXT))
    Index(client, basename="test").rebuild([prepared(5, article(5))])
    with pytest.raises(IndexLostError):
        one(index, prepared(2, TEXT))
    assert one(index, prepared(6, article(5))).duplicate_of == hex_id(5)


def test_a_server_that_forgot_its_scripts_is_told_again(client: "redis.Redis", index: Index) -> None:
    one(index, prepared(1, TEXT))
    client.script_flush()
    assert one(index, prepared(2, TEXT)).duplicate_of == hex_id(1)


def test_clearing_leaves_other_keys_alone(client: "redis.Redis", index: Index) -> None:
    neighbour = Index(client, basename="test*")
    one(neighbour, prepared(1, TEXT))
    index.check_and_insert([(f"name {n}", article(n), None) for n in range(80)])
    assert index.stats().documents == 80
    neighbour.clear()
    assert one(index, prepared(2, article(7))).duplicate_of == "name 7"
    index.clear()
    assert not list(client.scan_iter(match="{test}*"))


def test_is_made_anew_from_what_was_stored(index: Index) -> None:
    articles = [
        prepared(n, " ".join(sentences(n % 9, 14)[: 9 + n % 6]), published_at=after(n)) for n in range(600)
    ]
    expected = index.check_and_insert(articles)
    stored = [(each.id, each.to_stored(), each.published_at) for each in articles]
    index.clear()
    seen: list[int] = []
    decided: list[Decision] = []
    count = index.rebuild(
        (Prepared.from_stored(*each) for each in stored), progress=seen.append, decided=decided.extend
    )
    assert count == 600
    assert seen == [256, 512, 600]
    assert decided == expected


def test_a_rebuild_that_was_interrupted_is_told(client: "redis.Redis", index: Index) -> None:
    articles = [prepared(n, article(n)) for n in range(300)]
    assert not index.is_complete()
    assert not index.stats().is_complete
    index.check_and_insert(articles)
    assert index.is_complete()

    def broken() -> Iterator[Prepared]:
        yield from articles[:280]
        assert not Index(client, basename="test").is_complete()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.rebuild(broken())
    for each in (index, Index(client, basename="test")):
        each.open()
        assert not each.is_complete()
        assert not each.stats().is_complete
        assert each.stats().documents == 256
    one(index, prepared(999, TEXT))  # a crawl that goes on does not make it whole
    assert not index.is_complete()
    assert index.rebuild(articles) == 300
    assert index.is_complete()
    assert index.stats().is_complete
    index.clear()
    assert index.rebuild([]) == 0
    assert index.is_complete()
    assert not index.stats().documents


def test_a_rebuild_does_not_vouch_for_the_index_of_another(client: "redis.Redis", index: Index) -> None:
    def interrupted() -> Iterator[Prepared]:
        yield prepared(2, TEXT)
        raise InterruptedError

    def taken_over() -> Iterator[Prepared]:
        yield from (prepared(n, article(n)) for n in range(256))
        Index(client, basename="test").clear()
        with pytest.raises(InterruptedError):
            Index(client, basename="test").rebuild(interrupted())

    with pytest.raises(IndexLostError):
        index.rebuild(taken_over())
    assert not index.is_complete()


def test_stays_findable_while_its_tables_grow(index: Index) -> None:
    """Enough articles for some hundred bucket splits in both tables."""
    texts = [" ".join(sentences(number, 4, 10)) for number in range(1500)]
    batch = prepare_many([(hex_id(n), text, None, None) for n, text in enumerate(texts)])
    assert all(decision.duplicate_of is None for decision in index.check_and_insert(batch))
    copies = [replace(each, id=f"copy {each.id}") for each in batch]
    assert [d.duplicate_of for d in index.check_and_insert(copies)] == [each.id for each in batch]
    assert [d.duplicate_of for d in index.check_and_insert(batch)] == [None] * len(batch)
    stats = index.stats()
    assert (stats.documents, stats.stories) == (3000, 1500)
    assert stats.bytes_per_document is not None
    assert 50 < stats.bytes_per_document < 700


def test_copies_that_reach_four_workers_at_once_meet(redis_url: str, client: "redis.Redis") -> None:
    """Each of four workers takes a copy of every article; together they must make one story of each."""
    workers = [Index(redis.Redis.from_url(redis_url), basename="test") for _ in range(4)]
    texts = [article(seed) for seed in range(60)]

    articles = [[prepared(worker * 1000 + n, text) for n, text in enumerate(texts)] for worker in range(4)]

    def work(worker: int) -> list[Decision]:
        return [one(workers[worker], each) for each in articles[worker][:: 1 if worker % 2 else -1]]

    with ThreadPoolExecutor(4) as pool:
        decisions = [decision for made in pool.map(work, range(4)) for decision in made]
    for worker in workers:
        worker._redis.close()
    assert sum(decision.duplicate_of is None for decision in decisions) == len(texts)
    assert len({decision.story_id for decision in decisions}) == len(texts)


def test_agrees_with_the_archive_pass(index: Index) -> None:
    documents: list[tuple[str, str, datetime | None]] = []
    for number in range(300):
        lines = sentences(number // 3, 12)
        kept = (lines, lines[:9], [*sentences(5000 + number, 2), *lines])[number % 3]
        documents.append((hex_id(number), " ".join(kept), after(number)))
    streamed = {decision.id: decision.story_id for decision in index.check_and_insert(documents)}
    archived = cluster(documents)
    assert sum(streamed[id_] != archived[id_] for id_ in streamed) <= 3


def test_decides_a_pair_as_the_rule_in_python_does(index: Index) -> None:
    """The script states the rule again; here both see the same pairs, of all kinds."""
    dice = random.Random(3)
    verdicts: Counter[Reason] = Counter()
    for number in range(300):
        lines = [
            f"{line} مقتل {dice.randint(1, 5)} مدنيين" if dice.random() < 0.4 else line
            for line in sentences(number, dice.randint(2, 14))
        ]
        edited = [
            re.sub(r"\d", lambda digit: str(dice.randint(1, 9)) if dice.random() < 0.5 else digit[0], line)
            for line in lines[dice.randint(0, 3) : dice.randint(3, 14)]
        ] + sentences(7000 + number, dice.choice((0, 1, 4)))
        pair = [
            prepared(
                2 * number + at,
                " ".join(text),
                published_at=dice.choice((None, after(number), after(number + 30))),
                source=dice.choice((None, "sana", "enab")),
            )
            for at, text in enumerate((lines, edited))
        ]
        keys = band_keys(from_bytes([each.signature for each in pair], index.parameters), index.parameters)
        expected = Verdict(False, Reason.NEW, 0.0, 0.0, 0.0)
        if (keys[0] == keys[1]).any() and pair[1].size:
            expected = judge(estimated_evidence(pair[1], pair[0]), index.parameters.thresholds)
        first, second = index.check_and_insert(pair)
        assert first.duplicate_of is None
        verdicts[expected.reason] += 1
        if second.changes:
            (change,) = second.changes
            mirrored = {Reason.CONTAINS: Reason.CONTAINED, Reason.CONTAINED: Reason.CONTAINS}
            told, similarity = mirrored.get(change.reason, change.reason), change.similarity
        else:
            told, similarity = second.reason, second.similarity or 0.0
        assert (told if told is not Reason.NEW else None) == (expected.reason if expected.duplicate else None)
        assert similarity == pytest.approx(expected.similarity if expected.duplicate else 0.0, abs=0.003)
    seen_by_estimates = {Reason.DIFFERENT, Reason.NEW, *(reason for reason in Reason if reason.is_copy)}
    assert all(verdicts[reason] >= 5 for reason in seen_by_estimates), verdicts


def test_needs_a_client_that_returns_bytes_and_a_plain_name(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url, decode_responses=True)
    with pytest.raises(ValueError, match="decode_responses"):
        Index(client)
    client.close()
    plain = redis.Redis.from_url(redis_url)
    for name in ("", "a}b"):
        with pytest.raises(ValueError, match="basename"):
            Index(plain, basename=name)
    plain.close()


def test_a_lost_connection_is_redis_own_error_and_leaves_nothing_broken() -> None:
    with running_valkey() as url:
        client = redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0))
        index = Index(client, basename="test")
        one(index, prepared(1, TEXT))
    with pytest.raises(redis.ConnectionError):
        one(index, prepared(2, TEXT))
    client.close()


def test_a_full_server_takes_nothing_and_says_so() -> None:
    with running_valkey() as url:
        client = redis.Redis.from_url(url)
        index = Index(client, basename="test")
        one(index, prepared(1, TEXT))
        client.config_set("maxmemory", "1mb")
        before = index.stats()
        with pytest.raises(IndexFullError, match="no memory left"):
            index.check_and_insert([prepared(n, article(n)) for n in range(2, 50)])
        assert index.stats() == before
        with pytest.raises(IndexFullError):
            Index(client, basename="test:new").open()
        client.config_set("maxmemory", "0")
        assert one(index, prepared(2, TEXT)).duplicate_of == hex_id(1)
        client.close()


def test_works_over_tcp() -> None:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running_valkey("--port", str(port)):
        client = redis.Redis(port=port)
        assert one(Index(client), prepared(1, TEXT)).story_id == hex_id(1)
        client.close()


def test_near_misses_are_remembered_for_a_person_to_judge(index: Index) -> None:
    lines = sentences(1, 20)
    index.check_and_insert([("خبر", " ".join(lines), NOON)])
    almost = prepared(2, " ".join([*lines[:13], *sentences(2, 7)]), published_at=after(1))
    far = prepared(3, " ".join([*lines[:4], *sentences(3, 16)]), published_at=after(1))
    copy = prepared(4, " ".join(lines[:18]), published_at=after(1))
    index.check_and_insert([far, copy])
    assert index.near_misses() == []
    assert one(index, almost).duplicate_of is None
    ((later, earlier, similarity),) = index.near_misses()
    assert (later, earlier) == (hex_id(2), "خبر")
    assert 0.5 < similarity < 0.7
    one(index, almost)
    assert len(index.near_misses()) == 1
    index.clear()
    assert index.near_misses() == []


def test_a_cluster_node_takes_it_for_all_keys_lie_in_one_slot() -> None:
    with running_valkey("--cluster-enabled", "yes") as url:
        client: Any = redis.Redis.from_url(url)
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        for _ in range(500):
            if b"cluster_state:ok" in client.execute_command("CLUSTER", "INFO"):
                break
            time.sleep(0.02)
        index = Index(client, basename="test", window=timedelta(days=9))
        index.mark_apart([("a", hex_id(2))])
        index.check_and_insert([("a", TEXT, NOON), prepared(2, TEXT), prepared(3, " ".join(STORY[:9]))])
        index.recluster([prepared(2, TEXT), prepared(3, " ".join(STORY[:9]))])
        slots = {client.execute_command("CLUSTER", "KEYSLOT", key) for key in client.scan_iter(count=1000)}
        assert len(slots) == 1
        assert index.stats().stories == 2
        index.clear()
        assert client.dbsize() == 0
        client.close()


def test_a_formula_that_many_stories_share_does_not_make_articles_cost_more(index: Index) -> None:
    formula = sentences(999, 5)
    articles = [prepared(number, " ".join([*sentences(number, 9), *formula])) for number in range(400)]
    decisions = index.check_and_insert(articles[:200])
    candidates = index.stats().candidates
    decisions += index.check_and_insert(articles[200:])
    assert all(decision.duplicate_of is None for decision in decisions)
    seen: set[int] = set()
    alike = 0
    for bands in band_keys(from_bytes([one.signature for one in articles], Parameters()), Parameters()):
        alike += not seen.isdisjoint(bands.tolist())
        seen |= set(bands.tolist())
    assert alike > 200
    # All buckets of the formula lead to the article that used it last.
    assert index.stats().candidates - candidates <= 200
    copies = [prepared(1000 + at, " ".join([*sentences(at, 9)[:7], *formula])) for at in range(0, 400, 10)]
    assert [one.duplicate_of for one in index.check_and_insert(copies)] == [
        hex_id(at) for at in range(0, 400, 10)
    ]
