"""Who prints what, and when: the made-up fortnight before the newsroom opens."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count, zip_longest
from typing import Final

from crawler.demo.dates import indic_digits
from crawler.demo.profiles import AGENCY, Profile
from crawler.demo.stories import Story, daily_reports, fill_report, generate_story, written_stories
from crawler.demo.truth import Edit, Kind
from crawler.model.period import ZONE

# The mix of edits, in turn: wire copies mostly keep the words and change what stands around them.
EDITS: Final[tuple[tuple[Edit, ...], ...]] = (
    (Edit.HEADLINE, Edit.SOURCE_LINE),
    (Edit.HEADLINE, Edit.CUT),
    (Edit.HEADLINE, Edit.LEAD),
    (Edit.SPELLING,),
    (Edit.HEADLINE, Edit.SOURCE_LINE, Edit.CUT),
    (),
    (Edit.HEADLINE, Edit.LEAD, Edit.SPELLING),
    (Edit.SOURCE_LINE,),
)

_KEPT_WHEN_CUT: Final = 0.7
_SPELT_OTHERWISE: Final = 0.6
_HAMZA: Final = str.maketrans("أإآ", "ااا")
_QUOTES: Final = str.maketrans("«»", "“”")
_WORD: Final = re.compile(r"\w+", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Copy:
    """A story as one paper prints it."""

    title: str
    paragraphs: tuple[str, ...]
    source_line: str | None = None


def edit_story(
    story: Story, edits: tuple[Edit, ...], rng: random.Random, *, inline_source: bool = False
) -> Copy:
    """Apply edits to a story.

    Args:
        story: What came over the wire.
        edits: What the paper does to it.
        rng: Decides which words are spelt otherwise, and which headline is taken.
        inline_source: Put the source line before the first words instead of on a line of its own.
    """
    title = story.titles[0]
    paragraphs = list(story.paragraphs)
    source_line = None
    if Edit.HEADLINE in edits and story.syndicated:
        title = rng.choice(story.titles[1:])
    if Edit.CUT in edits:
        del paragraphs[max(2, round(len(paragraphs) * _KEPT_WHEN_CUT)) :]
    if Edit.LEAD in edits and story.lead:
        paragraphs.insert(0, story.lead)
    if Edit.SPELLING in edits:
        title = respell(title, rng)
        paragraphs = [respell(text, rng) for text in paragraphs]
    if Edit.SOURCE_LINE in edits:
        source_line = f"{story.place}-{AGENCY}"
        if inline_source:
            paragraphs[0] = f"{source_line}: {paragraphs[0]}"
    return Copy(title, tuple(paragraphs), source_line)


def respell(text: str, rng: random.Random) -> str:
    """Spell most words of a text the way another desk would; the words stay the same."""

    def other(match: re.Match[str]) -> str:
        word = match[0]
        if rng.random() > _SPELT_OTHERWISE:
            return word
        word = word.translate(_HAMZA).replace("اً", "ا")
        return word[:-1] + "ى" if len(word) > 2 and word.endswith("ي") else word

    return _WORD.sub(other, text).translate(_QUOTES)


SPAN: Final = timedelta(days=14)
"""How far back the articles reach."""

# Of generated stories, this part is syndicated. With one to three copies each, about a third of the
# articles belongs to a story that other sites carry as well, as in a region served by few agencies.
_SYNDICATED: Final = 0.15
_COPY_DELAY_MINUTES: Final = (8, 600)
_FRESHEST: Final = timedelta(minutes=12)


@dataclass(frozen=True, slots=True)
class Draft:
    """An article before it has a number and an address; `site` counts from 0."""

    site: int
    title: str
    paragraphs: tuple[str, ...]
    published_at: datetime
    section: str
    author: str | None
    kind: Kind
    story: str | None
    edits: tuple[Edit, ...]
    follows: str | None
    source_line: str | None


class _Desk:
    """Turns stories into drafts; everything random comes from one seed."""

    def __init__(self, profiles: Sequence[Profile], seed: int, now: datetime) -> None:
        self.profiles = profiles
        self.seed = seed
        self.now = now.astimezone(ZONE)
        self.rng = random.Random(f"{seed}/plan")  # noqa: S311
        self._turn = count()

    def moment(self) -> datetime:
        """A minute of the fortnight, by day more often than by night."""
        day = self.now - timedelta(days=self.rng.randrange(SPAN.days))
        minute = int(self.rng.triangular(6 * 60, 23 * 60, 13 * 60))
        moment = day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(minutes=minute)
        return moment if moment <= self.now - _FRESHEST else moment - timedelta(days=1)

    def draft(
        self, site: int, story: Story, at: datetime, edits: tuple[Edit, ...] = (), kind: Kind = Kind.NEWS
    ) -> Draft:
        profile = self.profiles[site]
        copy = edit_story(story, edits, self.rng, inline_source=profile.inline_source)
        title, paragraphs = copy.title, copy.paragraphs
        if profile.indic:
            title = indic_digits(title)
            paragraphs = tuple(indic_digits(text) for text in paragraphs)
        return Draft(
            site=site,
            title=title,
            paragraphs=paragraphs,
            published_at=at.replace(second=0, microsecond=0),
            section=story.section,
            author=self.rng.choice(profile.authors) if profile.authors else None,
            kind=kind,
            story=story.key if story.syndicated else None,
            edits=edits,
            follows=story.follows,
            source_line=copy.source_line,
        )

    def syndicate(self, story: Story, first: int, copying: Sequence[int], at: datetime) -> Iterator[Draft]:
        """The story where it appears first, and its copies some time later."""
        yield self.draft(first, story, at)
        for site in copying:
            later = at + timedelta(minutes=self.rng.randint(*_COPY_DELAY_MINUTES))
            edits = EDITS[next(self._turn) % len(EDITS)]
            yield self.draft(site, story, min(later, self.now - _FRESHEST), edits)


def plan_newsroom(
    profiles: Sequence[Profile], seed: int, now: datetime, pages_per_site: int | None
) -> list[Draft]:
    """Decide what every site has published in the fortnight before `now`, oldest first.

    Args:
        profiles: The sites.
        seed: The same seed gives the same fortnight.
        now: Aware; nothing is younger.
        pages_per_site: How many articles each site has; None for the hand-written stories and the daily
            reports alone.
    """
    desk = _Desk(profiles, seed, now)
    drafts = list(_core(desk))
    if pages_per_site is not None:
        drafts = _fill(desk, drafts, pages_per_site)
    drafts = _without_lonely_stories(drafts)
    return sorted(drafts, key=lambda draft: draft.published_at)


def _core(desk: _Desk) -> Iterator[Draft]:
    """Hand-written stories and daily reports, mixed, so that a small newsroom has some of each."""
    stories = written_stories()
    followed = {story.follows for story in stories}
    groups: list[list[list[Draft]]] = [[], [], []]
    moments: dict[str, datetime] = {}
    sites = range(len(desk.profiles))
    for index, story in enumerate(stories):
        first = index % len(sites)
        if story.follows:
            # A follow-up appears a day or two after what it follows.
            at = min(moments[story.follows] + timedelta(hours=desk.rng.randint(20, 50)), desk.now - _FRESHEST)
            groups[1].append([desk.draft(first, story, at, kind=Kind.FOLLOW_UP)])
            continue
        at = desk.moment()
        if story.key in followed:
            at -= timedelta(days=3)
        moments[story.key] = at
        candidates = [site for site in sites if site != first]
        desk.rng.shuffle(candidates)
        copies = candidates[: desk.rng.randint(1, len(story.titles))] if story.syndicated else []
        groups[0 if copies else 1].append(list(desk.syndicate(story, first, copies, at)))
    groups[2] = [[draft] for draft in _reports(desk)]
    for row in zip_longest(*groups, fillvalue=()):
        for group in row:
            yield from group


def _reports(desk: _Desk) -> Iterator[Draft]:
    """The daily reports of the fortnight, the latest first."""
    for back in range(SPAN.days):
        day = desk.now - timedelta(days=back)
        for report in daily_reports():
            at = day.replace(hour=report.hour, minute=desk.rng.randrange(40), second=0, microsecond=0)
            if report.site < len(desk.profiles) and at <= desk.now:
                yield desk.draft(report.site, fill_report(report, at, desk.seed), at, kind=Kind.REPORT)


def _fill(desk: _Desk, drafts: list[Draft], pages: int) -> list[Draft]:
    """Cut to `pages` a site what is too much, and generate what is missing."""
    counts: Counter[int] = Counter()
    kept: list[Draft] = []
    for draft in drafts:
        if counts[draft.site] < pages:
            counts[draft.site] += 1
            kept.append(draft)
    numbers = count()
    sites = range(len(desk.profiles))
    while wanting := [site for site in sites if counts[site] < pages]:
        first = desk.rng.choice(wanting)
        number = next(numbers)
        at = desk.moment()
        story = generate_story(desk.seed, number, at)
        candidates = [site for site in wanting if site != first]
        if candidates and desk.rng.random() < _SYNDICATED:
            candidates = desk.rng.sample(candidates, min(len(candidates), desk.rng.randint(1, 3)))
        else:
            candidates = []
        for draft in desk.syndicate(story, first, candidates, at):
            counts[draft.site] += 1
            kept.append(draft)
    return kept


def _without_lonely_stories(drafts: list[Draft]) -> list[Draft]:
    """A story that only one site ended up with isn't syndicated."""
    members = Counter(draft.story for draft in drafts)
    return [
        draft if draft.story is None or members[draft.story] > 1 else replace(draft, story=None)
        for draft in drafts
    ]
