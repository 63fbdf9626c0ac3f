"""What others do on the same corpus: a match joins the story of the first match; all in memory.

datasketch as its documentation shows it, rensa and SimHash likewise, and the hash of the text. rensa and
SimHash come with ``make rivals``; without it they are left out, visibly.
"""

import importlib
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from datasketch import MinHash, MinHashLSH

from benchmarks.corpus import Planted
from benchmarks.scores import decision_score, merged_negatives, pair_score
from dedup.text.shingles import words

PERMUTATIONS = 128
SIMHASH_DISTANCE = 3
"""Bits of 64: the distance of Manku, Jain & Das Sarma (2007), and the default of the package."""


def documented_minhash(text: str) -> MinHash:
    """Word 3-grams and `MinHash.update`, as datasketch's documentation shows it."""
    minhash = MinHash(num_perm=128)
    tokens = re.findall(r"\w+", text)
    for at in range(len(tokens) - 2):
        minhash.update(" ".join(tokens[at : at + 3]).encode())
    return minhash


def tokens_of(text: str) -> list[str]:
    """Word 3-grams."""
    tokens = re.findall(r"\w+", text)
    return [" ".join(tokens[at : at + 3]) for at in range(len(tokens) - 2)]


def optional(module: str) -> Any:
    """A rival's module, or None where it isn't installed: rivals are no dependencies."""
    try:
        return importlib.import_module(module)
    except ImportError:
        return None


def rivals(corpus: Sequence[Planted]) -> None:
    print(f"\nRivals on the first {len(corpus)} articles of the same corpus")
    truth = {one.id: one.story for one in corpus}

    def report(name: str, stories: Mapping[str, Hashable], called: Mapping[str, bool]) -> None:
        merged, negatives = merged_negatives(corpus, stories)
        print(f"  {name}: decision F1 {decision_score(corpus, called).f1:.3f}, pairs F1 "
              f"{pair_score(stories, truth).f1:.3f}, negatives merged {merged} of {negatives}")  # fmt: skip

    def streamed(name: str, find: Callable[[Planted], list[str]]) -> None:
        """`find` looks an article up and inserts it."""
        stories: dict[str, str] = {}
        called: dict[str, bool] = {}
        for one in corpus:
            found = sorted(find(one))
            stories[one.id] = stories[found[0]] if found else one.id
            called[one.id] = bool(found)
        report(name, stories, called)

    minhashes = {one.id: documented_minhash(one.text) for one in corpus}
    for threshold in (0.5, 0.7):
        for verified in (False, True):
            lsh = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)

            def find(
                one: Planted, lsh: Any = lsh, least: float = threshold if verified else 0.0
            ) -> list[str]:
                minhash = minhashes[one.id]
                found = [
                    str(id_) for id_ in lsh.query(minhash) if minhashes[str(id_)].jaccard(minhash) >= least
                ]
                lsh.insert(one.id, minhash)
                return found

            streamed(f"datasketch t={threshold}{', Jaccard checked' if verified else ''}", find)
    if rensa := optional("rensa"):
        for threshold, bands in ((0.5, 32), (0.7, 16)):
            lsh = rensa.RMinHashLSH(threshold=threshold, num_perm=PERMUTATIONS, num_bands=bands)
            kept: list[Any] = []

            def by_rensa(
                one: Planted, lsh: Any = lsh, kept: list[Any] = kept, least: float = threshold
            ) -> list[str]:
                minhash = rensa.RMinHash(num_perm=PERMUTATIONS, seed=1)
                minhash.update(tokens_of(one.text))
                found = [corpus[at].id for at in lsh.query(minhash) if kept[at].jaccard(minhash) >= least]
                lsh.insert(len(kept), minhash)
                kept.append(minhash)
                return found

            streamed(f"rensa t={threshold}, Jaccard checked", by_rensa)
    else:
        print("  rensa: not installed (make rivals)")
    if simhash := optional("simhash"):
        index = simhash.SimhashIndex([], k=SIMHASH_DISTANCE)

        def by_simhash(one: Planted) -> list[str]:
            value = simhash.Simhash(tokens_of(one.text))
            found: list[str] = index.get_near_dups(value)
            index.add(one.id, value)
            return found

        streamed(f"SimHash, {SIMHASH_DISTANCE} bits", by_simhash)
    else:
        print("  SimHash: not installed (make rivals)")
    exact: dict[str, str] = {}
    firsts: dict[str, str] = {}
    for one in corpus:
        exact[one.id] = firsts.setdefault(" ".join(words(one.text)), one.id)
    report("hash of the normalised text", exact, {id_: first != id_ for id_, first in exact.items()})
