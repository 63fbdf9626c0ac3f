"""From texts to the passages that pairs of them share: fingerprints, links, spans, passages.

Winnowing (Schleimer, Wilkerson & Aiken, SIGMOD 2003): of every `WINDOW` runs of `RUN` words in a row the one
with the smallest hash is kept. Two texts that share `LEAST_WORDS` words in a row share a kept run; from there
both are compared word by word.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedup.text.letters import MULTIPLIER, mix

Places: TypeAlias = NDArray[np.int64]

RUN = 8
"""Words of a run. Shorter ones are mostly formulas, such as «وقال في تصريح صحفي اليوم»."""
WINDOW = 9
LEAST_WORDS = RUN + WINDOW - 1
"""Words in a row of a shared passage that is sure to be found: 16."""

FINGERPRINT = np.dtype([("hash", np.uint32), ("document", np.int32), ("place", np.int64)])
"""A run that was kept: its hash, its document, the place of its first word among those of all documents."""
LINK = np.dtype([("later", np.int32), ("earlier", np.int32), ("mine", np.int64), ("other", np.int64)])
"""A run that two documents share: their numbers, and its place in either."""
SPAN = np.dtype(
    [
        ("later", np.int32),
        ("earlier", np.int32),
        ("mine", np.int64),
        ("mine_end", np.int64),
        ("other", np.int64),
        ("other_end", np.int64),
        ("words", np.int32),
    ]
)
"""A passage that two documents share: where it begins and ends in either, and how many words are the same."""

_JUMPS = ((1, 1), (1, 0), (0, 1), (2, 2), (2, 1), (1, 2))
"""Words of either text that an edit may have changed within a passage; the likely ones first."""
_AFTER_A_JUMP = 4
"""So many words have to be the same behind an edit."""
_MOST_EDITS = 6
_CLOSE = 4
"""Words of either text between two shared runs that are one passage."""
_MOST_REPEATS = 4
"""Places of one run in one document that are looked at, the first ones."""
_SAME = 0.6
"""Two spans of one document that overlap by so much of the longer one are the same passage."""


class Fingerprints(NamedTuple):
    """The runs that were kept of a batch of texts: the hash of each, and the place of its first word."""

    hashes: NDArray[np.uint32]
    places: NDArray[np.intp]


def fingerprints(hashes: NDArray[np.uint64], bounds: NDArray[np.intp]) -> Fingerprints:
    """Keep the smallest run of every window.

    Args:
        hashes: The hash of every word of some texts, one text after the other.
        bounds: Where each text's words begin, with the end of the last as one more.
    """
    last = len(hashes) - LEAST_WORDS + 1
    if last <= 0:
        return Fingerprints(np.empty(0, np.uint32), np.empty(0, np.intp))
    runs = _runs(hashes)
    windows = np.lib.stride_tricks.sliding_window_view(runs, WINDOW)
    # A window has to lie within one text: the first word of its first run and the last of its last.
    owners = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    begins = np.flatnonzero(owners[:last] == owners[LEAST_WORDS - 1 :])
    # Of equal ones the last is kept, so that neighbouring windows keep the same.
    chosen = begins + WINDOW - 1 - windows[begins, ::-1].argmin(axis=1)
    places = np.unique(chosen)
    return Fingerprints(runs[places], places)


def _runs(hashes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """A hash of every `RUN` words in a row."""
    count = len(hashes) - RUN + 1
    combined = np.zeros(count, np.uint64)
    for at in range(RUN):
        combined += hashes[at : at + count] * np.uint64(pow(MULTIPLIER, 2 * at + 1, 1 << 64))
    return (mix(combined) >> np.uint64(32)).astype(np.uint32)


def links_of(rows: NDArray[np.void], stories: NDArray[np.int32]) -> NDArray[np.void]:
    """Shared runs: each document that has one with the one before it, and with the first that has it.

    So what many have gives two links for each and not one for each pair. What a document says over and over
    counts `_MOST_REPEATS` times there: from each repeat both would be compared to their ends.

    Args:
        rows: Fingerprints; all of a hash are among them.
        stories: The number of each document's story; copies are not linked.
    """
    rows = rows[np.lexsort((rows["place"], rows["hash"]))]
    if not len(rows):
        return np.empty(0, LINK)
    places = np.arange(len(rows))
    begins = np.maximum.accumulate(np.where(_differs(rows["hash"], rows["document"]), places, 0))
    rows = rows[places - begins < _MOST_REPEATS]
    places = np.arange(len(rows))
    opens = _differs(rows["hash"])
    first = np.maximum.accumulate(np.where(opens, places, 0))
    pairs = [(places[1:][~opens[1:]], places[:-1][~opens[1:]])]
    far = places - first > 1
    pairs.append((places[far], first[far]))
    later, earlier = (np.concatenate(side) for side in zip(*pairs, strict=True))
    apart = stories[rows["document"][later]] != stories[rows["document"][earlier]]
    links = np.empty(int(apart.sum()), LINK)
    for name, side in (("later", later[apart]), ("earlier", earlier[apart])):
        links[name] = rows["document"][side]
    links["mine"], links["other"] = rows["place"][later[apart]], rows["place"][earlier[apart]]
    return links


def spans_of(
    links: NDArray[np.void], words: NDArray[np.uint32], bounds: Places, min_words: int
) -> NDArray[np.void]:
    """The passages that pairs of documents share, each once.

    Args:
        links: Shared runs; all of a pair are among them.
        words: The words of all documents.
        bounds: Where each document's begin, with the end of the last as one more.
        min_words: Words that have to be the same.
    """
    diagonal = links["mine"] - links["other"]
    links = links[np.lexsort((links["mine"], diagonal, links["earlier"], links["later"]))]
    spans = [np.empty(0, SPAN)]
    while len(links):
        # The first of each pair and diagonal is extended; what lies within its passage is left out.
        diagonal = links["mine"] - links["other"]
        opens = np.flatnonzero(_differs(links["later"], links["earlier"], diagonal))
        extended = _extend(links[opens], words, bounds)
        spans.append(extended)
        owners = np.repeat(np.arange(len(opens)), np.diff(opens, append=len(links)))
        within = (links["mine"] >= extended["mine"][owners]) & (links["mine"] < extended["mine_end"][owners])
        within[opens] = True
        links = links[~within]
    return _joined(np.concatenate(spans), min_words)


def _extend(links: NDArray[np.void], words: NDArray[np.uint32], bounds: Places) -> NDArray[np.void]:
    """Extend shared runs to both sides, over small edits, as far as the documents go."""
    spans = np.empty(len(links), SPAN)
    for name in ("later", "earlier"):
        spans[name] = links[name]
    same = np.full(len(links), RUN, np.int64)
    for forward in (True, False):
        mine, other = links["mine"].copy(), links["other"].copy()
        if forward:
            mine, other = mine + RUN, other + RUN
            ends = bounds[links["later"] + 1], bounds[links["earlier"] + 1]
        else:
            ends = bounds[links["later"]], bounds[links["earlier"]]
        same += _walk(mine, other, ends, words, step=1 if forward else -1)
        names = ("mine_end", "other_end") if forward else ("mine", "other")
        spans[names[0]], spans[names[1]] = mine, other
    # Whether a run really is the same and not only its hash.
    true = np.all([words[links["mine"] + at] == words[links["other"] + at] for at in range(RUN)], axis=0)
    spans["words"] = np.where(true, same, 0)
    return spans


def _walk(
    mine: Places, other: Places, ends: tuple[Places, Places], words: NDArray[np.uint32], *, step: int
) -> Places:
    """Move places on as long as words are the same, over edits where enough is the same behind.

    Args:
        mine: Places in the later documents; they are moved.
        other: Those in the earlier ones.
        ends: Where the documents end, in this direction.
        words: The words of all documents.
        step: 1 or -1.

    Returns:
        How many words were the same.
    """
    same = np.zeros(len(mine), np.int64)
    active = np.arange(len(mine))
    for _ in range(_MOST_EDITS + 1):
        going = active
        while len(going):
            going = going[_equal(mine[going], other[going], going, ends, words, step)]
            mine[going] += step
            other[going] += step
            same[going] += 1
        moved = []
        for over_mine, over_other in _JUMPS:
            met = np.full(len(active), True)
            for at in range(_AFTER_A_JUMP):
                tried = np.flatnonzero(met)
                chosen = active[tried]
                met[tried] = _equal(
                    mine[chosen] + step * (over_mine + at),
                    other[chosen] + step * (over_other + at),
                    chosen,
                    ends,
                    words,
                    step,
                )
            jumping = active[met]
            mine[jumping] += step * over_mine
            other[jumping] += step * over_other
            moved.append(jumping)
            active = active[~met]
        active = np.concatenate(moved)
    return same


def _equal(
    mine: Places,
    other: Places,
    rows: NDArray[np.intp],
    ends: tuple[Places, Places],
    words: NDArray[np.uint32],
    step: int,
) -> NDArray[np.bool_]:
    """Whether the words at, or before, some places are the same and within their documents."""
    shift = 0 if step > 0 else -1
    inside = (step * (ends[0][rows] - mine) > 0) & (step * (ends[1][rows] - other) > 0)
    equal = np.zeros(len(rows), np.bool_)
    equal[inside] = words[mine[inside] + shift] == words[other[inside] + shift]
    return equal


def _joined(spans: NDArray[np.void], min_words: int) -> NDArray[np.void]:
    """Spans of a pair that overlap or nearly meet as one; those with too few words are left out."""
    spans = spans[spans["words"] > 0]
    spans = spans[np.lexsort((spans["other"], spans["mine"], spans["earlier"], spans["later"]))]
    if not len(spans):
        return spans
    opens = _differs(spans["later"], spans["earlier"])
    between = np.concatenate([[0], spans["mine"][1:] - spans["mine_end"][:-1]])
    other_between = np.concatenate([[0], spans["other"][1:] - spans["other_end"][:-1]])
    meets = (between <= _CLOSE) & (np.abs(other_between - between) <= _CLOSE) & (other_between <= _CLOSE)
    starts = np.flatnonzero(opens | ~meets)
    joined = spans[starts].copy()
    for name in ("mine", "other"):
        joined[name] = np.minimum.reduceat(spans[name], starts)
        joined[f"{name}_end"] = np.maximum.reduceat(spans[f"{name}_end"], starts)
    lengths = np.minimum(joined["mine_end"] - joined["mine"], joined["other_end"] - joined["other"])
    joined["words"] = np.minimum(np.add.reduceat(spans["words"], starts), lengths)
    return joined[joined["words"] >= min_words]


def _differs(*columns: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Whether a row differs from the one before in one of some columns."""
    rest = np.any([column[1:] != column[:-1] for column in columns], axis=0)
    return np.concatenate([[True], rest])[: len(columns[0])]


