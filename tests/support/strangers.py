"""Other people's tools, which have to accept packages of evidence: `make strangers` installs them."""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from warcio.checker import Checker

PROGRAMS = Path(__file__).resolve().parents[2] / ".venv-strangers" / "bin"
needs_strangers = pytest.mark.skipif(
    not (PROGRAMS / "wayback").exists(), reason="make strangers installs py-wacz, authsign and pywb"
)


def warcio_accepts(path: Path) -> bool:
    """Whether `warcio check` finds no fault in a WARC file."""
    checker = Checker(type("Command", (), {"inputs": [str(path)], "verbose": False}))
    checker.process_all()
    return bool(checker.exit_value == 0)


def run(program: str, *arguments: str, folder: Path, asked: str | None = None) -> str:
    """Run a program; returns what it printed to both streams."""
    command = [str(PROGRAMS / program), *arguments]
    ran = subprocess.run(
        command,
        cwd=folder,
        input=asked,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if asked is None else subprocess.PIPE,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}"
    return ran.stdout


def replayed(package: Path, folder: Path, pages: Iterable[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """What pywb shows of a package: status and SHA-256 of the body by address.

    Args:
        package: The WACZ file.
        folder: An empty folder.
        pages: Address and time (14 digits) of each page.
    """
    for name in ("archive", "indexes"):
        (folder / "collections" / "case" / name).mkdir(parents=True)
    problems = run("wb-manager", "add", "--unpack-wacz", "case", str(package), folder=folder)
    assert "WARNING" not in problems, problems
    script = str(Path(__file__).with_name("replay.py"))
    answers = run("python", "-P", script, folder=folder, asked=json.dumps(list(pages)))
    return {url: (status, sha256) for url, (status, sha256) in json.loads(answers.splitlines()[-1]).items()}
