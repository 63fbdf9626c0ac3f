import random
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

from crawler.demo.profiles import SECTIONS
from crawler.demo.stories import Story, daily_reports, fill_report, generate_story, written_stories

DAY = datetime(2026, 3, 4, 12, tzinfo=UTC)


def shingles(story: Story) -> set[str]:
    words = re.findall(r"\w+", " ".join(story.paragraphs))
    return {" ".join(words[start : start + 5]) for start in range(len(words) - 4)}


def highest_containment(stories: list[Story]) -> float:
    """The largest share of a story's 5-grams that another one has as well."""
    sets = [shingles(story) for story in stories]
    holders: dict[str, list[int]] = defaultdict(list)
    for index, grams in enumerate(sets):
        for gram in grams:
            holders[gram].append(index)
    shared: Counter[tuple[int, int]] = Counter()
    for indexes in holders.values():
        for position, first in enumerate(indexes):
            shared.update((first, second) for second in indexes[position + 1 :])
    shares = (count / min(len(sets[one]), len(sets[two])) for (one, two), count in shared.items())
    return max(shares, default=0.0)


def test_generated_stories_are_no_near_duplicates() -> None:
    stories = [generate_story(1, number, DAY - timedelta(days=number % 14)) for number in range(2000)]
    assert highest_containment(stories) < 0.3


def test_written_stories_share_nothing_but_quotes() -> None:
    stories = written_stories()
    assert len(stories) >= 30
    assert highest_containment([story for story in stories if not story.follows]) < 0.1


def test_follow_ups_quote_earlier_stories() -> None:
    by_key = {story.key: story for story in written_stories()}
    follow_ups = [story for story in by_key.values() if story.follows]
    assert len(follow_ups) >= 4
    for story in follow_ups:
        assert story.follows
        assert set(story.paragraphs) & set(by_key[story.follows].paragraphs)
        assert not set(story.paragraphs[:2]) & set(by_key[story.follows].paragraphs)


def test_reports_look_alike_without_being_the_same() -> None:
    for report in daily_reports():
        days = [fill_report(report, DAY - timedelta(days=back), 1) for back in range(14)]
        assert len({day.titles[0] for day in days}) == 14
        assert 0.2 < highest_containment(days) < 0.6


def test_every_story_has_a_section_and_no_markup_left() -> None:
    stories = [*written_stories(), *(generate_story(4, number, DAY) for number in range(200))]
    for story in stories:
        assert story.section in SECTIONS
        assert len(story.paragraphs) >= 3
        text = "\n".join((*story.titles, *story.paragraphs, story.lead or ""))
        assert not re.search(r"[\[\]{}|<>]|  ", text), text


def test_generation_follows_from_its_arguments() -> None:
    assert generate_story(1, 5, DAY) == generate_story(1, 5, DAY)
    assert generate_story(1, 5, DAY) != generate_story(2, 5, DAY)
    number = random.Random(0).randrange(1000)
    assert generate_story(1, number, DAY).paragraphs != generate_story(1, number + 1, DAY).paragraphs
