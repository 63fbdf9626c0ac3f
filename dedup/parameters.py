"""How texts are compared: what two indexes must have in common to be comparable."""

from dataclasses import asdict, dataclass, field, fields

from dedup.text.shingles import NORMALISATION_VERSION, SHINGLE_WORDS

RECORD_VERSION = 7
"""Raised whenever the layout of the index in Redis changes."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When two texts are copies, and when their stories are one.

    Similarities are *containment*, the share of the shorter text's shingles that the other has too, since
    wire copies are cut and padded: the customary bound, a Jaccard similarity of .8, misses most real ones.
    The values were set on generated corpora (`benchmarks/corpus.py`, seeds 1 to 3) with 32 labelled pairs of
    real Syrian news in view, those of `reworded` on these pairs; `benchmarks/dedup.py` prints how they do on
    other seeds.
    """

    containment: float = 0.65
    """At least so much is shared by a copy where the sources are unknown."""
    containment_other_source: float = 0.52
    """The same, where two different sources published the texts."""
    containment_same_source: float = 0.75
    """The same, within one source: there, shared text is mostly an update or a template."""
    reworded: float = 0.50
    """Less will do where words were swapped throughout, if so much is shared all the same..."""
    reworded_pairs: float = 0.74
    """...and so much of the pairs of words. Where pairs can be counted: not in an index."""
    edition: float = 0.15
    """From so much on another outlet's text may be an edition, with one word in five changed throughout..."""
    edition_pairs: float = 0.50
    """...if so much of the pairs of words is shared..."""
    edition_words: float = 0.70
    """...and so many of the words of the shorter text stand in the other in the same order..."""
    edition_size: int = 64
    """...where both have so many shingles: of a notice most words are its template's."""
    jaccard_short: float = 0.80
    """A text of fewer than `short` shingles must be alike as a whole: formulas make up much of it."""
    short: int = 32
    near: float = 0.50
    """From this Jaccard similarity on, two copies are called *near* rather than one containing the other."""
    figures_kept: float = 0.70
    """Of the numbers that follow the same two words in both texts, so many must be the same, unless few
    changed: otherwise one template was filled in twice."""
    figures_changed: int = 2
    """So many numbers may change in a copy: the dead, the wounded..."""
    figures_length: int = 200
    """...and one for every so many shingles of a long text: a report from a template has more than twice as
    many numbers."""
    hours_apart: float = 20.0
    """Texts published at least so far apart may only change the numbers of a long text below `figures_kept`:
    otherwise they are two days' reports from the same template."""
    opening: float = 0.12
    """Of what two copies share, at least so much stands in the first half of either: a follow-up opens with
    news and quotes what was known further down..."""
    whole: float = 0.75
    """...unless one text has so much of the other, which then is part of it wherever it stands, as in a
    round-up..."""
    whole_estimated: float = 0.90
    """...or so much by an estimate: a follow-up that quotes half of a report may look like .8 of it."""
    chained: float = 0.80
    """A member that resembles only another member, not the story's root, must do so this much..."""
    chained_jaccard: float = 0.60
    """...and, where that member is an excerpt of the first article or one of the two is a part of the other,
    must be alike as a whole: an excerpt may be one report of a round-up, and its copies belong to it; a
    follow-up only quotes a cut copy, at length."""
    merge: float = 0.55
    """Two stories are merged only if their roots share so much."""
    unlike: float = 0.25
    """Two parts of one article that share less than this are two stories, and the article is a round-up..."""
    undivided: float = 0.80
    """...but from this Jaccard similarity on a copy is no part: what it lacks is too little for a story."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """How texts become signatures and band keys, and what counts as a copy.

    `permutations`, `seed` and `scheme` are those of datasketch's ``MinHash``, `bands` and `rows` the ``b``
    and ``r`` of its ``MinHashLSH``. Sixteen bands of one row find a pair of Jaccard similarity .33 with a
    chance of .998, of .2 with .97, of .1 with .81 (1 - (1 - J^r)^b, Leskovec, Rajaraman & Ullman, ch. 3).
    Of bands of two rows it would take 200 to find as many at .1. What one shingle leads to beside copies,
    a formula, is soon a band that other stories had (see `lua/begin.lua`).

    Raises:
        ValueError: More rows than permutations, or a value out of range.
    """

    permutations: int = 64
    seed: int = 1
    scheme: str = "affine32"
    bands: int = 16
    rows: int = 1
    shingle_words: int = SHINGLE_WORDS
    normalisation: int = NORMALISATION_VERSION
    record: int = RECORD_VERSION
    thresholds: Thresholds = field(default_factory=Thresholds)

    def __post_init__(self) -> None:
        if self.scheme != "affine32":
            raise ValueError(f"scheme {self.scheme!r} is not supported; use 'affine32'")
        if self.permutations != 64:
            raise ValueError(f"permutations is {self.permutations}; records of the index hold exactly 64")
        if self.bands < 2 or self.rows < 1 or self.bands * self.rows > self.permutations:
            raise ValueError(
                f"bands × rows is {self.bands} × {self.rows}; needs at least 2 bands and at most "
                f"{self.permutations} values in all"
            )
        if self.shingle_words < 1:
            raise ValueError(f"shingle_words is {self.shingle_words}, must be at least 1")

    def as_dict(self) -> dict[str, object]:
        """One flat level of names and plain values, to be stored beside the index."""
        flat = {
            parameter.name: getattr(self, parameter.name)
            for parameter in fields(self)
            if parameter.name != "thresholds"
        }
        return flat | {f"thresholds.{name}": value for name, value in asdict(self.thresholds).items()}
