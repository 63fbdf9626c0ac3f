"""The pages only read, and only the command line imports them."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "crawler"


def imported(path: Path) -> set[str]:
    """The modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_only_the_command_line_knows_of_the_pages() -> None:
    for path in ROOT.rglob("*.py"):
        if path.parent.name not in ("web", "cli"):
            assert not [name for name in imported(path) if name.startswith("crawler.web")], path


def test_the_pages_know_nothing_of_the_command_line_and_of_crawling() -> None:
    for path in (ROOT / "web").rglob("*.py"):
        for name in imported(path):
            assert not name.startswith(("crawler.cli", "crawler.pipelines", "crawler.fetch")), path
            assert name not in ("pymongo", "sqlite3", "redis"), path
