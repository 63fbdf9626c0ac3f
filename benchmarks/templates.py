"""Notices from one template: thirty stories in the same words, told apart by whom, where and when they name.

Each kind that Syrian outlets write from a template (killings, arrests, releases, funerals, lists of
prisoners, air strikes, statements, rates, weather, prayers, line-ups, court lists, prices, tolls, power cuts)
has frames in Arabic, some in English. A seed draws the sentences of a frame, and the names, places and
figures that fill it. Rules were set on seeds 1 to 9; figures are quoted from seeds 1001 on.

Run ``python -m benchmarks.templates --seed 3`` to look at one of each, ``--measure`` for the stories found.
"""

import argparse
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks import template_frames as frames
from benchmarks.template_frames import KINDS, Kind
from dedup.batch.cluster import cluster_documents

START = datetime(2024, 3, 2, 6, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice, a story of its own."""

    id: str
    text: str
    published: datetime
    site: str


def frame_of(kind: Kind, dice: random.Random) -> str:
    """A frame: a lead, and at least two of the other sentences, in an order of its own."""
    rest = dice.sample(kind.rest, dice.randint(min(2, len(kind.rest)), len(kind.rest)))
    return ".\n".join([dice.choice(kind.lead), *rest]) + "."


def fill(kind: Kind, frame: str, at: datetime, number: int, dice: random.Random) -> str:
    """Fill the slots of a frame for a day."""
    english = kind.english
    names = [_name(dice, english=english) for _ in range(4)]
    places = frames.ENGLISH_PLACES if english else frames.PLACES
    weekdays, months = (
        (frames.ENGLISH_WEEKDAYS, frames.ENGLISH_MONTHS) if english else (frames.WEEKDAYS, frames.MONTHS)
    )
    values = {
        "name": names[0],
        "name1": names[0].split()[0],
        "name2": names[1],
        "name3": names[2],
        "name4": names[3],
        "place": places[number % len(places)],
        "team": (frames.ENGLISH_TEAMS if english else frames.TEAMS)[number % 14],
        "year": dice.randint(1960, 2008),
        "weekday": weekdays[at.weekday()],
        "day": at.day,
        "month": months[at.month - 1],
        "number": dice.randint(3, 90),
        "rate": 14000 + 50 * number + dice.randint(1, 40),
        "small": dice.randint(8, 44),
        "minute": f"{dice.randint(10, 59)}",
        "minute2": f"{dice.randint(10, 59)}",
        "minute3": f"{dice.randint(10, 59)}",
        "n1": 40 + 7 * number + dice.randint(0, 5),
        "n2": 90 + 13 * number + dice.randint(0, 9),
        "h1": dice.randint(3, 9),
    }
    return frame.format(**values)


def _name(dice: random.Random, *, english: bool) -> str:
    if english:
        return f"{dice.choice(frames.ENGLISH_FIRST_NAMES)} {dice.choice(frames.ENGLISH_FAMILY_NAMES)}"
    return " ".join([*dice.sample(frames.FIRST_NAMES, dice.randint(1, 2)), dice.choice(frames.FAMILY_NAMES)])


def notices(kind: Kind, seed: int, *, count: int = 30, sites: int = 1) -> list[Notice]:
    """Notices of one frame, each a story of its own: a day apart where they are daily, else some hours.

    Args:
        kind: What they are about.
        seed: The same seed gives the same notices.
        count: How many; line-ups are at most as many as there are teams.
        sites: From how many sites they come.
    """
    dice = random.Random(f"{kind.name} {kind.english} {seed}")
    frame = frame_of(kind, dice)
    count = min(count, 14) if "{team}" in frame else count
    made: list[Notice] = []
    at = START
    for number in range(count):
        text = fill(kind, frame, at, number, dice)
        made.append(Notice(f"{number:032x}", text, at, f"site-{dice.randrange(sites)}"))
        at += timedelta(days=1) if kind.daily else timedelta(hours=dice.uniform(0.5, 60))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default 1)")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds to measure (default 1)")
    parser.add_argument("--measure", action="store_true", help="put them into stories")
    arguments = parser.parse_args()
    for kind in KINDS:
        title = f"{kind.name} ({'English' if kind.english else 'Arabic'})"
        if not arguments.measure:
            print(f"{title}\n{notices(kind, arguments.seed, count=1)[0].text}\n")
            continue
        for sites in (1, 6):
            counts = []
            for seed in range(arguments.seed, arguments.seed + arguments.seeds):
                made = notices(kind, seed, sites=sites)
                rows = [(one.id, one.text, one.published, one.site) for one in made]
                counts.append(f"{len(set(cluster_documents(rows).stories.values()))}/{len(made)}")
            print(f"{title}, {sites} site(s): stories {' '.join(counts)}")


if __name__ == "__main__":
    main()
