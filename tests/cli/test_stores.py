import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawler.cli.main import application
from crawler.storage.connect import Stores

app = application()


def test_stores_start_status_stop(data_dir: Path) -> None:
    runner = CliRunner(env={"KHABAR_DATA_DIR": str(data_dir)})
    assert not any(
        one["running"] for one in json.loads(runner.invoke(app, ["stores", "status", "--json"]).stdout)
    )
    assert runner.invoke(app, ["stores", "start"]).exit_code == 0
    told = runner.invoke(app, ["stores", "status", "--json"])
    servers = json.loads(told.stdout)
    assert [(one["store"], one["running"], one["used"]) for one in servers] == [
        ("MongoDB", True, True),
        ("Redis", True, True),
    ]
    shown = runner.invoke(app, ["stores", "status"])
    assert "running" in shown.stdout
    stopped = runner.invoke(app, ["stores", "stop"])
    assert stopped.exit_code == 0
    assert stopped.stderr.count("stopped in") == 2
    assert stopped.stdout == ""
    again = runner.invoke(app, ["stores", "stop"])
    assert again.exit_code == 0
    assert again.stderr.count("no embedded server was running") == 2


def test_real_servers_are_named_as_such(store_environment: dict[str, str]) -> None:
    runner = CliRunner(env=store_environment)
    started = runner.invoke(app, ["stores", "start"])
    assert started.exit_code == 0
    assert "KHABAR_MONGODB_URI names a server of its own" in started.stderr
    assert all(
        not one["used"] for one in json.loads(runner.invoke(app, ["stores", "status", "--json"]).stdout)
    )


def test_backup_and_restore(stores: Stores, store_environment: dict[str, str], tmp_path: Path) -> None:
    stores.db.things.insert_many([{"_id": number} for number in range(10)])
    runner = CliRunner(env=store_environment)
    file = tmp_path / "khabar.backup"
    done = runner.invoke(app, ["backup", str(file)])
    assert done.exit_code == 0, done.output
    assert "10 documents" in done.stderr
    stores.db.things.delete_many({"_id": {"$lt": 9}})
    assert runner.invoke(app, ["restore", str(file)]).exit_code == 1
    done = runner.invoke(app, ["restore", str(file), "--replace"])
    assert done.exit_code == 0, done.output
    assert "10 documents restored" in done.stderr
    assert stores.db.things.count_documents({}) == 10


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_doctor_fails_when_a_store_is_away(
    store_environment: dict[str, str], tmp_path: Path, option: list[str]
) -> None:
    (tmp_path / "first.toml").write_text(
        'name = "الأول"\nname_en = "First"\nurl = "https://first.example/"\n'
        'feeds = ["https://first.example/feed/"]\n',
        encoding="utf-8",
    )
    seeds = ["--seeds", str(tmp_path)]
    well = CliRunner(env=store_environment).invoke(app, [*seeds, "doctor", *option])
    assert well.exit_code == 0, well.output
    away = CliRunner(env=store_environment | {"KHABAR_MONGODB_URI": "mongodb://127.0.0.1:1/"})
    told = away.invoke(app, [*seeds, "doctor", *option])
    assert told.exit_code == 1
    assert "127.0.0.1:1" in told.stdout
    if option:
        assert json.loads(told.stdout)[0]["level"] == "error"
