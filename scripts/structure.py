"""The structure of the code in figures, held to ceilings: `python -m scripts.structure`.

Each figure may fall and never rise: the ceilings stand in ``[tool.khabar.structure]`` of pyproject.toml.
Prints the figures; ends with 1 where one is above its ceiling, and with a hint where one can be lowered.
"""

import ast
import re
import sys
import tokenize
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("crawler", "dedup")

_EMPTY = "told|found|one|held|made|said|there|most|least|known|named|wanted|asked|others"
EMPTY_NAMES = frozenset(_EMPTY.split("|"))
"""Words that name nothing: a variable called so says neither what it holds nor where it comes from."""

LONG_FUNCTION = 60
"""Lines of code of a function; longer ones hold more than one thought."""

COMPLEX_FUNCTION = 20
"""Ways through a function (McCabe, 1976); more cannot be held in the head."""

MANY_MODULES = 10
"""Modules of ours that one class may use; one that uses more knows everything."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
_IGNORE = re.compile(r"#\s*type:\s*ignore")


@dataclass(frozen=True)
class Module:
    """A module of ours: its dotted name, its file and what is in it."""

    name: str
    path: Path

    @cached_property
    def source(self) -> str:
        """Its text."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.source)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of its syntax tree."""
        return list(ast.walk(self.tree))

    @property
    def package(self) -> str:
        """The package that its figures count for: ``crawler.web``, or ``dedup``."""
        parts = self.name.split(".")
        return ".".join(parts[:2]) if parts[0] == "crawler" and len(parts) > 2 else parts[0]

    @cached_property
    def code_lines(self) -> frozenset[int]:
        """Numbers of the lines that hold code: neither blank, nor a comment or docstring alone."""
        idle = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
        idle |= {tokenize.ENCODING, tokenize.ENDMARKER}
        lines: set[int] = set()
        for token in tokenize.tokenize(BytesIO(self.source.encode()).readline):
            if token.type not in idle:
                lines.update(range(token.start[0], token.end[0] + 1))
        return frozenset(lines - set(self._docstring_lines()))

    def _docstring_lines(self) -> Iterator[int]:
        for node in self.nodes:
            for statement in (
                getattr(node, "body", ()) if not isinstance(node, ast.Lambda | ast.IfExp) else ()
            ):
                value = getattr(statement, "value", None)
                is_text = isinstance(value, ast.Constant) and isinstance(value.value, str)
                if isinstance(statement, ast.Expr) and is_text:
                    yield from range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)

    @cached_property
    def functions(self) -> list[Function]:
        """Its functions and methods; one inside another counts for the outer one."""
        return list(_outer_functions(self.tree))


