"""The recheck: what looks like a copy by estimates is compared by the texts before it counts as one.

An estimate from 64 bytes shows neither which names two texts hold nor which figures; its error is .06
besides.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from operator import eq
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedup.batch.candidates import neighbours
from dedup.comparison.pairs import exact_evidence, with_differences
from dedup.comparison.rule import is_near, judge, required_containment
from dedup.comparison.verdict import Evidence
from dedup.index.codec import ExactVerdict, PairRequest, requested_pairs
from dedup.parameters import Parameters, Thresholds
from dedup.prepared import Prepared
from dedup.signature import band_keys, from_bytes, low_bytes
from dedup.text.numbers import compare_marks
from dedup.text.shingles import Content, contents

if TYPE_CHECKING:
    from dedup.index.scripts import Scripts

Texts: TypeAlias = Callable[[Sequence[str]], Mapping[str, str]]
"""Returns the body texts of articles by their ids; those that are missing are left out."""

MOST_REQUESTS = 32
"""So often verdicts are requested without an insertion between, before the estimate decides: other writers
have to insert similar articles at each of them."""
UNSURE = 0.13
"""Two standard errors of a containment that is estimated from 64 values where half of a text is shared. Pairs
of a batch that lie further below the required one are not compared; whatever the index requests is."""


class ExactComparison:
    """Exact verdicts on pairs of articles, for one call of the index.

    Args:
        texts: Where texts come from.
        parameters: How to compare.

    Attributes:
        verdicts: By the two ids; None where a text is missing.
    """

    def __init__(self, texts: Texts, parameters: Parameters) -> None:
        self.verdicts: dict[tuple[str, str], ExactVerdict | None] = {}
        self._texts = texts
        self._parameters = parameters
        self._contents: dict[str, Content] = {}

    def compare(self, pairs: Iterable[PairRequest]) -> None:
        """Compare pairs that were not compared yet; their texts are fetched at once."""
        fresh = [pair for pair in pairs if pair.ids not in self.verdicts]
        self._read({id_ for pair in fresh for id_ in pair.ids} - self._contents.keys())
        for pair in fresh:
            self.verdicts[pair.ids] = self._verdict(pair)

    def _read(self, ids: Collection[str]) -> None:
        if not ids:
            return
        texts = self._texts(sorted(ids))
        available = [id_ for id_ in sorted(ids) if id_ in texts]
        read = contents([texts[id_] for id_ in available], self._parameters.shingle_words)[1]
        self._contents.update(zip(available, read, strict=True))

    def _verdict(self, pair: PairRequest) -> ExactVerdict | None:
        mine, other = (self._contents.get(id_) for id_ in pair.ids)
        if mine is None or other is None:
            return None
        limits = self._parameters.thresholds
        evidence = exact_evidence(mine, other, same_source=pair.same_source, hours_apart=pair.hours_apart)
        # Where either judgement may depend on it: an edition, or two stories of one source.
        evidence = with_differences(evidence, limits, mine.words, other.words)
        if evidence.differing is None:
            evidence = with_differences(evidence, limits, mine.words, other.words, required=limits.merge)
        return ExactVerdict(
            judge(evidence, limits), judge(evidence, limits, required=limits.merge), is_near(evidence, limits)
        )


def pairs_within(batch: Sequence[Prepared], parameters: Parameters) -> list[PairRequest]:
    """The pairs of a batch that the index may need verdicts on: none of them is in it yet.

    Args:
        batch: Articles in the order in which they are inserted.
        parameters: Those of the index.
    """
    filled = [article for article in batch if article.size]
    if len(filled) < 2:
        return []
    values = from_bytes([article.signature for article in filled], parameters)
    sizes = np.array([article.size for article in filled])
    lowest = _lowest_requirement(parameters.thresholds) - UNSURE
    pairs = []
    # A bucket of the index leads to the first member of a story, or to the newest of another.
    for later, earlier in neighbours(band_keys(values, parameters), before=1):
        likely = _containments(values, sizes, later, earlier) >= lowest
        for mine, other in zip(later[likely].tolist(), earlier[likely].tolist(), strict=True):
            evidence = estimated_evidence(filled[mine], filled[other])
            required = required_containment(evidence, parameters.thresholds)
            if evidence.containment >= required - UNSURE and not evidence.same_words:
                ids = filled[mine].id, filled[other].id
                pairs.append(PairRequest(ids, evidence.hours_apart, evidence.same_source))
    return pairs


def _containments(
    values: NDArray[np.uint32], sizes: NDArray[np.intp], later: NDArray[np.intp], earlier: NDArray[np.intp]
) -> NDArray[np.float64]:
    """What `estimated_evidence` says of many pairs at once, rounded up by less than any difference."""
    low = values.astype(np.uint8)
    share = (low[later] == low[earlier]).mean(axis=1)
    jaccard = np.maximum(0.0, (share - 1 / 256) * 256 / 255)
    smaller = np.minimum(sizes[later], sizes[earlier])
    return np.asarray(jaccard / (1 + jaccard) * (sizes[later] + sizes[earlier]) / smaller + 1e-9)


def _lowest_requirement(limits: Thresholds) -> float:
    return min(limits.containment, limits.containment_same_source, limits.containment_other_source)


def estimated_evidence(mine: Prepared, other: Prepared) -> Evidence:
    """The evidence on two articles as the index sees it: estimated from the lowest byte of each minhash.

    Two different values agree in that byte once in 256 times, which is taken off (Li & König 2010).
    """
    agreeing = list(map(eq, low_bytes(mine.signature), low_bytes(other.signature)))
    share = sum(agreeing) / len(agreeing)
    shared = sum(1 << place for place, same in enumerate(agreeing) if same)
    late = max((shared & int.from_bytes(article.late, "little")).bit_count() for article in (mine, other))
    kept, changed = compare_marks(mine.figures, other.figures)
    has_sources = mine.source is not None and other.source is not None
    apart = None
    if mine.published_at and other.published_at:
        apart = abs(mine.published_at - other.published_at).total_seconds() / 3600
    return Evidence(
        jaccard=max(0.0, (share - 1 / 256) * 256 / 255),
        sizes=(mine.size, other.size),
        figures_kept=kept,
        figures_changed=changed,
        opening=1 - late / sum(agreeing) if shared else None,
        same_words=mine.text_hash == other.text_hash != b"",
        same_source=mine.source == other.source if has_sources else None,
        hours_apart=apart,
        estimated=True,
    )


def insert_exactly(
    scripts: "Scripts", batch: Sequence[Prepared], exact: ExactComparison, parameters: Parameters
) -> list[Any]:
    """Insert a batch as far as all verdicts are known, compare the pairs that lack one, and go on.

    Args:
        scripts: Those of the index.
        batch: The articles.
        exact: Compares pairs by their texts.
        parameters: Those of the index.

    Returns:
        The script's reply for each article.
    """
    exact.compare(pairs_within(batch, parameters))
    packed = scripts.packed(batch)
    done: list[Any] = []
    fruitless = 0
    while len(done) < len(batch):
        is_late = fruitless == MOST_REQUESTS
        rest = packed[len(done) :][: 1 if is_late else None]
        replies = scripts.check(rest, verdicts=exact.verdicts, exact=not is_late)
        requests = [pairs for reply in replies if (pairs := requested_pairs(reply)) is not None]
        inserted = len(replies) - len(requests)
        done += replies[:inserted]
        exact.compare(chain.from_iterable(requests))
        fruitless = 0 if inserted else fruitless + 1
    return done


def query_exactly(scripts: "Scripts", batch: Sequence[Prepared], exact: ExactComparison) -> list[Any]:
    """Decide on a batch without inserting it; see `insert_exactly`."""
    packed = scripts.packed(batch, assign=False)
    for _ in range(MOST_REQUESTS):
        replies = scripts.query(packed, exact.verdicts, exact=True)
        pairs = [pair for reply in replies for pair in requested_pairs(reply) or ()]
        if not pairs:
            return replies
        exact.compare(pairs)
    return scripts.query(packed, exact.verdicts)
