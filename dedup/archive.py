"""A whole archive at once: all copies among many texts, and the stories they make up.

Candidates are neighbours in a bucket of the bands instead of entries in Redis; the rule for a pair and the
way to stories are those of the streaming index, taken in order of publication, with the evidence counted and
not estimated. So it is also the check on the index.

Who finds the candidates is an *engine*: sorted arrays in memory (`dedup.candidates`), a relational join that
spills to disk (`dedup.relational`), or the same join on a cluster (`dedup.spark`). All give the same pairs.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from math import inf
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedup.candidates import archive_bands, neighbours
from dedup.columns import Columns, ColumnWriter, Numbers, Part, read_part
from dedup.parameters import Parameters, Thresholds
from dedup.roundups import Parts
from dedup.signature import band_keys
from dedup.similarity import Verdict, is_near, judge
from dedup.story import Match, Stories

Row: TypeAlias = tuple[str, str, datetime | None, str | None]
"""A document: its id, body text, time of publication and source; the last two may be None."""

Engine: TypeAlias = Callable[[NDArray[np.uint32]], Iterable[tuple[Numbers, Numbers]]]
"""Takes band keys, a row for each document in order of publication, and yields blocks of candidates: the
later and the earlier number of each pair, each pair once."""

BATCH = 512
# Candidates whose estimate is further than this below the least containment are not counted out exactly:
# four standard deviations of an estimate from 64 values, at its widest.
_SLACK = 0.25
# Pairs counted in one pass: their shingles take some 50 MB.
_PAIRS = 1 << 12


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Two documents that came close to being copies and were found not to be.

    Attributes:
        id: The later one.
        other_id: The earlier one.
        verdict: With all figures: what was shared, which numbers differ.
    """

    id: str
    other_id: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ArchiveResult:
    """What an archive pass found.

    Attributes:
        stories: The id of its story for every document, in the order of the documents: a story is called by
            its canonical article.
        verdicts: For every document that is a duplicate, how it compares with the earlier document that
            brought it into its story.
        near_misses: Pairs that almost were copies (see `dedup.similarity.is_near`), the most alike first.
        candidates: Pairs that were looked at.
    """

    stories: dict[str, str]
    verdicts: dict[str, tuple[str, Verdict]]
    near_misses: list[NearMiss]
    candidates: int


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
    rows = ((id_, text, published, None) for id_, text, published in documents)
    return take(rows, parameters=parameters).stories


def take(
    rows: Iterable[Row],
    *,
    parameters: Parameters | None = None,
    engine: Engine | None = None,
    folder: Path | None = None,
    workers: Executor | None = None,
    apart: Iterable[tuple[str, str]] = (),
    progress: Callable[[int], None] | None = None,
) -> ArchiveResult:
    """Take a whole archive, as `cluster` does, with all that was found on the way.

    Args:
        rows: The documents; as for `cluster`, with their sources.
        parameters: How to compare; the default ones without it.
        engine: Who finds the candidates; sorted arrays in memory without it.
        folder: An empty folder for what need not fit into memory.
        workers: Processes that turn texts into numbers; this process does it without them.
        apart: Pairs of ids marked as not the same story by hand.
        progress: Called with the number of documents read so far.
    """
    parameters = parameters or Parameters()
    ids, columns = _read(rows, parameters, folder, workers, progress)
    latest = {id_: row for row, id_ in enumerate(ids)}  # in order of first appearance, with the last text
    order = sorted(latest.values(), key=lambda row: (columns.published[row], ids[row]))
    numbered = np.array(order, np.intp)
    filled = np.flatnonzero(columns.sizes(numbered)) if len(numbered) else numbered
    keys = band_keys(columns.arrays["values"][numbered[filled]], archive_bands(parameters))
    counted = 0
    found: list[tuple[int, int, Verdict]] = []
    for later, earlier in (engine or neighbours)(keys):
        counted += len(later)
        found += verify(columns, numbered, filled[later], filled[earlier], parameters.thresholds)
    result = assemble(
        [ids[row] for row in order],
        [float(columns.published[row]) for row in order],
        found,
        parameters.thresholds,
        lambda one, other: compare_firsts(columns, order[one], order[other], parameters.thresholds),
        apart,
        counted,
    )
    return replace(result, stories={id_: result.stories[id_] for id_ in latest})


