"""Stories as they reach the newsrooms: written ones, and those a seeded generator makes from phrases."""

import random
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from crawler.demo.dates import day_and_month, weekday

_PIECE = re.compile(r"\[|\]|\||\{[^{}]*\}|[^\[\]|{}]+")
_NUMBER = re.compile(r"\A(\d{1,9})-(\d{1,9})\Z")
# The one-letter prepositions ب and ل are written joined to their word, and with a tatweel before digits.
_LOOSE_PREFIX = re.compile(r"(?<!\w)([وف]?[بل]) (?=\w)")
_PREFIXED_NUMBER = re.compile(r"(?<!\w)([وف]?[بل])(?=\d)")


@dataclass(frozen=True, slots=True)
class _Choice:
    options: tuple["Text", ...]


@dataclass(frozen=True, slots=True)
class _Phrase:
    name: str


@dataclass(frozen=True, slots=True)
class _Number:
    low: int
    high: int


Text = tuple["str | _Choice | _Phrase | _Number", ...]


def parse(markup: str) -> Text:
    """Read a text with variants.

    Raises:
        ValueError: Brackets don't match; the message quotes the text.
    """
    pieces = _PIECE.findall(markup)
    if "".join(pieces) != markup:
        raise ValueError(f"stray brace in {markup!r}")
    options, rest = _parse_options(pieces)
    if rest or len(options) != 1:
        raise ValueError(f"unbalanced brackets in {markup!r}")
    return options[0]


def _parse_options(pieces: list[str]) -> tuple[tuple[Text, ...], list[str]]:
    options: list[Text] = []
    current: list[str | _Choice | _Phrase | _Number] = []
    while pieces:
        piece = pieces[0]
        if piece == "]":
            break
        pieces = pieces[1:]
        if piece == "[":
            inner, pieces = _parse_options(pieces)
            if not pieces:
                raise ValueError("a bracket is never closed")
            pieces = pieces[1:]
            current.append(_Choice(inner))
        elif piece == "|":
            options.append(tuple(current))
            current = []
        elif piece[0] == "{":
            number = _NUMBER.match(piece[1:-1])
            current.append(_Number(int(number[1]), int(number[2])) if number else _Phrase(piece[1:-1]))
        else:
            current.append(piece)
    return (*options, tuple(current)), pieces


class Grammar:
    """Named phrases, and how texts that use them are written out.

    Args:
        phrases: For each name, the markup of the variants it stands for.
        bound: Names that keep one value within a `Writer`, such as the town a story plays in.
    """

    def __init__(self, phrases: Mapping[str, Iterable[str]], bound: Iterable[str] = ()) -> None:
        self._phrases = {name: tuple(parse(text) for text in texts) for name, texts in phrases.items()}
        self._bound = frozenset(bound)

    def writer(self, rng: random.Random, **values: str) -> "Writer":
        """Begin one story: `values` fixes names beforehand."""
        return Writer(self, rng, values)

    def variants(self, name: str) -> tuple[Text, ...]:
        """The variants of a phrase; KeyError where there is none of that name."""
        return self._phrases[name]

    def is_bound(self, name: str) -> bool:
        """Whether a name keeps its value within one story."""
        return name in self._bound


class Writer:
    """Writes the texts of one story; bound names mean the same in all of them."""

    def __init__(self, grammar: Grammar, rng: random.Random, values: Mapping[str, str]) -> None:
        self._grammar = grammar
        self._rng = rng
        self._values = dict(values)

    def write(self, text: Text) -> str:
        """Write a text out, one of its many variants."""
        out: list[str] = []
        self._expand(text, out)
        written = _LOOSE_PREFIX.sub(r"\1", "".join(out))
        return _PREFIXED_NUMBER.sub("\\1\N{ARABIC TATWEEL}", written)

    def _expand(self, text: Text, out: list[str]) -> None:
        draw = self._rng.random
        for part in text:
            if isinstance(part, str):
                out.append(part)
            elif isinstance(part, _Choice):
                self._expand(part.options[int(draw() * len(part.options))], out)
            elif isinstance(part, _Number):
                out.append(str(part.low + int(draw() * (part.high - part.low + 1))))
            else:
                self._phrase(part.name, out)

    def _phrase(self, name: str, out: list[str]) -> None:
        value = self._values.get(name)
        if value is not None:
            out.append(value)
            return
        variants = self._grammar.variants(name)
        chosen = variants[int(self._rng.random() * len(variants))]
        if not self._grammar.is_bound(name):
            self._expand(chosen, out)
            return
        inner: list[str] = []
        self._expand(chosen, inner)
        self._values[name] = "".join(inner)
        out.append(self._values[name])


# Long enough for shingles to say something, short enough to stay news: 150 to 250 words.
_TOPICAL_SENTENCES: Final = (3, 5)
_GENERAL_SENTENCES: Final = (1, 3)


