"""The commands and options that documentation and deployment files name: they exist, and all are named."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup, TyperOption
from typer.main import get_command

from crawler.cli.main import application

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DEPLOYMENT = sorted(
    [ROOT / "compose.yaml", ROOT / "Dockerfile", *filter(Path.is_file, (ROOT / "contrib").rglob("*"))]
)
HISTORY = frozenset({"CHANGELOG.md", "decisions"})
"""What these say was true when it was written."""

_CODE = re.compile(r"^```[^\n]*\n(.*?)^```|`([^`\n]+)`", re.S | re.M)
_CALL = re.compile(r"(?:^|[\s/\"'(])khabar[ \t]+([^\n|>;&#)]+)")


@cache
def _root() -> TyperGroup:
    root = get_command(application())
    assert isinstance(root, TyperGroup)
    return root


def _commands(group: TyperGroup, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name)


def _calls(path: Path) -> Iterator[list[str]]:
    """The words behind ``khabar`` wherever a file has a call of it as code."""
    text = path.read_text(encoding="utf-8")
    pieces = ["".join(match) for match in _CODE.findall(text)] if path.suffix == ".md" else [text]
    for piece in pieces:
        for call in _CALL.findall(piece.replace("\\\n", " ")):
            try:
                yield shlex.split(call)
            except ValueError:  # cut within a quotation
                yield call.split()


def _problem(words: list[str]) -> str | None:
    """What of a call does not exist; None: all does, or it is no call."""
    command: Any = _root()
    skips = False
    for word in words:
        if word.startswith("-") and len(word) > 1:
            options = {name: each for each in command.params for name in (*each.opts, *each.secondary_opts)}
            known = {**options, "--help": None, "-h": None}
            name = word.partition("=")[0].rstrip(",.")
            if name not in known:
                return f"{command.name} has no {name}"
            option = known[name]
            skips = isinstance(option, TyperOption) and not option.is_flag and "=" not in word
        elif skips:
            skips = False
        elif isinstance(command, TyperGroup):
            following = command.commands.get(word.rstrip(",.:"))
            if following is None:
                is_name = re.fullmatch(r"[a-z][a-z-]+", word) and command is not _root()
                return f"{command.name} has no {word}" if is_name else None
            command = following
    return None


def _documents() -> list[Path]:
    return [path for path in DOCUMENTS if not HISTORY & set(path.relative_to(ROOT).parts)]


@pytest.mark.parametrize("path", [*_documents(), *DEPLOYMENT], ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_called_exists(path: Path) -> None:
    problems = [(" ".join(words), _problem(words)) for words in _calls(path)]
    assert [problem for problem in problems if problem[1]] == []


def test_a_wrong_call_is_noticed() -> None:
    assert _problem(shlex.split("--lang ar crawl sana --limit 5")) is None
    assert _problem(shlex.split("crawl sana --bounds 5")) == "crawl has no --bounds"
    assert _problem(shlex.split("dedup pages")) == "dedup has no pages"


def test_every_command_is_named_in_the_documentation() -> None:
    named = {tuple(words[:length]) for path in _documents() for words in _calls(path) for length in (1, 2)}
    assert set(_commands(_root())) - named == set()


def test_the_readme_names_the_same_commands_in_both_languages() -> None:
    commands = set(_commands(_root()))
    english, arabic = (
        {tuple(words[:length]) for words in _calls(ROOT / name) for length in (1, 2)} & commands
        for name in ("README.md", "README.ar.md")
    )
    assert english == arabic