def assemble(
    ids: Sequence[str],
    published: Sequence[float],
    found: Iterable[tuple[int, int, Verdict]],
    limits: Thresholds,
    compared: Callable[[int, int], Verdict | None],
    apart: Iterable[tuple[str, str]],
    candidates: int,
) -> ArchiveResult:
    """Put stories together from verified pairs.

    Args:
        ids: In order of publication; a number is a place in it.
        published: Of each, seconds since 1970 or infinity.
        found: The later and earlier number of each pair that shares much, with the verdict, in any order.
        limits: Bounds for chains and merges.
        compared: Gives `compare_firsts` of two numbers, the greater first; None where that is not known yet.
        apart: Pairs of ids marked as not the same story by hand.
        candidates: Pairs that were looked at.
    """
    matches: dict[int, list[Match]] = {}
    verdicts: dict[tuple[int, int], Verdict] = {}
    parts = Parts(limits)
    near: list[NearMiss] = []

    def alike(one: int, other: int) -> bool:
        verdict = compared(max(one, other), min(one, other))
        return verdict is not None and verdict.duplicate

    for one, other, verdict in found:
        parts.add(one, other, verdict.reason, verdict.jaccard)
        if verdict.duplicate:
            matches.setdefault(one, []).append(
                Match(other, verdict.reason, verdict.similarity, verdict.jaccard)
            )
            verdicts[one, other] = verdict
        else:
            near.append(NearMiss(ids[one], ids[other], verdict))
    numbers = {id_: number for number, id_ in enumerate(ids)}
    barred = [(numbers[one], numbers[other]) for one, other in apart if one in numbers and other in numbers]
    stories = Stories(limits, alike, barred, parts.round_ups(compared))
    for number, moment in enumerate(published):
        stories.add(moment, matches.get(number, []))
    named = {id_: ids[stories.canonical(number)] for number, id_ in enumerate(ids)}
    joined = ((number, stories.joined_by(number)) for number in range(len(ids)))
    return ArchiveResult(
        stories=named,
        verdicts={ids[one]: (ids[other], verdicts[one, other]) for one, other in joined if other is not None},
        near_misses=sorted(
            (miss for miss in near if named[miss.id] != named[miss.other_id]),
            key=lambda miss: (-miss.verdict.containment, miss.id, miss.other_id),
        ),
        candidates=candidates,
    )


def seconds(moment: datetime | None) -> float:
    """Seconds since 1970; infinity for None. A time without a zone is taken for UTC."""
    if moment is None:
        return inf
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _read(
    rows: Iterable[Row],
    parameters: Parameters,
    folder: Path | None,
    workers: Executor | None,
    progress: Callable[[int], None] | None,
) -> tuple[list[str], Columns]:
    ids: list[str] = []
    published: list[float] = []
    sources: list[int] = []
    known: dict[str, int] = {}

    def texts() -> Iterator[list[str]]:
        rest = iter(rows)
        while batch := list(islice(rest, BATCH)):
            ids.extend(row[0] for row in batch)
            published.extend(seconds(row[2]) for row in batch)
            sources.extend(-1 if row[3] is None else known.setdefault(row[3], len(known)) for row in batch)
            yield [row[1] for row in batch]

    count = 0
    with ColumnWriter(folder) as writer:
        for part in _parts(texts(), parameters, workers):
            writer.add(part)
            count += len(part.arrays["values"])
            if progress:
                progress(count)
        return ids, writer.finish(published, sources, parameters.permutations)


def _parts(texts: Iterator[list[str]], parameters: Parameters, workers: Executor | None) -> Iterator[Part]:
    if workers is None:
        yield from (read_part(batch, parameters) for batch in texts)
        return
    # A few batches at a time are on their way: so many keep the processes busy, and memory bounded.
    waiting = [workers.submit(read_part, batch, parameters) for batch in islice(texts, 8)]
    while waiting:
        yield waiting.pop(0).result()
        waiting += [workers.submit(read_part, batch, parameters) for batch in islice(texts, 1)]


def verify(
    columns: Columns, rows: Numbers, later: Numbers, earlier: Numbers, limits: Thresholds
) -> Iterator[tuple[int, int, Verdict]]:
    """Count the evidence on candidates; yield copies and near misses, with the verdict.

    Args:
        columns: The documents.
        rows: The row of each number.
        later: The later number of each pair.
        earlier: The earlier one.
        limits: When two texts tell the same story.
    """
    least = min(
        limits.containment, limits.containment_other_source, limits.containment_same_source, limits.reworded
    )
    for first in range(0, len(later), _PAIRS):
        mine, other = later[first : first + _PAIRS], earlier[first : first + _PAIRS]
        likely = columns.estimated_containment(rows[mine], rows[other]) >= least - _SLACK
        mine, other = mine[likely], other[likely]
        left, right = rows[mine], rows[other]
        shared, late = columns.shared(left, right)
        enough = np.flatnonzero(shared >= least * np.minimum(columns.sizes(left), columns.sizes(right)))
        for at in enough.tolist():
            evidence = columns.evidence(
                int(left[at]), int(right[at]), int(shared[at]), int(late[at]), enough=limits.containment
            )
            verdict = judge(evidence, limits)
            if verdict.duplicate or is_near(evidence, limits):
                yield int(mine[at]), int(other[at]), verdict


def compare_firsts(columns: Columns, one: int, other: int, limits: Thresholds) -> Verdict:
    """Whether two rows are alike enough for the stories that they began to be one, and what they share."""
    left, right = np.array([one], np.intp), np.array([other], np.intp)
    shared, late = columns.shared(left, right)
    evidence = columns.evidence(one, other, int(shared[0]), int(late[0]))
    return judge(evidence, limits, least=limits.merge)
