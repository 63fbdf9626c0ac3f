"""A whole archive at once: all copies among many texts, and the stories they make up.

Candidates are neighbours in sorted band keys instead of entries in Redis; the rule for a pair and the way to
stories are those of the streaming index, taken in order of publication.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from math import inf

import numpy as np
from numpy.typing import NDArray

from dedup.parameters import Parameters
from dedup.signature import band_keys, signatures
from dedup.similarity import Evidence, exact_evidence, judge
from dedup.story import Match, Stories
from dedup.text import Content, contents

_BATCH = 512
# In a bucket of many, an article is held against so many before it, and against the first of all.
_NEIGHBOURS = 3
# Candidates whose estimate is further than this below the least containment are not counted out exactly:
# four standard deviations of an estimate from 64 values, at its widest.
_SLACK = 0.25
_PAIRS = 1 << 16


@dataclass(frozen=True, slots=True)
class _Document:
    id: str
    published: float
    content: Content
    values: NDArray[np.uint32]


def cluster(
    documents: Iterable[tuple[str, str, datetime | None]], *, parameters: Parameters | None = None
) -> dict[str, str]:
    """Put documents into stories, without any server.

    The result doesn't depend on the order of the documents. A story is called by its canonical article: the
    earliest published; one without a time counts as later than any, and of two at the same time the smaller
    id goes first. A document unlike any other is a story of its own.

    Args:
        documents: Id, body text (without headline) and time of publication or None, of each; all times aware
            of their zone, or taken for UTC. Where an id comes twice, the later text counts.
        parameters: How to compare; the default ones without it.

    Returns:
        The id of its story for every document, in the order of the documents. Memory: about 3 KB for each
        document of 300 words; the texts themselves are not kept.
    """
    parameters = parameters or Parameters()
    taken: dict[str, _Document] = {}
    rest = iter(documents)
    while batch := list(islice(rest, _BATCH)):
        taken.update((document.id, document) for document in _read(batch, parameters))
    ordered = sorted(taken.values(), key=lambda document: (document.published, document.id))
    stories = _stories(ordered, parameters)
    canonical = {
        document.id: ordered[stories.canonical(number)].id for number, document in enumerate(ordered)
    }
    return {id_: canonical[id_] for id_ in taken}


def candidates(
    values: NDArray[np.uint32], parameters: Parameters
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of rows that share a band: each row with up to three before it in a bucket, and with the first.

    All values are used, in as many bands as they fill, for here bands cost no memory that lasts.

    Args:
        values: MinHash values, a row for each text that has shingles.
        parameters: How many rows a band has.

    Returns:
        The later and the earlier row of each pair, each pair once.
    """
    parameters = replace(parameters, bands=parameters.permutations // parameters.rows)
    count = np.uint64(len(values))
    found = [np.empty(0, np.uint64)]
    for keys in band_keys(values, parameters).T:
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        opens = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])[: len(keys)])
        first = np.repeat(opens, np.diff(opens, append=len(keys)))
        places = np.arange(len(keys))
        for distance in range(1, _NEIGHBOURS + 1):
            shared = places - first >= distance
            found.append(_codes(order[shared], order[places[shared] - distance], count))
        far = places - first > _NEIGHBOURS
        found.append(_codes(order[far], order[first[far]], count))
    pairs = np.unique(np.concatenate(found))
    return (pairs // count).astype(np.intp), (pairs % count).astype(np.intp)


def _codes(later: NDArray[np.intp], earlier: NDArray[np.intp], count: np.uint64) -> NDArray[np.uint64]:
    return np.unique(later.astype(np.uint64) * count + earlier.astype(np.uint64))


def _read(batch: list[tuple[str, str, datetime | None]], parameters: Parameters) -> Iterator[_Document]:
    cut, read = contents([text for _, text, _ in batch], parameters.shingle_words)
    values = signatures(cut.hashes, cut.starts, parameters)
    for (id_, _, published), content, row in zip(batch, read, values, strict=True):
        yield _Document(id_, _seconds(published), content, row.copy())


def _seconds(moment: datetime | None) -> float:
    if moment is None:
        return inf
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _stories(documents: list[_Document], parameters: Parameters) -> Stories:
    limits = parameters.thresholds

    def alike(one: int, other: int) -> bool:
        return judge(_evidence(documents[one], documents[other]), limits, least=limits.merge).duplicate

    matches: dict[int, list[Match]] = {}
    for later, earlier in _promising(documents, parameters):
        verdict = judge(_evidence(documents[later], documents[earlier]), limits)
        if verdict.duplicate:
            matches.setdefault(later, []).append(Match(earlier, verdict.reason, verdict.similarity))
    stories = Stories(limits, alike)
    for number, document in enumerate(documents):
        stories.add(document.published, matches.get(number, []))
    return stories


def _promising(documents: list[_Document], parameters: Parameters) -> Iterator[tuple[int, int]]:
    """Candidates whose estimated containment comes near to what a copy has."""
    filled = [number for number, document in enumerate(documents) if len(document.content.shingles)]
    if not filled:
        return
    values = np.array([documents[number].values for number in filled])
    sizes = np.array([len(documents[number].content.shingles) for number in filled])
    numbers = np.array(filled)
    limits = parameters.thresholds
    least = (
        min(
            limits.containment,
            limits.containment_other_source,
            limits.containment_same_source,
            limits.reworded,
        )
        - _SLACK
    )
    later, earlier = candidates(values, parameters)
    for start in range(0, len(later), _PAIRS):
        mine, other = later[start : start + _PAIRS], earlier[start : start + _PAIRS]
        jaccard = (values[mine] == values[other]).mean(axis=1)
        smaller = np.minimum(sizes[mine], sizes[other])
        likely = jaccard / (1 + jaccard) * (sizes[mine] + sizes[other]) / smaller >= least
        yield from zip(numbers[mine[likely]].tolist(), numbers[other[likely]].tolist(), strict=True)


def _evidence(one: _Document, other: _Document) -> Evidence:
    apart = abs(one.published - other.published) if one.published < inf and other.published < inf else None
    return exact_evidence(one.content, other.content, hours_apart=None if apart is None else apart / 3600)
