"""How many planted passages `dedup.find_passages` finds among made-up articles, and what it takes.

Run ``python -m benchmarks.passages [--size 200000] [--seed 5]``. Articles are sentences of
`benchmarks.corpus` with made-up names in between, since its few frames would share passages by themselves.
Every third carries a passage of 20 to 60 words that others carry, too: a background paragraph in 8 to 40
articles, a quotation in marks, or a reused paragraph in which each has a word changed, in 2 to 4. Pairs of
places in two articles are counted. The archive pass over the same articles is the measure of time.
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import comb
from pathlib import Path

import psutil

from benchmarks.archive_pass import Usage
from benchmarks.corpus import Writer
from dedup import Passage, find_passages
from dedup.batch.cluster import cluster_documents
from dedup.passages.passage import is_attributed

SITES = 40
SYLLABLES = [first + second for first in "بتجحدرسشصطعفقكلمنه" for second in "ايو"]
EVERY = 6
"""A name stands after so many words."""
CARRIED = 3
"""Every so-many-th article carries a passage."""
OVERLAP = 0.8
"""A place counts as found where it overlaps the planted one by so much of both together."""
FRAMES = {"background": "{}.", "quotation": "وقال المتحدث: «{}».", "reused": "{}."}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage was planted."""

    passage: int
    begin: int
    end: int


class Archive:
    """Made-up articles, written anew at each pass over them, and what was planted in them."""

    def __init__(self, size: int, seed: int) -> None:
        self.size, self.seed = size, seed
        dice = random.Random(seed)
        vocabulary = sorted({word for text in Writer(seed).sentences(2_000) for word in text.split()})
        self.kinds: list[str] = []
        self.passages: list[list[str]] = []
        self.carriers: dict[int, int] = {}
        numbers = [number for number in range(size) if number % CARRIED == 0]
        dice.shuffle(numbers)
        while len(numbers) > 1:
            kind = dice.choice(list(FRAMES))
            count = dice.randint(8, 40) if kind == "background" else dice.randint(2, 4)
            for number in numbers[:count]:
                self.carriers[number] = len(self.passages)
            numbers = numbers[count:]
            self.kinds.append(kind)
            self.passages.append(_wording(dice, vocabulary))
        self.planted: dict[str, Place] = {}

    def __iter__(self) -> Iterator[tuple[str, str, None, str]]:
        writer, dice = Writer(self.seed), random.Random(self.seed)
        for number in range(self.size):
            body = [_with_names(sentence, dice) for sentence in writer.sentences(dice.randint(8, 20))]
            passage = self.carriers.get(number)
            if passage is not None:
                words = list(self.passages[passage])
                if self.kinds[passage] == "reused":
                    words[dice.randrange(len(words))] = f"كلمة{number}"
                framed = FRAMES[self.kinds[passage]].format(" ".join(words))
                at = dice.randrange(len(body) + 1)
                begin = len(" ".join([*body[:at], ""])) + framed.index(words[0])
                self.planted[str(number)] = Place(passage, begin, begin + len(" ".join(words)))
                body.insert(at, framed)
            yield str(number), " ".join(body), None, f"site-{number % SITES}"


def _wording(dice: random.Random, vocabulary: list[str]) -> list[str]:
    """A passage of words at random that happens not to say who said it."""
    while True:
        words = dice.choices(vocabulary, k=dice.randint(20, 60))
        if not any(is_attributed(word, 0, 2 * len(word)) for word in words):
            return words


def _with_names(sentence: str, dice: random.Random) -> str:
    words = sentence.split()
    for at in range(len(words) - 1, 0, -EVERY):
        words.insert(at, "".join(dice.choices(SYLLABLES, k=4)))
    return f"{' '.join(words)}."


def pairs_of(archive: Archive, passages: Sequence[Passage]) -> tuple[int, int, int]:
    """Pairs of places: those that are right, those that were given, those that were planted."""
    right = given = 0
    for passage in passages:
        met = Counter(
            planted.passage
            for at in passage.occurrences
            if (planted := archive.planted.get(at.id)) and _is_place(planted, at.begin, at.end)
        )
        right += sum(comb(count, 2) for count in met.values())
        given += comb(len(passage.occurrences), 2)
    carried = Counter(archive.carriers.values())
    return right, given, sum(comb(count, 2) for count in carried.values())


def _is_place(planted: Place, begin: int, end: int) -> bool:
    shared = min(planted.end, end) - max(planted.begin, begin)
    return shared >= OVERLAP * (max(planted.end, end) - min(planted.begin, begin))


def kinds_right(archive: Archive, passages: Sequence[Passage]) -> float:
    """The share of passages whose kind is that of the planted one."""
    kinds = [
        (str(passage.kind), archive.kinds[place.passage])
        for passage in passages
        if (place := archive.planted.get(passage.occurrences[0].id))
    ]
    return sum(given == planted for given, planted in kinds) / max(1, len(kinds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=5)
    asked = parser.parse_args()
    archive = Archive(asked.size, asked.seed)
    before = Usage()
    before.look(psutil.Process(), Path(tempfile.gettempdir()) / "none")
    moments = [time.process_time()]
    for _ in archive:
        pass
    moments.append(time.process_time())
    usage = Usage()
    with tempfile.TemporaryDirectory(prefix="kh") as folder:
        with usage.watched(psutil.Process(), Path(folder)):
            passages = find_passages(archive, folder=Path(folder))
        moments.append(time.process_time())
    with tempfile.TemporaryDirectory(prefix="kh") as folder:
        cluster_documents(archive, folder=Path(folder))
    moments.append(time.process_time())
    writing, finding, clustering = (after - before for before, after in pairwise(moments))
    right, given, planted = pairs_of(archive, passages)
    precision, recall = right / max(1, given), right / planted
    finding, clustering = finding - writing, clustering - writing
    print(f"{asked.size:,} articles, seed {asked.seed}: {len(archive.passages):,} passages planted")
    print(f"{len(passages):,} passages; pairs of places: precision {precision:.4f}, recall {recall:.4f}")
    print(f"kind right: {kinds_right(archive, passages):.4f}")
    print(
        f"processor time: {finding:.1f} s, archive pass {clustering:.1f} s: {finding / clustering:.2f} of it"
    )
    print(
        f"memory: {usage.memory >> 20} MB, of that {usage.anonymous >> 20} without pages of files and "
        f"{before.memory >> 20} before it began; disk {usage.disk >> 20} MB"
    )


if __name__ == "__main__":
    main()
