"""Sentences that are kept with their message, and read in another language."""

import json
import pickle

from crawler.html.sentences import in_language, sentence
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
            "12 من 20 صفحات انتهت هكذا: محجوبة، مثلًا https://a.example/1: الموقع يمنع ذلك (403)"
        )


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
