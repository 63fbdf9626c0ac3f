"""What import-linter's contracts (pyproject.toml) and `scripts.structure` cannot say of the layout."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

PURE = (
    "crawler/discovery",
    "crawler/extraction",
    "crawler/model",
    "crawler/parsing",
    "dedup/comparison",
    "dedup/text",
)
"""Packages that do no I/O. The contracts forbid whole libraries, and `urllib` is half of each kind."""


@cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def _imports(path: Path) -> Iterator[str]:
    for node in _nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_pure_packages_open_no_urls() -> None:
    for package in PURE:
        for path in (ROOT / package).rglob("*.py"):
            assert "urllib.request" not in set(_imports(path)), path


def test_the_gpl_server_is_never_imported() -> None:
    for folder in ("crawler", "dedup"):
        for path in (ROOT / folder).rglob("*.py"):
            assert not [name for name in _imports(path) if name.split(".")[0].startswith("secantus")], path


def test_digits_are_those_that_int_reads() -> None:
    """`str.isdigit` also says yes to «❸» and «²», which `int` refuses; `\\d` and `str.isdecimal` do not."""
    for folder in ("crawler", "dedup"):
        for path in (ROOT / folder).rglob("*.py"):
            names = {node.attr for node in _nodes(path) if isinstance(node, ast.Attribute)}
            assert not names & {"isdigit", "isnumeric"}, path


def test_tests_share_through_support_alone() -> None:
    """A test that another test imports cannot be changed or moved by itself."""
    for path in (ROOT / "tests").rglob("*.py"):
        shared = [
            name
            for name in _imports(path)
            if name.startswith("tests.") and not name.startswith("tests.support")
        ]
        assert not shared, f"{path.relative_to(ROOT)} imports {shared}: move what it needs to tests/support/"
