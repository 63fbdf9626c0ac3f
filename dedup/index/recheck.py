"""The exact look: what looks like a copy by the index's estimates is compared by the texts before it is one.

An estimate from 64 bytes sees neither which names two texts hold nor which figures; it is off by .06 besides.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from dedup.batch.candidates import neighbours
from dedup.comparison.similarity import exact_evidence, is_near, judge, least_containment, with_differences
from dedup.index.codec import Asked, PairVerdict
from dedup.parameters import Parameters
from dedup.prepared import Prepared, estimated_evidence
from dedup.signature import band_keys, from_bytes
from dedup.text.shingles import Content, contents

Texts: TypeAlias = Callable[[Sequence[str]], Mapping[str, str]]
"""Gives the body texts of articles by their ids; those that it doesn't have are left out."""

UNSURE = 0.13
"""Two standard errors of a containment that is estimated from 64 values where half of a text is shared. Pairs
of a batch that lie further below the least that counts are not compared; whatever the index asks for is."""


class ExactLook:
    """Exact verdicts on pairs of articles, for one call of the index.

    Args:
        texts: Where texts come from.
        parameters: How to compare.

    Attributes:
        verdicts: What was found, by the two ids; None where a text is missing.
    """

    def __init__(self, texts: Texts, parameters: Parameters) -> None:
        self.verdicts: dict[tuple[str, str], PairVerdict | None] = {}
        self._texts = texts
        self._parameters = parameters
        self._contents: dict[str, Content] = {}

    def compare(self, pairs: Iterable[Asked]) -> None:
        """Compare pairs that were not compared yet; their texts are asked for at once."""
        fresh = [pair for pair in pairs if pair.ids not in self.verdicts]
        wanted = {id_ for pair in fresh for id_ in pair.ids} - self._contents.keys()
        if wanted:
            found = self._texts(sorted(wanted))
            ids = [id_ for id_ in sorted(wanted) if id_ in found]
            read = contents([found[id_] for id_ in ids], self._parameters.shingle_words)[1]
            self._contents.update(zip(ids, read, strict=True))
        for pair in fresh:
            self.verdicts[pair.ids] = self._verdict(pair)

    def _verdict(self, pair: Asked) -> PairVerdict | None:
        mine, other = (self._contents.get(id_) for id_ in pair.ids)
        if mine is None or other is None:
            return None
        limits = self._parameters.thresholds
        evidence = exact_evidence(mine, other, same_source=pair.same_source, hours_apart=pair.hours_apart)
        evidence = with_differences(evidence, limits, mine.words, other.words, least=limits.merge)
        return PairVerdict(
            judge(evidence, limits), judge(evidence, limits, least=limits.merge), is_near(evidence, limits)
        )


def pairs_within(batch: Sequence[Prepared], parameters: Parameters) -> list[Asked]:
    """The pairs of a batch that the index may have to decide about: none of them is in it yet.

    Args:
        batch: Articles in the order in which they are inserted.
        parameters: Those of the index.
    """
    filled = [one for one in batch if one.size]
    if len(filled) < 2:
        return []
    keys = band_keys(from_bytes([one.signature for one in filled], parameters), parameters)
    found = []
    # A bucket of the index leads to the first of its story, or to the newest of another.
    for later, earlier in neighbours(keys, before=1):
        for mine, other in zip(later.tolist(), earlier.tolist(), strict=True):
            evidence = estimated_evidence(filled[mine], filled[other])
            least = least_containment(evidence, parameters.thresholds)
            if evidence.containment >= least - UNSURE and not evidence.same_words:
                ids = filled[mine].id, filled[other].id
                found.append(Asked(ids, evidence.hours_apart, evidence.same_source))
    return found
