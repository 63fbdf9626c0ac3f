"""How far stories depend on the order in which articles come, before and after they are settled.

Run ``python -m benchmarks.settling [--size 1500] [--seed 7] [--every 64]``. Planted articles go into an index
by time of publication, of arrival, newest first and shuffled; each order is held against the planted truth
and against the archive pass over all of them. A Valkey server is started as for `benchmarks.dedup`.
"""

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter

import dedup
from benchmarks.corpus import Planted, generate
from benchmarks.dedup import server
from benchmarks.scores import merged_negatives, pair_score, tied_by_round_ups
from dedup.batch.cluster import cluster_documents
from dedup.index.settling import Settlement, settle


def documents(planted: Iterable[Planted], stories: Mapping[str, str | None]) -> list[dedup.Document]:
    """The articles as an archive pass takes them."""
    return [dedup.Document(one.id, one.text, one.published, one.site, stories[one.id]) for one in planted]


class SettledIndex:
    """An index of planted articles whose stories are kept nowhere else.

    Args:
        index: An empty index.
        corpus: All articles that may come.
    """

    def __init__(self, index: dedup.Index, corpus: Sequence[Planted]) -> None:
        self._index = index
        self._planted = {one.id: one for one in corpus}
        rows = [(one.id, one.text, one.published, one.site) for one in corpus]
        self._prepared = {one.id: one for one in dedup.prepare_many(rows)}
        self._members: dict[str, list[str]] = {}
        self.stories: dict[str, str] = {}

    def insert(self, ids: Sequence[str]) -> None:
        """Insert articles, with all texts at hand."""
        batch = [self._prepared[id_] for id_ in ids]
        self._index.check_and_insert(batch, texts=lambda some: {id_: self._planted[id_].text for id_ in some})
        self._read()

    def settle(self, ids: Sequence[str]) -> Settlement:
        """Settle the stories of articles that were inserted."""
        settlement = settle(self._index, ids, self)
        for change in settlement.changes:
            self._index.place(change.placements, [self._prepared[each.id] for each in change.placements])
        self._read()
        return settlement

    def _read(self) -> None:
        decisions = self._index.lookup(list(self._planted))
        self.stories = {each.id: each.story_id for each in decisions if each is not None}
        self._members = defaultdict(list)
        for id_, story in self.stories.items():
            self._members[story].append(id_)

    def story_ids(self, ids: Collection[str]) -> set[str]:
        """As `dedup.index.settling.StoredStories` has it, like the rest."""
        return {self.stories[id_] for id_ in ids}

    def members(self, story_ids: Collection[str]) -> list[dedup.Document]:
        """See there."""
        ids = [id_ for story in story_ids for id_ in self._members[story]]
        return documents([self._planted[id_] for id_ in ids], self.stories)

    def apart(self) -> list[tuple[str, str]]:
        """See there: nobody marks planted articles."""
        return []


def orders(corpus: Sequence[Planted]) -> dict[str, list[str]]:
    """The ids of articles in several orders."""
    published = [one.id for one in sorted(corpus, key=attrgetter("published", "id"))]
    shuffled = published.copy()
    random.Random(5).shuffle(shuffled)
    return {
        "published": published,
        "arrival": [one.id for one in corpus],
        "newest first": published[::-1],
        "shuffled": shuffled,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--size", type=int, default=1500, help="planted articles (default 1500)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--every", type=int, default=64, help="articles between two settlings (default 64)")
    arguments = parser.parse_args()
    corpus = generate(arguments.size, arguments.seed)
    truth = {one.id: one.story for one in corpus}
    reference = cluster_documents(documents(corpus, dict.fromkeys(truth))).stories

    def show(name: str, stories: Mapping[str, str]) -> None:
        merged, negatives = merged_negatives(corpus, stories)
        tied, _, round_ups = tied_by_round_ups(corpus, stories)
        print(
            f"{name}: truth F1 {pair_score(stories, truth).f1:.4f}, archive pass F1 "
            f"{pair_score(stories, reference).f1:.4f}, hard negatives merged {merged} of {negatives}, "
            f"tied by round-ups {tied} of {round_ups}",
            flush=True,
        )

    show("archive pass", reference)
    with server() as client:
        index = dedup.Index(client, basename="bench:settling")
        for name, order in orders(corpus).items():
            for settled in (False, True):
                index.clear()
                stories = SettledIndex(index, corpus)
                spent, looked_at = 0.0, 0
                for at in range(0, len(order), arguments.every):
                    part = order[at : at + arguments.every]
                    stories.insert(part)
                    if settled:
                        begin = time.process_time()
                        looked_at += stories.settle(part).articles
                        spent += time.process_time() - begin
                show(f"{name}, {'settled' if settled else 'index alone'}", stories.stories)
                if settled:
                    print(f"  each article: {spent / len(order) * 1e3:.1f} ms of processor time, ", end="")
                    print(f"{looked_at / len(order):.1f} articles looked at")
        index.clear()


if __name__ == "__main__":
    main()
