"""Phrase files: each entry takes and leaves what it says, and a wrong file is refused with its reason."""

from pathlib import Path

import pytest

import crawler
from crawler.parsing.phrases import (
    FORMS,
    PhraseFileError,
    PhraseList,
    compile_phrases,
    read_phrases,
    read_words,
    search_method,
)

FILES = sorted(Path(crawler.__file__).parent.rglob("phrases/*.toml"))
LISTS = [(path.stem, phrases) for path in FILES for phrases in read_phrases(path).values()]
TAKES = [
    (f"{file}-{phrases.name}-{number}-{text}", phrases, entry.expression, text)
    for file, phrases in LISTS
    for number, entry in enumerate(phrases.entries, start=1)
    for text in entry.takes
]
LEAVES = [
    (f"{file}-{phrases.name}-{text}", phrases, text)
    for file, phrases in LISTS
    for entry in phrases.entries
    for text in entry.leaves
]


def test_there_are_phrases() -> None:
    assert len(FILES) > 10
    assert len(TAKES) > 200


@pytest.mark.parametrize(
    ("phrases", "expression", "text"), [case[1:] for case in TAKES], ids=[case[0] for case in TAKES]
)
def test_an_entry_takes_its_examples(phrases: PhraseList, expression: str, text: str) -> None:
    form = FORMS[phrases.form](text)
    pattern = compile_phrases(expression, phrases.match)
    assert search_method(pattern, phrases.match)(form), "this entry does not take it"
    assert phrases.find(form)


@pytest.mark.parametrize(("phrases", "text"), [case[1:] for case in LEAVES], ids=[case[0] for case in LEAVES])
def test_a_list_leaves_what_is_no_such_phrase(phrases: PhraseList, text: str) -> None:
    match = phrases.find(FORMS[phrases.form](text))
    assert match is None, f"taken by {match}"


@pytest.mark.parametrize(
    ("file", "phrases"), LISTS, ids=[f"{file}-{phrases.name}" for file, phrases in LISTS]
)
def test_each_list_shows_what_it_leaves(file: str, phrases: PhraseList) -> None:
    assert any(entry.leaves for entry in phrases.entries), file


HEAD = '[label]\nmatch = "whole"\nform = "bare"\n'
ENTRY = "[[label.entries]]\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[label", "Expected ']'"),
        (HEAD, r"\[label\]: it has no entries"),
        (HEAD.replace("whole", "part"), "'part' is not a valid MatchKind"),
        (HEAD.replace('form = "bare"', ""), "match and form are needed"),
        (HEAD + 'more = 1\n' + ENTRY, "unknown key more; the keys are entries, form, match"),
        (HEAD + ENTRY + 'phrases = ["شاهد المزيد"]', "entry 1: it needs .*, and at least one text"),
        (HEAD + ENTRY + 'takes = ["شاهد المزيد"]', "entry 1: it needs phrases or patterns"),
        (HEAD + ENTRY + 'phrases = "شاهد المزيد"\ntakes = ["x"]', "entry 1, phrases: it must be a list"),
        (HEAD + ENTRY + 'phrases = [""]\ntakes = ["x"]', "entry 1, phrases: it must be a list"),
        (HEAD + ENTRY + 'pattern = ["x"]\ntakes = ["x"]', "entry 1: unknown key pattern"),
        (HEAD + ENTRY + "patterns = ['(x']\ntakes = ['x']", "entry 1: '\\(x' is no regular expression"),
        (HEAD + ENTRY + "patterns = ['{noun} x']\ntakes = ['x']", "{noun} is not among the file's"),
        ("label = 1", r"\[label\]: it must be a table"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "labels.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PhraseFileError, match=reason) as raised:
        read_phrases(path)
    assert str(path) in str(raised.value)


def test_plain_phrases_are_folded_and_pieces_put_in(tmp_path: Path) -> None:
    path = tmp_path / "labels.toml"
    entries = f"{ENTRY}phrases = ['شاهد المزيد (هنا)']\npatterns = ['{{verb}} ايضا']\ntakes = ['اقرأ أيضاً']"
    path.write_text(f"{HEAD}{entries}\n[pieces]\nverb = ['اقرا', 'شاهد']", encoding="utf-8")
    label = read_phrases(path)["label"]
    for text in ("شاهِد المزيد (هنا)", "اقرأ أيضاً:", "شاهد ايضا"):
        assert label.find(FORMS[label.form](text)), text
    assert label.find("شاهد") is None


def test_words_are_lists_of_texts(tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    path.write_text('places = ["دمشق", "حلب"]', encoding="utf-8")
    assert read_words(path) == {"places": ["دمشق", "حلب"]}
    path.write_text("places = 1", encoding="utf-8")
    with pytest.raises(PhraseFileError, match=r"words\.toml: places: it must be a list"):
        read_words(path)
