import re
from enum import Enum
from string import Formatter

import pytest

from crawler.html.words import LANGUAGES, counted, label, read_catalogue, word
from crawler.model.article import ArticleMark
from crawler.model.crawl import CrawlKind, Verdict
from dedup.comparison.verdict import Reason
from scripts import words as catalogues

ARABIC, ENGLISH = (read_catalogue(lang) for lang in LANGUAGES)


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def test_both_catalogues_have_the_same_keys_in_the_same_order() -> None:
    assert catalogues.keys_of(ARABIC) == catalogues.keys_of(ENGLISH)
    assert len(set(catalogues.keys_of(ARABIC))) == len(ARABIC)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_key_that_the_code_asks_for_has_its_texts_and_none_is_unused(lang: str) -> None:
    catalogue = read_catalogue(lang)
    keys = set(catalogues.keys_of(catalogue))
    assert catalogues.required_keys() - keys == set()
    assert keys - catalogues.mentioned_words() == set()
    assert catalogues.missing_texts(catalogue) == []
    assert not [message.id for message in catalogue if message.fuzzy and message.id]


def test_a_missing_text_and_an_unused_key_are_noticed() -> None:
    catalogue = read_catalogue("en")
    catalogue.add("nobody_asks_for_this")
    assert catalogues.missing_texts(catalogue) == ["nobody_asks_for_this"]
    assert "nobody_asks_for_this" not in catalogues.mentioned_words()
    assert {"lead", "n_articles", "keys_on", "unknown"} <= catalogues.required_keys()


NAMES = re.compile(
    r"KHABAR_[A-Z_]+|[\w-]+/?[\w-]*\.(?:warc\.gz|json|txt|toml)|ECDSA P-384|HTTP|WACZ|warcio check|"
    r"wacz validate|"
    r"JSON(?:-LD| Feed)?|WordPress|Atom|OPML|OpenAPI|CSV|SHA-256|WARC|khabar( [a-z]+)*|warcio extract FILE"
    r" OFFSET|HTML|RSS|ETag|Last-Modified|gzip|MongoDB|Redis(?: Cluster)?|Sentinel|replicaSet|Spark|Scrapy"
    r"|Playwright|Chromium|(?<=و)[jk](?= )|{\w+}|`[^`]+`|max_page_bytes|tls = \"unverified\"|UTC|SITE"
)
"""What is written in Latin letters in Arabic, too: names of formats, commands, keys, placeholders."""


def test_every_word_is_in_its_language() -> None:
    for catalogue, foreign in ((ARABIC, "[A-Za-z]"), (ENGLISH, "[\u0600-\u06ff]")):
        for message in catalogue:
            if message.id and message.id != "switch":  # the one that names the other language
                texts = " ".join(catalogues.texts_of(message))
                assert not re.search(foreign, NAMES.sub("", texts)), message.id


def test_plural_forms_are_those_of_the_language_and_name_the_same_values() -> None:
    assert (ARABIC.num_plurals, ENGLISH.num_plurals) == (6, 2)
    english_by_key = {message.id: message for message in ENGLISH}
    for message in ARABIC:
        if not message.pluralizable:
            arabic, english = catalogues.texts_of(message), catalogues.texts_of(english_by_key[message.id])
            fields = placeholders(arabic[0])
            assert fields == placeholders(english[0]), message.id
            if not {"crawl", "cli", "request"} & set(
                message.auto_comments
            ):  # sentences with values of their own
                assert fields <= {"text"}, message.id
            continue
        arabic, english = catalogues.texts_of(message), catalogues.texts_of(english_by_key[message.id])
        assert (len(arabic), len(english)) == (6, 2)
        for text in (*arabic[3:], *english):
            fields = placeholders(text)
            assert fields >= {"n"} or message.id[0] == "first_n_of", message.id
            assert fields <= {"n", "all"}, message.id


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_catalogue_has_the_form_that_make_words_gives_it(lang: str) -> None:
    assert catalogues.path_of(lang).read_bytes() == catalogues.form(read_catalogue(lang))


def test_an_unknown_key_is_an_error_and_an_unknown_name_is_shown() -> None:
    with pytest.raises(KeyError, match="no_such_key"):
        word("no_such_key", "ar")
    with pytest.raises(KeyError, match="no_such_key"):
        counted("no_such_key", 3, "ar")
    assert label("blocked", "ar") == "محجوب عنا"
    assert label("a_newer_verdict", "en") == "a newer verdict"


@pytest.mark.parametrize("names", [Verdict, CrawlKind, ArticleMark, Reason])
def test_every_name_that_a_page_may_show_has_words(names: type[Enum]) -> None:
    for name in names:
        assert word(str(name.value), "ar") != word(str(name.value), "en")
