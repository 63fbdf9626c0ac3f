import ast
import textwrap
from pathlib import Path

import pytest

from scripts.structure import FIGURES, Structure, branches, ceilings


def _project(folder: Path, **modules: str) -> Structure:
    for name, text in modules.items():
        path = folder / "dedup" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return Structure.read(folder)


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("a = 1", 0),
        ("if a:\n    b\nelif c:\n    d\nelse:\n    e", 2),
        ("x = a and b and c", 2),
        ("x = a if b else c", 1),
        ("x = [y for y in z if y if w]", 3),
        ("try:\n    a\nexcept ValueError:\n    b\nexcept OSError:\n    c", 2),
        ("while a:\n    for b in c:\n        d", 2),
    ],
)
def test_branches_are_what_forks(code: str, count: int) -> None:
    assert branches(ast.parse(code)) == count


def test_modules_that_import_each_other_are_a_circle_wherever_they_do_it(tmp_path: Path) -> None:
    structure = _project(
        tmp_path, a="from dedup.b import f", b="def f():\n    from dedup import c", c="import dedup.a", d=""
    )
    assert structure.circles() == [["dedup.a", "dedup.b", "dedup.c"]]
    assert structure.single_importers() == ["dedup.a", "dedup.b", "dedup.c"]


def test_blank_lines_comments_and_docstrings_are_no_code(tmp_path: Path) -> None:
    structure = _project(
        tmp_path,
        a='''
        def f(x):
            """Says

            what it does.
            """
            # why

            text = """of
            two lines"""
            return 1 if x else text
        ''',
    )
    (function,) = structure.modules["dedup.a"].functions
    assert function.name == "f"
    assert round(structure.density(), 1) == 25.0  # one branch in four lines


def test_names_that_say_nothing_are_found_where_they_are_given(tmp_path: Path) -> None:
    structure = _project(
        tmp_path, a="told = 1\ndef f(found, page):\n    _held = page.made\n    return found", b="stored = 1"
    )
    assert [line.split(": ")[1] for line in structure.empty_names()] == ["told", "found", "_held"]


def test_a_longer_name_with_an_empty_word_is_counted_by_itself(tmp_path: Path) -> None:
    structure = _project(tmp_path, a="told_by = 1\nfoundation = 2\ndef is_known(one): ...")
    assert {line.split(": ")[1] for line in structure.empty_name_parts()} == {"told_by", "is_known"}


def test_packages_are_listed_by_their_density(tmp_path: Path) -> None:
    structure = _project(tmp_path, a="def f(x):\n    return 1 if x else 2")
    assert [line.split() for line in structure.densities()] == [["dedup", "50.0"]]


def test_every_figure_of_the_project_has_a_ceiling() -> None:
    assert FIGURES.keys() == ceilings().keys()
