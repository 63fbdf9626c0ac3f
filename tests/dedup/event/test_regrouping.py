"""Events divided anew around a change are what all articles together give."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import ClassVar

from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.event.grouping import Bounds, Links, group
from dedup.event.regrouping import KnownArticles, regroup

SIZE = 12
IDS = [f"{number:02}" for number in range(SIZE)]
BOUND, UNDATED_BOUND = 0.36, 0.44

ids = st.integers(0, SIZE - 1).map(IDS.__getitem__)
pairs = st.tuples(ids, ids).filter(lambda pair: pair[0] < pair[1])
# Few links, to the next articles alone: what an event loses goes to the one behind it, and so on.
neighbours = st.dictionaries(st.sampled_from([-2, -1, 1, 2]), st.floats(0.3, 1), min_size=1, max_size=2)
changes = st.lists(
    st.one_of(
        st.tuples(st.just("come"), st.integers(0, SIZE - 1), neighbours),
        st.tuples(st.just("leave"), ids),
        st.tuples(st.sampled_from(["mark", "unmark"]), pairs),
    ),
    min_size=5,
    max_size=40,
)


class Archive:
    """Articles with links that come, leave, and are told apart; their events are kept as they are found."""

    def __init__(self, undated: Set[str]) -> None:
        self.links: dict[str, dict[str, float]] = {}
        self.apart: defaultdict[str, set[str]] = defaultdict(set)
        self.members: dict[str, list[str]] = {}
        self.event_ids: dict[str, str] = {}
        self.bounds = {id_: UNDATED_BOUND if id_ in undated else BOUND for id_ in IDS}

    def come(self, number: int, links: Mapping[int, float]) -> None:
        id_ = IDS[number]
        changed = self._without(id_) | {id_}
        self.links[id_] = {}
        for distance, strength in links.items():
            if (other := IDS[(number + distance) % SIZE]) in self.links:
                self.links[id_][other] = self.links[other][id_] = strength
        self._regroup(changed)

    def leave(self, id_: str) -> None:
        self._regroup(self._without(id_))

    def mark(self, pair: tuple[str, str]) -> None:
        for one, other in (pair, pair[::-1]):
            self.apart[one].add(other)
        self._regroup({*pair})

    def unmark(self, pair: tuple[str, str]) -> None:
        for one, other in (pair, pair[::-1]):
            self.apart[one].discard(other)
        self._regroup({*pair})

    def _without(self, id_: str) -> set[str]:
        """Take an article out; returns those of its event."""
        for other in self.links.pop(id_, {}):
            del self.links[other][id_]
        event = self.event_ids.pop(id_, None)
        if event is None:
            return set()
        rest = [other for other in self.members.pop(event) if other != id_]
        if rest:
            self._name(rest)
        return set(rest)

    def _name(self, event: list[str]) -> None:
        self.members[event[0]] = event
        self.event_ids.update(dict.fromkeys(event, event[0]))

    def _regroup(self, changed: Set[str]) -> None:
        articles = KnownArticles(self.links, self.members, self.event_ids, self.bounds)
        events = regroup(changed & self.links.keys(), articles, self.apart)
        for old in {self.event_ids[id_] for event in events for id_ in event if id_ in self.event_ids}:
            del self.members[old]
        for event in events:
            self._name(event)


@settings(max_examples=200, deadline=None)
@given(changes, st.sets(ids))
def test_change_by_change_it_is_what_all_articles_give(
    steps: list[tuple[object, ...]], undated: set[str]
) -> None:
    archive = Archive(undated)
    for name, *values in steps:
        getattr(archive, str(name))(*values)
        everything = group(archive.links, archive.links, archive.bounds, archive.apart)
        assert sorted(archive.members.values()) == everything


def test_what_an_event_loses_goes_to_the_next_one() -> None:
    archive = Archive(set())
    for number, links in ((3, {}), (2, {1: 0.55}), (1, {1: 0.58}), (0, {1: 0.6})):
        archive.come(number, links)
    assert sorted(archive.members.values()) == [IDS[0:2], IDS[2:4]]
    archive.come(SIZE - 1, {1: 0.9})
    assert sorted(archive.members.values()) == [[IDS[0], IDS[-1]], IDS[1:3], IDS[3:4]]


def test_a_chain_of_events_is_divided_where_it_changes() -> None:
    size = 1000
    ids = [f"{number:04}" for number in range(size)]
    links: dict[str, dict[str, float]] = {id_: {} for id_ in ids}
    for number in range(size - 1):
        strength = 0.9 if number % 2 == 0 else 0.5
        links[ids[number]][ids[number + 1]] = links[ids[number + 1]][ids[number]] = strength
    pairs = [ids[at : at + 2] for at in range(0, size, 2)]
    known = {pair[0]: pair for pair in pairs}
    event_ids = {id_: pair[0] for pair in pairs for id_ in pair}

    class Watched(KnownArticles):
        asked: ClassVar[set[str]] = set()

        def bounds(self, ids: Set[str]) -> Bounds:
            self.asked.update(ids)
            return super().bounds(ids)

        def links(self, ids: Set[str]) -> Links:
            self.asked.update(ids)
            return super().links(ids)

        def events(self, ids: Set[str]) -> Iterable[Sequence[str]]:
            self.asked.update(ids)
            return super().events(ids)

    links["0500"]["new"] = 0.95
    links["new"] = {"0500": 0.95}
    articles = Watched(links, known, event_ids, dict.fromkeys([*ids, "new"], BOUND))
    assert regroup({"new"}, articles, {}) == [["0500", "0501", "new"]]
    assert len(articles.asked) < 20


def test_a_link_that_one_side_alone_has_counts_for_nothing() -> None:
    # Who leaves and comes back with another text is still linked where it was not looked at again.
    links = {"a": {"b": 0.9, "c": 0.8}, "b": {"a": 0.9}, "c": {}}
    assert group(links, links, dict.fromkeys(links, BOUND)) == [["a", "b"], ["c"]]
