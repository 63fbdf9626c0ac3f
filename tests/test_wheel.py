"""The wheel in an empty folder: all that the program reads is in it, and its files are where XDG says."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.paths import ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked: its dependencies are those of the environment."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site-packages")
    return folder / "site-packages"


def khabar(installed: Path, home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    rest = {name: value for name, value in os.environ.items() if not name.startswith(("KHABAR_", "XDG_"))}
    # Not the clone that the environment was installed from.
    check = f"import crawler; assert crawler.__file__.startswith({str(installed)!r})"
    return subprocess.run(
        [sys.executable, "-c", f"{check}; from crawler.cli import main; main()", *words],
        cwd=home,
        env={**rest, "PYTHONPATH": str(installed), "HOME": str(home), "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )


def test_whatever_the_program_reads_is_in_the_wheel(installed: Path) -> None:
    files = [
        path
        for folder in ("crawler", "dedup", "seeds")
        for path in (ROOT / folder).rglob("*.*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    places = {path: path.relative_to(ROOT) for path in files}
    inside = [Path("crawler") / place if place.parts[0] == "seeds" else place for place in places.values()]
    assert [str(place) for place in inside if not (installed / place).is_file()] == []


def test_it_works_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    begun = khabar(installed, tmp_path, "init", "--contact", "archive@example.org", "--json")
    places = json.loads(begun.stdout)
    assert places["data_dir"] == str(tmp_path / ".local/share/khabar")
    assert Path(places["settings_file"]).read_text().count("\nKHABAR_CONTACT=archive@example.org\n") == 1
    # One's own seed goes before the program's.
    own = Path(places["seeds"]) / "enab-baladi.toml"
    own.write_text('name = "mine"\nurl = "https://example.org/"\n')
    listed = khabar(installed, tmp_path, "sites", "list", "--json")
    sites = {site["id"]: site for site in json.loads(listed.stdout)}
    assert len(sites) == len(list((ROOT / "seeds").glob("*.toml")))
    assert sites["enab-baladi"]["name"] == "mine"
    Path(places["settings_file"]).write_text("KHABAR_CONTRACT=x\n")
    wrong = khabar(installed, tmp_path, "sites", "list")
    assert wrong.returncode == 2
    assert "unknown: KHABAR_CONTRACT" in wrong.stderr