def _outer_functions(node: ast.AST) -> Iterator[Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield child
        else:
            yield from _outer_functions(child)


def branches(node: ast.AST) -> int:
    """Ways that fork in a piece of code: ifs, loops, handlers, and what expressions decide."""
    count = 0
    for child in ast.walk(node):
        if isinstance(child, ast.If | ast.For | ast.AsyncFor | ast.While | ast.ExceptHandler | ast.IfExp):
            count += 1
        elif isinstance(child, ast.BoolOp):
            count += len(child.values) - 1
        elif isinstance(child, ast.comprehension):
            count += 1 + len(child.ifs)
        elif isinstance(child, ast.match_case):
            count += 1
    return count


@dataclass
class Structure:
    """The modules of a project and what can be counted of them."""

    modules: dict[str, Module] = field(default_factory=dict)

    @classmethod
    def read(cls, root: Path = ROOT) -> "Structure":
        """Read all packages under a folder."""
        modules = {}
        for package in PACKAGES:
            for path in sorted((root / package).rglob("*.py")):
                parts = path.relative_to(root).with_suffix("").parts
                name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
                modules[name] = Module(name, path)
        return cls(modules)

    @cached_property
    def imports(self) -> dict[str, set[str]]:
        """The modules of ours that each module imports, wherever it does so."""
        return {name: set(self._imported(module)) - {name} for name, module in self.modules.items()}

    def _imported(self, module: Module) -> Iterator[str]:
        for node in module.nodes:
            yield from self._targets(node)

    def _targets(self, node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in self.modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in self.modules:
                    yield inner
                elif node.module in self.modules:
                    yield node.module

    def circles(self) -> list[list[str]]:
        """Groups of modules that import each other (strongly connected, Tarjan 1972)."""
        order: dict[str, int] = {}
        low: dict[str, int] = {}
        stack: list[str] = []
        groups: list[list[str]] = []

        def visit(name: str) -> None:
            order[name] = low[name] = len(order)
            stack.append(name)
            for target in sorted(self.imports[name]):
                if target not in order:
                    visit(target)
                    low[name] = min(low[name], low[target])
                elif target in stack:
                    low[name] = min(low[name], order[target])
            if low[name] == order[name]:
                group = stack[stack.index(name) :]
                del stack[stack.index(name) :]
                if len(group) > 1:
                    groups.append(sorted(group))

        for name in sorted(self.modules):
            if name not in order:
                visit(name)
        return groups

    def single_importers(self) -> list[str]:
        """Modules that one other module alone imports."""
        importers: dict[str, int] = dict.fromkeys(self.modules, 0)
        for targets in self.imports.values():
            for target in targets:
                importers[target] += 1
        return sorted(name for name, count in importers.items() if count == 1)

    def density(self, package: str | None = None) -> float:
        """Branches a hundred lines of function code, of one package or of all."""
        forks = lines = 0
        for module in self.modules.values():
            if package in (None, module.package):
                for function in module.functions:
                    forks += branches(function)
                    lines += _length(module, function)
        return 100 * forks / lines if lines else 0.0

    def packages(self) -> list[str]:
        """The packages that figures are counted for."""
        return sorted({module.package for module in self.modules.values()})

    def long_functions(self) -> list[str]:
        """Functions of more than `LONG_FUNCTION` lines of code."""
        return [
            f"{module.name}.{function.name}"
            for module in self.modules.values()
            for function in module.functions
            if _length(module, function) > LONG_FUNCTION
        ]

    def complex_functions(self) -> list[str]:
        """Functions with more than `COMPLEX_FUNCTION` ways through."""
        return [
            f"{module.name}.{function.name}"
            for module in self.modules.values()
            for function in module.functions
            if branches(function) + 1 > COMPLEX_FUNCTION
        ]

    def wide_classes(self) -> list[str]:
        """Classes that use more than `MANY_MODULES` modules of ours."""
        return [
            f"{module.name}.{node.name}"
            for module in self.modules.values()
            for node in module.nodes
            if isinstance(node, ast.ClassDef) and len(self._used_by(module, node)) > MANY_MODULES
        ]

    def _used_by(self, module: Module, node: ast.ClassDef) -> set[str]:
        sources: dict[str, str] = {}
        for statement in module.nodes:
            if isinstance(statement, ast.ImportFrom) and statement.module:
                for alias in statement.names:
                    for target in self._targets(ast.ImportFrom(statement.module, [alias], 0)):
                        sources[alias.asname or alias.name] = target
        used = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
        return {sources[name] for name in used if name in sources}

    def empty_names(self) -> list[str]:
        """Variables, parameters and attributes called by a word that names nothing."""
        return [
            f"{module.name}:{line}: {name}"
            for module in self.modules.values()
            for name, line in _identifiers(module.nodes)
            if name.strip("_") in EMPTY_NAMES
        ]

    def empty_name_parts(self) -> list[str]:
        """Longer names with such a word in them, as ``told_by``: what the word stands for could be named."""
        return [
            f"{module.name}:{line}: {name}"
            for module in self.modules.values()
            for name, line in _identifiers(module.nodes)
            if name.strip("_") not in EMPTY_NAMES and not EMPTY_NAMES.isdisjoint(name.split("_"))
        ]

    def densities(self) -> list[str]:
        """Branches a hundred lines of function code, package by package, the densest first."""
        counted = sorted(self.density_by_package().items(), key=lambda density: density[1], reverse=True)
        return [f"{package:24} {density:5.1f}" for package, density in counted]

    def density_by_package(self) -> dict[str, float]:
        """The same as numbers."""
        return {package: self.density(package) for package in self.packages()}

    def type_ignores(self) -> int:
        """Comments that keep the type checker quiet."""
        return sum(len(_IGNORE.findall(module.source)) for module in self.modules.values())


def _length(module: Module, function: Function) -> int:
    span = range(function.lineno, (function.end_lineno or function.lineno) + 1)
    return sum(line in module.code_lines for line in span)


def _identifiers(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """The names that are given, each where it is given: assigned, declared as a parameter, or defined."""
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name.lower(), node.lineno


FIGURES: dict[str, Callable[[Structure], float]] = {
    "circles": lambda structure: len(structure.circles()),
    "single_importers": lambda structure: len(structure.single_importers()),
    "long_functions": lambda structure: len(structure.long_functions()),
    "complex_functions": lambda structure: len(structure.complex_functions()),
    "wide_classes": lambda structure: len(structure.wide_classes()),
    "empty_names": lambda structure: len(structure.empty_names()),
    "empty_name_parts": lambda structure: len(structure.empty_name_parts()),
    "type_ignores": Structure.type_ignores,
    "branches": lambda structure: round(structure.density(), 1),
    "branches_of_densest_package": lambda structure: round(max(structure.density_by_package().values()), 1),
}
"""All figures that have a ceiling."""


def ceilings(root: Path = ROOT) -> dict[str, float]:
    """The ceilings that pyproject.toml sets."""
    table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    limits: dict[str, float] = table["tool"]["khabar"]["structure"]
    return limits


def main() -> int:
    """Print the figures beside their ceilings; with names as arguments, what a figure counts."""
    structure = Structure.read()
    for name in sys.argv[1:]:
        for item in getattr(structure, name)():
            sys.stdout.write(f"{item}\n")
    if sys.argv[1:]:
        return 0
    code, limits = 0, ceilings()
    for name, count in FIGURES.items():
        value, limit = count(structure), limits[name]
        verdict = "too many" if value > limit else "ok" if value == limit else "ok: lower the ceiling"
        code = max(code, int(value > limit))
        sys.stdout.write(f"{name:30} {value:8g} of {limit:g}  {verdict}\n")
    sys.stdout.write("\nBranches a hundred lines of function code, by package:\n")
    sys.stdout.writelines(f"{line}\n" for line in structure.densities())
    if code:
        sys.stdout.write("python -m scripts.structure NAME lists what a figure counts\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
