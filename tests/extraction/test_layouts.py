"""The whole story and nothing else, on pages of many systems, with dirt in and after the story."""

from datetime import UTC, datetime

import pytest

from crawler.extraction import extract
from tests.support.layouts import AFTER, LAYOUTS, MIDDLE, STORIES

ADDRESS = "https://news.example/2024/12/04/a-headline-of-some-length-4711/"
NUMBERED = "https://news.example/news.php?id=4711"
HAND_MADE = {"php_tables", "loose_text", "asp_net"}
"""Their address tells no date, and nothing on the page names the author as such."""
NO_AUTHOR = HAND_MADE | {"bootstrap", "nextjs"}
NOW = datetime(2024, 12, 5, 8, tzinfo=UTC)
CASES = [(middle, "none") for middle in MIDDLE] + [("none", after) for after in AFTER if after != "none"]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", STORIES)
def test_the_story_and_nothing_else(layout: str, name: str) -> None:
    story = STORIES[name]
    url = NUMBERED if layout in HAND_MADE else ADDRESS
    for middle, after in CASES:
        where = f"{layout}, {name}, {middle}, {after}"
        article = extract(LAYOUTS[layout](story, MIDDLE[middle], AFTER[after]).encode(), url, now=NOW)
        lines = [line for paragraph in article.text.split("\n\n") for line in paragraph.split("\n")]
        if middle == "embed":  # a quoted post may stay, it is what readers see in the story
            lines = [line for line in lines if "بلدية المدينة (" not in line and "twitter" not in line]
        if layout in NO_AUTHOR:  # a name alone, that nothing on the page calls the author's
            lines = [line for line in lines if line != story.author]
        assert lines == list(story.paragraphs), where
        assert article.title == story.title, where
        assert article.published_at == datetime(2024, 12, 4, 10, 25, tzinfo=UTC), where
        assert article.language == "ar", where
        assert article.agency is None, where
        if layout not in NO_AUTHOR:
            assert article.authors == [story.author], where
