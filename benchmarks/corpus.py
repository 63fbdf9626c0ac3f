"""A corpus of made-up Arabic news with planted truth: who copied whom, and what only looks like a copy.

Articles come in order of arrival and know their true story. Copies are edited as papers edit wire stories.
Hard negatives are what a crawler meets: daily reports from one template, follow-ups that quote the day
before, background paragraphs under many stories, short notices with one formula. So are round-ups of the news
(«موجز الأخبار»), which come before the stories that they hold, between them, or after them.

Run ``python -m benchmarks.corpus --size 20 --seed 3`` to look at some.
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from benchmarks import vocabulary as words

START = datetime(2024, 1, 1, tzinfo=UTC)
SITES = [f"site-{number:02}" for number in range(24)]
ARTICLES_A_DAY = 400
PART = 50_000
"""Articles of a long corpus that are in memory at once: 125 days."""
DESKS = 6
"""Places from which each kind of daily report comes."""


@dataclass(frozen=True, slots=True)
class Planted:
    """An article and the truth about it.

    Attributes:
        id: 32 hex digits.
        text: Body text.
        published: When it was published.
        arrived: When a crawler sees it; a few come hours late.
        site: Who published it.
        story: Articles with the same number are copies of one story.
        kind: original, the name of an edit, or the name of a hard negative.
        near: For a hard negative, the story that it must not be merged with.
        holds: For a round-up, the stories that it holds.
    """

    id: str
    text: str
    published: datetime
    arrived: datetime
    site: str
    story: int
    kind: str
    near: int | None = None
    holds: tuple[int, ...] = ()


class Writer:
    """Writes articles from the vocabulary; the same seed gives the same articles."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def fill(self, frame: str, **given: object) -> str:
        """Fill a frame's slots at random, but for those given."""
        pick = self.random.choice
        slots: dict[str, object] = {
            "place": pick(words.PLACES), "place2": pick(words.PLACES), "region": pick(words.REGIONS),
            "body": pick(words.BODIES), "body2": pick(words.BODIES), "first": pick(words.PEOPLE_FIRST),
            "last": pick(words.PEOPLE_LAST), "role": pick(words.ROLES), "verb": pick(words.VERBS),
            "action": pick(words.ACTIONS), "object": pick(words.OBJECTS), "object2": pick(words.OBJECTS),
            "means": pick(words.MEANS), "adjective": pick(words.ADJECTIVES), "noun": pick(words.NOUNS),
            "time": pick(words.TIMES), "unit": pick(words.UNITS), "connector": pick(words.CONNECTORS),
            "number": self.random.randint(12, 4000), "small": self.random.randint(2, 60),
        }  # fmt: skip
        return frame.format(**{**slots, **given}).replace("_", " ")

    def sentences(self, count: int) -> list[str]:
        """So many sentences about nothing in particular."""
        return [self.fill(self.random.choice(words.SENTENCES)) for _ in range(count)]

    def original(self) -> list[str]:
        """The sentences of a new article of 80 to 350 words; some open with a toll or end in background."""
        body = self.sentences(self.random.randint(5, 18))
        if self.random.random() < 0.35:
            toll = {"dead": self.random.randint(2, 40), "hurt": self.random.randint(3, 90)}
            body.insert(0, self.fill(self.random.choice(words.INCIDENTS), **toll))
        if len(body) > 7 and self.random.random() < 0.3:
            body.append(self.fill(self.random.choice(words.BACKGROUNDS)))
        return body

    def report(self, name: str, at: datetime, place: str) -> str:
        """The report of one day from a daily template."""
        frame, numbers, around = words.TEMPLATES[name]
        values = {f"n{i}": self.random.randint(around // 2 + 1, around * 2) for i in range(numbers)}
        weekday, month = words.WEEKDAYS[(at.weekday() + 2) % 7], words.MONTHS[at.month - 1]
        return self.fill(frame, weekday=weekday, day=at.day, month=month, place=place, **values)

    # Edits -----------------------------------------------------------------------------------------

    def verbatim(self, body: list[str]) -> list[str]:
        """The wire's text as it came."""
        return list(body)

    def source_line(self, body: list[str]) -> list[str]:
        """A line that names the source, before or after."""
        line = self.fill(self.random.choice(words.SOURCE_LINES))
        return [line, *body] if self.random.random() < 0.5 else [*body, line]

    def cut_end(self, body: list[str]) -> list[str]:
        """Cut from the end, as papers do for space."""
        return body[: max(3, round(len(body) * self.random.uniform(0.4, 0.85)))]

    def added_lead(self, body: list[str]) -> list[str]:
        """The paper's own opening."""
        return [*self.sentences(self.random.randint(1, max(1, len(body) // 4))), *body]

    def added_end(self, body: list[str]) -> list[str]:
        """The paper's own sentences and background below."""
        extra = self.sentences(self.random.randint(1, max(1, len(body) // 3)))
        return [*body, *extra, self.fill(self.random.choice(words.BACKGROUNDS))]

    def changed_toll(self, body: list[str]) -> list[str]:
        """Other counts of the dead and wounded."""
        changed = " | ".join(body[:2]).split()
        numbers = [i for i, word in enumerate(changed) if word.isdigit()][:2]
        for i in numbers:
            changed[i] = str(int(changed[i]) + self.random.randint(1, 5))
        return [*" ".join(changed).split(" | "), *body[2:]]

    def spelling(self, body: list[str]) -> list[str]:
        """Other seats of hamza, ya, ta marbuta, tatweel and digits."""
        table = str.maketrans("أإةى0123456789", "ااهي٠١٢٣٤٥٦٧٨٩")
        return [line.translate(table).replace("الت", "التـ") for line in body]

    def reworded(self, body: list[str]) -> list[str]:
        """Some words swapped for others, a few left out."""

        def swap(word: str) -> str:
            replacement = words.SWAPS.get(word)
            if replacement:
                return replacement.replace("_", " ")
            return "" if self.random.random() < 0.015 else word

        return [" ".join(filter(None, map(swap, line.split()))) for line in body]

    def mixed(self, body: list[str]) -> list[str]:
        """Three of the above."""
        edits = self.random.sample([self.source_line, self.cut_end, self.added_lead, self.changed_toll,
                                    self.spelling, self.reworded], 3)  # fmt: skip
        for edit in edits:
            body = edit(body)
        return body


EDITS = ["verbatim", "source_line", "cut_end", "added_lead", "added_end", "changed_toll", "spelling"]
EDITS += ["reworded", "mixed"]


def generate(size: int, seed: int, start: datetime = START) -> list[Planted]:
    """Make a corpus.

    About a third are copies, a fifth hard negatives; 400 articles a day, so that `size` sets how long the
    daily reports go on.

    Args:
        size: Articles, about (the last story is finished).
        seed: The same seed and size give the same corpus.
        start: When the first of them are published.

    Returns:
        The articles in order of arrival.
    """
    writer = Writer(seed)
    planted = list(_plant(writer, size, start))
    planted += _round_ups(planted, random.Random(f"round-ups {seed}"))
    planted.sort(key=lambda one: (one.arrived, one.id))
    return planted


def stream(size: int, seed: int) -> Iterator[Planted]:
    """Make a corpus of any size in bounded memory: one part after the other, each after the days of the last.

    Args:
        size: Articles, about.
        seed: The same seed gives the same corpus, and a longer one begins with a shorter one.
    """
    for part in range(-(-size // PART)):
        start = START + timedelta(days=part * PART / ARTICLES_A_DAY)
        planted = generate(min(PART, size - part * PART), seed + 1_000_003 * part, start)
        for one in planted:
            id_ = blake2b(f"{part} {one.id}".encode(), digest_size=16).hexdigest()
            yield replace(one, id=id_, story=part * 10 * PART + one.story)


def _plant(writer: Writer, size: int, start: datetime) -> Iterator[Planted]:
    pick, chance = writer.random.choice, writer.random.random
    story = made = 0
    span = timedelta(days=max(2.0, size / ARTICLES_A_DAY))

    def plant(body: list[str] | str, at: datetime, site: str, kind: str, near: int | None = None) -> Planted:
        nonlocal made
        text = body if isinstance(body, str) else ".\n\n".join(body) + "."
        made += 1
        hours = writer.random.uniform(2, 30) if chance() < 0.04 else chance() / 3
        id_ = blake2b(f"{made}".encode(), digest_size=16).hexdigest()
        return Planted(id_, text, at, at + timedelta(hours=hours), site, story, kind, near)

    desks = [(name, place) for name in words.TEMPLATES for place in words.PLACES[:DESKS]]
    for desk, (name, place) in enumerate(desks):
        for day in range(span.days):  # every report is a story of its own, carried by one or two sites
            story += 1
            at = start + timedelta(days=day, hours=5 + desk % 7, minutes=50 * chance())
            site = SITES[desk % len(SITES)]
            text = writer.report(name, at, place)
            yield plant(text, at, site, f"template {name}", near=story - 1 if day else None)
            if chance() < 0.4:
                yield plant(text, at + timedelta(hours=chance()), pick(SITES[6:]), "verbatim")
    while made < size:
        story += 1
        at = start + span * chance()
        if chance() < 0.06:
            yield plant(writer.fill(pick(words.SHORTS)), at, pick(SITES), "short")
            continue
        body, site = writer.original(), pick(SITES)
        yield plant(body, at, site, "original")
        copies = min(12, int(writer.random.paretovariate(1.3)) - 1) if chance() < 0.75 else 0
        for _ in range(copies):
            edit = pick(EDITS)
            when = at + timedelta(hours=writer.random.expovariate(1 / 6))
            edited = getattr(writer, edit)(body)
            yield plant(edited, when, pick([one for one in SITES if one != site]), edit)
        original = story
        if chance() < 0.12:  # reports of the next day quote a part of the first, some of them the same part
            share = round(len(body) * writer.random.uniform(0.25, 0.5))
            quoted = (
                body[:share] if chance() < 0.7 else sorted(writer.random.sample(body, share), key=body.index)
            )
            for by in (site, pick(SITES)) if chance() < 0.4 else (site,):
                story += 1
                fresh = writer.sentences(max(len(body) - share, share + 1))
                later = at + timedelta(hours=writer.random.uniform(14, 40))
                yield plant([*fresh, *quoted], later, by, "follow-up", original)
        if (
            chance() < 0.05
        ):  # another desk writes about the same in its own words, with one quotation in common
            story += 1
            own = [*writer.sentences(len(body)), pick(body)]
            yield plant(own, at + timedelta(hours=3 * chance()), pick(SITES), "independent", original)


def _round_ups(planted: Sequence[Planted], dice: random.Random) -> Iterator[Planted]:
    """For every hundred articles one that holds two to four stories of about one day, word for word or cut.

    A third comes before the first of them, a third after all, the others in between. They have dice of their
    own: the other articles of a seed are what they are without them.
    """
    originals = sorted((one for one in planted if one.kind == "original"), key=lambda one: one.published)
    story = max(one.story for one in planted)
    for number in range(1, len(planted) // 100 + 1):
        count = dice.randint(2, 4)
        first = dice.randrange(max(1, len(originals) - 2 * count))
        held = sorted(dice.sample(originals[first : first + 2 * count], count), key=lambda one: one.published)
        order = ("first", "middle", "last")[number % 3]
        at = {
            "first": held[0].published - timedelta(minutes=dice.randint(5, 90)),
            "middle": held[0].published + (held[-1].published - held[0].published) * dice.uniform(0.2, 0.8),
            "last": held[-1].published + timedelta(hours=dice.uniform(1, 10)),
        }[order]
        bodies = [one.text.split("\n\n") for one in dice.sample(held, count)]
        parts = [body if dice.random() < 0.5 else body[: max(4, len(body) * 3 // 4)] for body in bodies]
        yield Planted(
            id=blake2b(f"round-up {number}".encode(), digest_size=16).hexdigest(),
            text="\n\n".join([dice.choice(words.ROUND_UPS), *(line for part in parts for line in part)]),
            published=at,
            arrived=at + timedelta(minutes=dice.uniform(0, 20)),
            site=dice.choice(SITES),
            story=story + number,
            kind=f"round-up {order}",
            holds=tuple(one.story for one in held),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--size", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for one in generate(arguments.size, arguments.seed):
        print(f"{one.arrived:%m-%d %H:%M} {one.site} story {one.story} {one.kind}\n{one.text}\n")


if __name__ == "__main__":
    main()
