"""`khabar dedup events`, and what `khabar show` says of an event."""

import json

from typer.testing import CliRunner

from crawler.cli.main import application
from crawler.storage.connect import Stores
from crawler.storage.schema import ensure_schema
from tests.support.event_articles import A, B, document, events


def test_the_command_prints_why_and_stores_what_it_found(
    stores: Stores, store_environment: dict[str, str]
) -> None:
    ensure_schema(stores.db)
    stores.db.articles.insert_many([document(A, 0), document(B, 2)])
    app, runner = application(), CliRunner(env=store_environment)
    shown = runner.invoke(app, ["dedup", "events"])
    assert shown.exit_code == 0, f"{shown.output}{shown.exception}"
    assert "2 stories, 2 sites" in shown.stdout
    assert "Places in both: دابق" in shown.stdout
    assert "2 h apart" in shown.stdout
    assert "--apply stores these" in shown.stderr
    assert events(stores) == {A: None, B: None}
    applied = runner.invoke(app, ["--json", "dedup", "events", "--apply"])
    figures = json.loads(applied.stdout)
    assert (figures["events_of_several_stories"], figures["stories_stored_otherwise"]) == (1, 0)
    assert events(stores) == {A: A, B: A}
    assert "The same event in others' words" in runner.invoke(app, ["show", B]).stdout
