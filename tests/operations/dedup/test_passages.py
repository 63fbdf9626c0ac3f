"""`khabar dedup passages`: what the archive's articles have from each other, without what is withheld."""

import json
from pathlib import Path

from typer.testing import CliRunner

from crawler.cli.main import application
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import clear_index
from crawler.storage.schema import ensure_schema
from tests.support.indexed_articles import save_copy, save_text
from tests.support.texts import hex_id, sentences

app = application()
STATEMENT = " ".join(sentences(99, 2))[:-1]


def test_a_quotation_is_shown_with_its_articles_and_not_once_it_is_withheld(
    stores: Stores, store_environment: dict[str, str], tmp_path: Path
) -> None:
    ensure_schema(stores.db)
    clear_index(stores)
    for number in (1, 2):
        save_text(stores, number, "\n".join([*sentences(number, 14), f"وقال: «{STATEMENT}»."]))
    save_copy(stores, 3, story=1)
    runner = CliRunner(env=store_environment)
    written = tmp_path / "passages.jsonl"
    done = runner.invoke(app, ["dedup", "passages", "-o", str(written)])
    assert done.exit_code == 0, done.output
    assert "1 passage in articles that are not copies of each other." in done.stderr
    assert STATEMENT[:20] in done.stdout
    (row,) = map(json.loads, written.read_text("utf-8").splitlines())
    assert (row["kind"], row["stories"]) == ("quotation", 2)
    assert [article["id"] for article in row["articles"]] == [hex_id(1), hex_id(2)]
    assert runner.invoke(app, ["dedup", "passages", "--kind", "reused"]).stdout == ""
    sealed = runner.invoke(app, ["seal", hex_id(2), "--reason", "x"])
    assert sealed.exit_code == 0, sealed.output
    assert runner.invoke(app, ["--json", "dedup", "passages"]).stdout == ""


def test_what_cannot_be_is_told(store_environment: dict[str, str], tmp_path: Path) -> None:
    runner = CliRunner(env=store_environment)
    for arguments, message in (
        (["none.txt"], "its name must end in one of"),
        (["--min-words", "3"], "--min-words 3: at least 8 words"),
        (["--background", "1"], "--background 1: at least 2 stories"),
        (["--kind", "other"], "--kind other: it is one of quotation, background, reused"),
        (["-o", str(tmp_path / "none" / "x")], "there is no folder"),
    ):
        done = runner.invoke(app, ["dedup", "passages", *arguments])
        assert message in str(done.exception)


def test_two_articles_are_compared_in_words_and_side_by_side(
    stores: Stores, store_environment: dict[str, str]
) -> None:
    ensure_schema(stores.db)
    clear_index(stores)
    save_copy(stores, 1)
    save_copy(stores, 2, kept=12)
    runner = CliRunner(env=store_environment)
    done = runner.invoke(app, ["dedup", "explain", hex_id(2), hex_id(1), "--lang", "ar"])
    assert done.exit_code == 0, done.output
    assert "النصان نص واحد مع تعديلات هنا وهناك." in done.stdout
    assert f"+ {sentences(1, 14)[12].split()[0]}" in done.stdout
    figures = json.loads(runner.invoke(app, ["--json", "dedup", "explain", hex_id(2), hex_id(1)]).stdout)
    assert (figures["duplicate"], [part["kind"] for part in figures["parts"]]) == (
        True,
        ["same", "only_second"],
    )
