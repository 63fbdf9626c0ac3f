import os
from pathlib import Path

import pytest
from rich.console import Console

from crawler.cli.output import Column, RowTable, command_name, shown_address

ADDRESS = "https://souq.example/%D8%AE%D8%A8%D8%B1"


def _table() -> RowTable:
    table = RowTable([Column("site"), Column("verdict"), Column("pages\ntaken", right=True)])
    table.add_row("souq-al-akhbar", "nothing discovered", "12")
    table.add_total("all", "", "12")
    return table


def _printed(width: int) -> list[str]:
    console = Console(width=width, force_terminal=False)
    with console.capture() as capture:
        console.print(_table())
    return capture.get().splitlines()


def test_a_wide_terminal_shows_a_table() -> None:
    row = next(line for line in _printed(80) if "souq" in line)
    assert row.split() == ["souq-al-akhbar", "nothing", "discovered", "12"]


@pytest.mark.parametrize("width", [44, 30, 20])
def test_a_narrow_terminal_shows_every_cell_whole(width: int) -> None:
    lines = _printed(width)
    assert all(len(line) <= width for line in lines)
    words = " ".join(" ".join(lines).split())
    for cell in ("souq-al-akhbar", "nothing discovered", "12"):
        assert cell in words


def test_an_address_is_readable_on_a_terminal_and_exact_in_a_pipe() -> None:
    assert shown_address(ADDRESS, readable=True) == "https://souq.example/خبر"
    assert shown_address(ADDRESS, readable=False) == ADDRESS
    for hostile in (
        "https://souq.example/a%20b",
        "https://souq.example/%0A",
        "https://souq.example/%E2%80%AE",
    ):
        assert shown_address(hostile, readable=True) == hostile


def test_the_command_can_be_called_from_where_the_reader_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "environment" / "bin" / "khabar"
    script.parent.mkdir(parents=True)
    script.touch(mode=0o755)
    monkeypatch.setattr("sys.executable", str(script.parent / "python"))
    monkeypatch.setenv("PATH", os.defpath)
    monkeypatch.chdir(tmp_path)
    assert command_name() == "environment/bin/khabar"
    monkeypatch.chdir("/")
    assert Path("/", command_name()) == script
    monkeypatch.setenv("PATH", str(script.parent))
    assert command_name() == "khabar"
    script.unlink()
    assert command_name().endswith("python -m crawler")
