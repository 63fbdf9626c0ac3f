"""Sentences that are kept with their message, and read in another language."""

import json
import pickle

import pytest

from crawler.errors import KhabarError
from crawler.health.report import CrawlReport, SourceReport
from crawler.html.sentences import in_language, sentence, sentence_markup
from crawler.html.words import word
from crawler.model.article import NotArticleReason, UnconfirmedReason
from crawler.model.crawl import SourceKind
from crawler.model.sentence import Sentence, message_of, sentence_of


def _stored(text: str) -> str | None:
    """A sentence as it comes back from the store."""
    return sentence_of(str(text), json.loads(json.dumps(message_of(text))))


def test_a_sentence_outlives_the_store_with_the_sentences_in_it() -> None:
    page = sentence("problem_of_page", url="https://a.example/1", reason=sentence("status_403"))
    ended = sentence("why_pages_ended", count=12, taken=20, disposition=sentence("ended_blocked"))
    whole = sentence("with_example", sentence=ended, example=page)
    assert whole == (
        "12 of 20 pages ended as blocked, for example https://a.example/1: the site forbids it (403)"
    )
    for text in (whole, _stored(whole), pickle.loads(pickle.dumps(whole))):  # noqa: S301
        assert text == whole
        arabic = in_language(text or "", "ar")
        assert arabic == (
            "12 من 20 صفحات انتهت هكذا: محجوبة، مثلًا \u2068https://a.example/1\u2069: الموقع يمنع ذلك (403)"
        )


def test_a_sentence_comes_back_from_an_exception_and_from_a_report() -> None:
    refused = KhabarError(sentence("lease_ran_out", site="sham"))
    assert in_language(str(refused), "ar").startswith("الموقع \u2068sham\u2069")
    source = SourceReport("https://a.example/feed", SourceKind.FEED, note=sentence("validators_lie"))
    report = CrawlReport("sham", reason=str(refused), sources=[source])
    report.problems = [sentence("status_403"), "it broke"]
    read = CrawlReport.from_dict(json.loads(json.dumps(report.as_dict())))
    assert read == report
    arabic = [in_language(text or "", "ar") for text in (read.sources[0].note, *read.problems)]
    assert arabic == [word("validators_lie", "ar"), word("status_403", "ar"), "it broke"]
    # What earlier versions stored.
    old = {"url": "https://a.example/feed", "kind": "feed", "note": "it says nothing new"}
    assert SourceReport.from_dict(old).note == "it says nothing new"


@pytest.mark.parametrize("reason", [*NotArticleReason, *UnconfirmedReason])
def test_the_reasons_of_pages_have_words(reason: NotArticleReason | UnconfirmedReason) -> None:
    assert word(reason.sentence.key, "en") == reason.value
    assert in_language(reason.sentence, "ar") == word(reason.sentence.key, "ar")


def test_values_on_pages_are_elements_and_what_they_bring_along_is_harmless() -> None:
    hostile = sentence(
        "problem_of_page", url="https://a.example/<b>\u2069\u202e", reason=sentence("status_403")
    )
    shown = sentence_markup(hostile, "ar")
    assert shown == f"<bdi>https://a.example/&lt;b&gt;</bdi>: {word('status_403', 'ar')}"
    assert sentence_markup(hostile, "en") == "https://a.example/&lt;b&gt;  : the site forbids it (403)"
    assert sentence_markup("a" * 9, "ar", 5) == "aaaa…"


def test_what_has_no_message_or_a_broken_one_stays_as_it_is() -> None:
    assert in_language("it broke", "ar") == "it broke"
    assert sentence_of(None, {"key": "status_403", "values": {}}) is None
    endless: dict[str, object] = {"key": "with_example", "values": {}}
    endless["values"] = {"sentence": endless}
    for message in (None, "x", {"key": 1}, {"key": "status_403"}, endless):
        assert in_language(sentence_of("it broke", message) or "", "ar") == "it broke"
    # Of a later version: no such message here, or other places in it.
    assert in_language(Sentence("it broke", "why_unheard_of"), "ar") == "it broke"
    assert in_language(Sentence("gone (404)", "status_gone", {}), "ar") == "gone (404)"