@dataclass(frozen=True, slots=True)
class Story:
    """One piece of news, before any site prints it.

    `titles` holds the headline first and then what other papers put over the same text; `lead` is the
    paragraph that such a paper adds. `follows` names the story whose paragraphs end this one.
    """

    key: str
    section: str
    place: str
    titles: tuple[str, ...]
    paragraphs: tuple[str, ...]
    lead: str | None = None
    follows: str | None = None

    @property
    def syndicated(self) -> bool:
        """Whether more than one site prints it."""
        return len(self.titles) > 1


@dataclass(frozen=True, slots=True)
class Report:
    """A desk's daily form; `site` counts from 0, `hour` is local."""

    key: str
    site: int
    hour: int
    section: str
    title: Text
    paragraphs: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class _Topic:
    section: str
    titles: tuple[Text, ...]
    leads: tuple[Text, ...]
    body: tuple[Text, ...]


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((files("crawler.demo") / "data" / name).read_text("utf-8"))


@cache
def written_stories() -> tuple[Story, ...]:
    """The stories that were written by hand, earlier ones before those that follow them up."""
    stories: dict[str, Story] = {}
    for entry in _load("stories.toml")["story"]:
        paragraphs = tuple(entry["paragraphs"])
        if follows := entry.get("follows"):
            paragraphs += tuple(stories[follows].paragraphs[index] for index in entry["quotes"])
        stories[entry["key"]] = Story(
            key=entry["key"],
            section=entry["section"],
            place=entry["place"],
            titles=tuple(entry["titles"]),
            paragraphs=paragraphs,
            lead=entry.get("lead"),
            follows=follows,
        )
    return tuple(stories.values())


@cache
def daily_reports() -> tuple[Report, ...]:
    """The forms of the daily reports."""
    return tuple(
        Report(
            key=entry["key"],
            site=entry["site"],
            hour=entry["hour"],
            section=entry["section"],
            title=parse(entry["title"]),
            paragraphs=tuple(parse(text) for text in entry["paragraphs"]),
        )
        for entry in _load("reports.toml")["report"]
    )


@cache
def _grammar() -> Grammar:
    data = _load("grammar.toml")
    return Grammar(data["phrases"], data["bound"])


@cache
def _topics() -> tuple[tuple[_Topic, ...], tuple[Text, ...]]:
    data = _load("grammar.toml")
    topics = tuple(
        _Topic(
            topic["section"],
            *(tuple(parse(text) for text in topic[part]) for part in ("titles", "leads", "body")),
        )
        for topic in data["topic"].values()
    )
    return topics, tuple(parse(text) for text in data["generic"]["body"])


def fill_report(report: Report, day: datetime, seed: int) -> Story:
    """Fill a form in for one day; the figures follow from seed, form and day."""
    rng = random.Random(f"{seed}/{report.key}/{day:%Y-%m-%d}")  # noqa: S311
    # A desk reports from its own town: the same one every day.
    town = random.Random(f"{seed}/{report.key}").choice(("دمشق", "حلب", "حمص", "حماة"))  # noqa: S311
    writer = _grammar().writer(rng, town=town, weekday=weekday(day), date=day_and_month(day))
    return Story(
        key=f"{report.key}-{day:%Y-%m-%d}",
        section=report.section,
        place=town,
        titles=(writer.write(report.title),),
        paragraphs=tuple(writer.write(text) for text in report.paragraphs),
    )


def generate_story(seed: int, number: int, day: datetime) -> Story:
    """Make up story `number`: the same for the same arguments, unlike any other number's."""
    rng = random.Random(f"{seed}/story/{number}")  # noqa: S311
    topics, general = _topics()
    topic = topics[number % len(topics)]
    writer = _grammar().writer(rng, weekday=weekday(day), date=day_and_month(day))
    first, other_lead = rng.sample(topic.leads, 2)
    title, other_title = rng.sample(topic.titles, 2)
    sentences = rng.sample(topic.body, rng.randint(*_TOPICAL_SENTENCES))
    sentences += rng.sample(general, rng.randint(*_GENERAL_SENTENCES))
    rng.shuffle(sentences)
    lead = writer.write(first)
    written = [writer.write(sentence) for sentence in sentences]
    return Story(
        key=f"story-{number}",
        section=topic.section,
        place=writer.write(parse("{town}")),
        titles=(writer.write(title), writer.write(other_title)),
        paragraphs=(lead, *_paragraphs(written, rng)),
        lead=writer.write(other_lead),
    )


def _paragraphs(sentences: list[str], rng: random.Random) -> Iterator[str]:
    """Join some neighbours, so that paragraphs differ in length."""
    while sentences:
        taken = 2 if len(sentences) > 1 and rng.random() < 0.3 else 1
        yield " ".join(sentences[:taken])
        del sentences[:taken]
