"""The words for a crawl, as they are read back from a store."""

import pytest

from crawler.health.verdict import HEALTHY
from crawler.model.crawl import CrawlOutcome, Verdict


@pytest.mark.parametrize("words", [Verdict, CrawlOutcome])
def test_a_word_of_another_version_is_read_as_unknown(
    words: type[Verdict] | type[CrawlOutcome],
) -> None:
    assert words("a word of next year") is words.UNKNOWN
    assert all(words(word.value) is word for word in words)


def test_a_verdict_of_another_version_is_no_healthy_one() -> None:
    assert Verdict("a word of next year") not in HEALTHY


def test_what_is_no_word_is_refused() -> None:
    with pytest.raises(ValueError, match="7"):
        Verdict(7)  # type: ignore[arg-type]
