"""How many editions of a text are found: copies in which a desk changed one word in ten, or in five.

Run ``python -m benchmarks.editions [--seed 7] [--size 200]``. Words are exchanged, left out or added
at random, names and figures too, which is harder than what a desk does. Each original has one edition, in
another outlet; the index gets both in order of publication, with texts at hand. A Valkey server is started
as for `benchmarks.dedup`. The rule was set on seeds 1 to 3.
"""

import argparse
import random
import re
from collections import Counter
from datetime import timedelta

import dedup
from benchmarks import vocabulary
from benchmarks.corpus import SITES, START, Writer
from benchmarks.dedup import server
from benchmarks.scores import final_stories
from dedup.batch.cluster import cluster_documents

RATES = (0.10, 0.13, 0.16, 0.20)


def vocabulary_words() -> list[str]:
    """Words of the made-up news, without particles."""
    plain = (re.sub(r"\{.*?\}", "", frame.replace("_", " ")) for frame in vocabulary.SENTENCES)
    return sorted({word for frame in plain for word in frame.split() if len(word) > 3})


def edition(words: list[str], rate: float, dice: random.Random, pool: list[str]) -> list[str]:
    """A text with so many of its words changed: seven in ten exchanged, the rest left out or added to."""
    edited: list[str] = []
    for word in words:
        chance = dice.random()
        if chance >= rate:
            edited.append(word)
        elif chance < 0.7 * rate:
            edited.append(dice.choice(pool))
        elif chance < 0.85 * rate:
            edited += [word, dice.choice(pool)]
    return edited


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--size", type=int, default=200, help="originals for each rate (default 200)")
    arguments = parser.parse_args()
    writer, dice, pool = Writer(arguments.seed), random.Random(arguments.seed), vocabulary_words()
    with server() as client:
        index = dedup.Index(client, basename="bench:editions")
        for rate in RATES:
            rows = []
            for number in range(arguments.size):
                body = " ".join(writer.original()).split()
                at, sites = START + timedelta(hours=number), dice.sample(SITES, 2)
                rows.append((f"{number}-0", " ".join(body), at, sites[0]))
                edited = " ".join(edition(body, rate, dice, pool))
                rows.append((f"{number}-1", edited, at + timedelta(minutes=30), sites[1]))
            texts = {id_: text for id_, text, _, _ in rows}
            compared = sum(
                dedup.compare(texts[f"{n}-1"], texts[f"{n}-0"], same_source=False).duplicate
                for n in range(arguments.size)
            )
            archive = cluster_documents(rows).stories
            index.clear()
            decisions = index.check_and_insert(rows, texts=lambda ids: {id_: texts[id_] for id_ in ids})  # noqa: B023
            streamed = final_stories(decisions)
            print(f"{rate:.0%} of the words: compare finds {compared / arguments.size:.3f}", end="")
            for name, stories in (("archive pass", archive), ("index", streamed)):
                pairs = sum(stories[f"{n}-0"] == stories[f"{n}-1"] for n in range(arguments.size))
                together = sum(count * (count - 1) // 2 for count in Counter(stories.values()).values())
                print(f"; {name} {pairs / arguments.size:.3f}, wrong {together - pairs}", end="")
            print(f"; candidates an article {index.stats().candidates / len(rows):.2f}", flush=True)
        index.clear()


if __name__ == "__main__":
    main()
