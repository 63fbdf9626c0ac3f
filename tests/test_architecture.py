"""The layout says how the parts depend on each other; this test holds it to that."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

ALLOWED = {
    "model": {"errors", "parsing"},
    "parsing": {"errors", "model"},
    "extraction": {"errors", "model", "parsing", "discovery"},
    "discovery": {"errors", "model", "parsing"},
    "storage": {"errors", "files", "settings", "model", "parsing", "discovery", "dedup"},
    "fetch": {"errors", "model", "storage", "parsing", "settings"},
    "health": {"errors", "model", "discovery", "storage", "fetch"},
    "pipelines": {
        "errors",
        "model",
        "storage",
        "fetch",
        "parsing",
        "extraction",
        "discovery",
        "dedup",
        "worker_pool",
    },
    "spiders": {
        "errors",
        "settings",
        "model",
        "storage",
        "fetch",
        "health",
        "parsing",
        "pipelines",
        "discovery",
        "dedup",
    },
    "demo": {"errors", "model"},
    "report": {"dedup"},
    "worker_pool": {"errors"},
}
"""What each room of `crawler/` may import besides itself. `operations` and `cli` may import everything."""

PURE = [
    "crawler/extraction",
    "crawler/parsing",
    "dedup/text/shingles.py",
    "dedup/signature.py",
    "dedup/comparison",
]
IO_MODULES = {
    "socket",
    "urllib.request",
    "requests",
    "redis",
    "pymongo",
    "scrapy",
    "subprocess",
    "http.client",
}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_a_room_imports_only_what_lies_below_it(room: str) -> None:
    for path in (ROOT / "crawler" / room).rglob("*.py"):
        for name in _imports(path):
            package, _, rest = name.partition(".")
            target = rest.split(".")[0] if package == "crawler" else package
            if package in ("crawler", "dedup") and target != room and (package != "crawler" or rest):
                assert target in ALLOWED[room], f"{path.relative_to(ROOT)} imports {name}"


def test_dedup_knows_nothing_of_crawling() -> None:
    for path in (ROOT / "dedup").rglob("*.py"):
        assert not [name for name in _imports(path) if name.split(".")[0] == "crawler"], path


@pytest.mark.parametrize("part", PURE)
def test_what_is_pure_does_no_io(part: str) -> None:
    place = ROOT / part
    for path in place.rglob("*.py") if place.is_dir() else [place]:
        assert not IO_MODULES & set(_imports(path)), path


def test_the_gpl_server_is_never_imported() -> None:
    for folder in ("crawler", "dedup"):
        for path in (ROOT / folder).rglob("*.py"):
            assert not [name for name in _imports(path) if name.split(".")[0].startswith("secantus")], path


@pytest.mark.parametrize("room", ["spiders", "fetch", "pipelines", "discovery", "parsing", "worker_pool"])
def test_dependencies_inside_a_room_go_one_way(room: str) -> None:
    """Imports for type checkers count: who needs to know whom is what the reader has to follow."""
    prefix = f"crawler.{room}."
    wanted = {
        path.stem: {
            name.removeprefix(prefix).split(".")[0] for name in _imports(path) if name.startswith(prefix)
        }
        for path in (ROOT / "crawler" / room).glob("*.py")
    }
    while free := {name for name, needs in wanted.items() if not needs & wanted.keys()}:
        for name in free:
            del wanted[name]
    assert not wanted, f"these modules of {room} depend on each other in a circle: {sorted(wanted)}"


def test_digits_are_those_that_int_reads() -> None:
    """`str.isdigit` also says yes to «❸» and «²», which `int` refuses; `\\d` and `str.isdecimal` do not."""
    for folder in ("crawler", "dedup"):
        for path in (ROOT / folder).rglob("*.py"):
            names = {
                node.attr
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(node, ast.Attribute)
            }
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
