"""`khabar dedup archive --apply` and `--undo`: the pass's stories become the stored ones, and back."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from typer.testing import CliRunner

from crawler.cli.main import application
from crawler.errors import UsageError
from crawler.operations.dedup import apply
from crawler.operations.dedup.batch import stored_documents
from crawler.storage import placed_stories
from crawler.storage.change_marks import changed_marks
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import clear_index, open_index
from crawler.storage.dedup_rebuild import rebuild_index
from crawler.storage.pair_figures import measure_copies
from crawler.storage.placed_stories import Outcome
from crawler.storage.schema import ensure_schema
from crawler.storage.splits import record_splits, splits_of
from crawler.storage.story_journal import ApplicationState, StoryJournal
from dedup import Reason, prepare
from dedup.batch.cluster import cluster_documents
from dedup.stories.placements import Placement
from tests.support.indexed_articles import clusters, save_copy, save_text
from tests.support.texts import article, hex_id, misjudged

app = application()
BEFORE = {1: 1, 2: 2, 3: 3, 4: 3, 5: 5, 6: 5}
AFTER = {1: 1, 2: 1, 3: 3, 4: 4, 5: 5, 6: 5}


@pytest.fixture(autouse=True)
def _archive(stores: Stores) -> None:
    """Two copies that the index took for two stories, two articles that it took for copies, and a story."""
    ensure_schema(stores.db)
    clear_index(stores)
    for number, text in enumerate([*misjudged(copy=True), *misjudged(copy=False)], 1):
        save_text(stores, number, text)
    save_copy(stores, 5, story=5)
    save_copy(stores, 6, story=5, kept=12)
    measure_copies(stores.db, map(hex_id, BEFORE))
    assert stories(stores) == BEFORE


def stories(stores: Stores) -> dict[int, int]:
    return {number: story for number, (story, _, _) in clusters(stores).items()}


def index_stories(stores: Stores) -> dict[int, int]:
    decisions = open_index(stores).lookup([hex_id(number) for number in BEFORE])
    return {int(each.id, 16): int(each.story_id, 16) for each in decisions if each}


def stored(stores: Stores) -> list[dict[str, Any]]:
    """The articles without their events, which an undo finds anew."""
    fields = {"event_id": 0, "event_pending": 0, "unsettled": 0}
    return sorted(stores.db.articles.find({}, fields), key=lambda document: document["_id"])


def preview(stores: Stores) -> apply.Preview:
    result = cluster_documents(stored_documents(stores), apart=splits_of(stores.db))
    return apply.preview(stores, result)


def test_the_command_tells_what_it_would_change_and_changes_it_and_takes_it_back(
    stores: Stores, store_environment: dict[str, str]
) -> None:
    runner, before = CliRunner(env=store_environment), stored(stores)
    shown = runner.invoke(app, ["dedup", "archive", "--engine", "numpy"])
    assert shown.exit_code == 0, f"{shown.output}{shown.exception}"
    assert "`--apply` would change:\n2 articles in another story; 1 become one, 1 become" in shown.stdout
    arabic = runner.invoke(app, ["--lang", "ar", "dedup", "archive", "--engine", "numpy"])
    assert "ما سيغيّره `--apply`:" in arabic.stdout
    assert "s4  خبر" in shown.stdout
    assert stored(stores) == before
    assert stores.db.story_applications.count_documents({}) == 0
    done = runner.invoke(app, ["--json", "dedup", "archive", "--apply"])
    figures = json.loads(done.stdout)
    assert figures["applied"] == {"articles": 4, "groups": 2, "left": {}}
    split, merge = sorted(figures["changes"]["first"], key=lambda row: -len(row["after"]))
    assert [story["story_id"] for story in split["after"]] == [hex_id(3), hex_id(4)]
    assert [story["count"] for story in merge["before"]] == [1, 1]
    assert merge["after"][0]["articles"][0] == {"id": hex_id(1), "site": "s1", "title": "خبر"}
    assert (stories(stores), index_stories(stores)) == (AFTER, AFTER)
    assert "*" in changed_marks(stores.db)  # who has a copy of the archive looks again
    back = runner.invoke(app, ["dedup", "archive", "--undo"])
    assert "4 articles are back" in back.stderr
    assert stored(stores) == before
    again = runner.invoke(app, ["dedup", "archive", "--undo"])
    assert isinstance(again.exception, UsageError)
    assert "no archive pass was applied" in str(again.exception)


def test_what_was_applied_holds_through_a_rebuild_until_it_is_taken_back(stores: Stores) -> None:
    before = stored(stores)
    assert apply.apply_changes(stores, preview(stores)) == Outcome(4, 2, {})
    copy = stored(stores)[1]
    assert (copy["duplicate_of"], copy["pair"]["rule"]) == (hex_id(1), "alike")
    assert preview(stores).changes == []
    assert apply.apply_changes(stores, preview(stores)) == Outcome(0, 0, {})
    # Once more, from the journal: nothing is other than before.
    applied = stored(stores)
    (written,) = StoryJournal(stores.db).applications(ApplicationState.APPLIED)
    placed_stories.apply(stores, written, lambda: None)
    assert stored(stores) == applied
    rebuild_index(stores)
    assert (stories(stores), index_stories(stores)) == (AFTER, AFTER)
    # A copy that comes now goes where the pass put the article that it copies.
    save_text(stores, 7, misjudged(copy=False)[1])
    assert stories(stores)[7] == 4
    # After the undo it follows that article, which was never a story's first before.
    assert apply.undo_latest(stores) == Outcome(4, 2, {})
    assert stories(stores) == {**BEFORE, 7: 3}
    assert stored(stores)[:6] == before
    assert index_stories(stores) == BEFORE
    assert stores.db.story_changes.count_documents({}) == 0


@pytest.mark.parametrize("back", [False, True])
def test_what_was_cut_off_is_told_and_finished_by_the_next_run(
    stores: Stores, monkeypatch: pytest.MonkeyPatch, *, back: bool
) -> None:
    changes = preview(stores)
    if back:
        apply.apply_changes(stores, changes)
    place = placed_stories._place
    calls: list[object] = []

    def place_once(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return place(*arguments)

    monkeypatch.setattr(placed_stories, "_place", place_once)
    with pytest.raises(KeyboardInterrupt):
        apply.undo_latest(stores) if back else apply.apply_changes(stores, changes)
    monkeypatch.undo()
    assert stories(stores) not in (BEFORE, AFTER)
    assert stories(stores) == index_stories(stores)
    assert preview(stores).unfinished
    assert apply.finish_application(stores) is not None
    expected = BEFORE if back else AFTER
    assert (stories(stores), index_stories(stores)) == (expected, expected)
    assert not preview(stores).unfinished
    assert apply.finish_application(stores) is None


def test_marks_by_hand_and_later_wordings_stand_above_an_applied_pass(stores: Stores) -> None:
    changes = preview(stores)
    record_splits(stores.db, [(hex_id(1), hex_id(2))])  # since the pass
    assert apply.apply_changes(stores, changes) == Outcome(2, 1, {placed_stories.Left.MARKED: 1})
    assert stories(stores) == {**AFTER, 2: 2}
    stores.db.articles.update_one({"_id": hex_id(4)}, {"$set": {"text_sha256": "0" * 64}})
    assert apply.undo_latest(stores) == Outcome(0, 0, {placed_stories.Left.CHANGED: 1})
    assert stories(stores) == {**AFTER, 2: 2}


@pytest.mark.parametrize(
    ("options", "message"),
    [(["--apply", "--undo"], "choose one"), (["file.jsonl", "--apply"], "not about a file")],
)
def test_what_does_not_go_together_is_refused(
    store_environment: dict[str, str], options: Sequence[str], message: str
) -> None:
    done = CliRunner(env=store_environment).invoke(app, ["dedup", "archive", *options])
    assert isinstance(done.exception, UsageError)
    assert message in str(done.exception)


def test_the_index_places_all_of_the_articles_or_none(stores: Stores) -> None:
    index = open_index(stores)
    placements = index.placements([hex_id(3), hex_id(4), hex_id(99)])
    assert [each and (each.depth, int(each.story_id, 16)) for each in placements] == [(0, 3), (1, 3), None]
    alone = Placement(hex_id(4), hex_id(4), hex_id(4), 0, Reason.NEW, 0.0)
    missing = Placement(hex_id(99), hex_id(99), hex_id(99), 0, Reason.NEW, 0.0)
    articles = [prepare(hex_id(number), article(number)) for number in (4, 99)]
    assert not index.place([alone, missing], articles)
    assert index_stories(stores) == BEFORE
    assert index.place([alone], articles[:1])
    assert index_stories(stores) == {**BEFORE, 4: 4}
    assert index.stats().stories == len({*index_stories(stores).values()})