class Part(NamedTuple):
    """A passage in a document: its number, and where the passage begins and ends among all words."""

    document: int
    begin: int
    end: int


def group(spans: NDArray[np.void]) -> Iterator[list[Part]]:
    """The passages: of each where it stands, in each document once, at its longest.

    Args:
        spans: What pairs of documents share, as `spans_of` gives it.
    """
    documents = np.concatenate([spans["later"], spans["earlier"]])
    begins = np.concatenate([spans["mine"], spans["other"]])
    ends = np.concatenate([spans["mine_end"], spans["other_end"]])
    parts, owners = _parts(documents, begins, ends)
    roots = list(range(len(parts)))

    def root_of(at: int) -> int:
        while roots[at] != at:
            roots[at] = roots[roots[at]]
            at = roots[at]
        return at

    for mine, other in zip(owners[: len(spans)].tolist(), owners[len(spans) :].tolist(), strict=True):
        left, right = root_of(mine), root_of(other)
        roots[max(left, right)] = min(left, right)
    groups: dict[int, dict[int, Part]] = defaultdict(dict)
    for at, part in enumerate(parts):
        kept = groups[root_of(at)].get(part.document)
        if kept is None or part.end - part.begin > kept.end - kept.begin:
            groups[root_of(at)][part.document] = part
    for members in groups.values():
        if len(members) > 1:
            yield list(members.values())


def _parts(
    documents: NDArray[np.int32], begins: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[list[Part], NDArray[np.intp]]:
    """The distinct passages of documents, and which of them each span is."""
    order = np.lexsort((ends, begins, documents))
    owners = np.empty(len(order), np.intp)
    parts: list[Part] = []
    open_parts: list[int] = []
    rows = zip(documents[order].tolist(), begins[order].tolist(), ends[order].tolist(), strict=True)
    for place, part in zip(order.tolist(), map(Part._make, rows), strict=True):
        open_parts = [
            at for at in open_parts if parts[at].document == part.document and parts[at].end > part.begin
        ]
        same = next((at for at in open_parts if _are_same(parts[at], part)), None)
        if same is None:
            same = len(parts)
            parts.append(part)
            open_parts.append(same)
        owners[place] = same
    return parts, owners


def _are_same(first: Part, second: Part) -> bool:
    shared = min(first.end, second.end) - max(first.begin, second.begin)
    return shared >= _SAME * max(first.end - first.begin, second.end - second.begin)
