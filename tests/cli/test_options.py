import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawler.cli.main import GROUPS, PANELS, application

SEED = 'name = "سوق"\nurl = "https://{id}.example/"\n'


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    for name in ("souq", "sahel", "zaytun"):
        (tmp_path / f"{name}.toml").write_text(SEED.format(id=name), encoding="utf-8")
    return tmp_path


def test_options_of_the_whole_program_stand_before_the_command_or_after_it(seeds: Path) -> None:
    runner = CliRunner(env={"KHABAR_SEEDS": str(seeds)})
    before = runner.invoke(application(), ["--json", "sites", "list"])
    after = runner.invoke(application(), ["sites", "list", "--json"])
    assert before.exit_code == after.exit_code == 0
    assert json.loads(before.stdout) == json.loads(after.stdout)


def test_every_command_takes_json_after_its_name_and_a_short_help() -> None:
    runner = CliRunner(env={"COLUMNS": "200"})
    app = application()
    groups = {info.name: info.typer_instance for info in app.registered_groups}
    commands = [
        [str(info.name or (info.callback and info.callback.__name__))] for info in app.registered_commands
    ]
    commands += [
        [str(name), str(info.name or (info.callback and info.callback.__name__))]
        for name, group in groups.items()
        if group is not None
        for info in group.registered_commands
    ]
    assert len(commands) > 20
    for command in commands:
        shown = runner.invoke(app, [*command, "-h"])
        assert shown.exit_code == 0, command
        assert "--json" in shown.stdout, command


def test_every_command_has_a_panel() -> None:
    assert {name for names in PANELS.values() for name in names} == {
        name for names in GROUPS.values() for name in names
    }


def test_the_shell_completes_site_ids(seeds: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "crawler"],
        env={
            "PATH": "/usr/bin:/bin",
            "KHABAR_SEEDS": str(seeds),
            "_KHABAR_COMPLETE": "complete_bash",
            "COMP_WORDS": "khabar crawl s",
            "COMP_CWORD": "2",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["sahel", "souq"]


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "crawler", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("khabar ")
