"""How results look: tables for any width, addresses for people and for pipes, the command to call next."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from crawler.html.safe import readable_url

Cell = str | Text

GAP = 1
"""Spaces between two columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: `min_width` is the width in characters below which it is no use."""

    heading: str
    right: bool = False
    wraps: bool = False
    min_width: int = 1


class RowTable:
    """Rows under headings; where the terminal is too narrow for them, a block of lines for each row.

    Args:
        columns: The columns; the first names the row.
        title: What stands above the table.
    """

    def __init__(self, columns: Sequence[Column], title: str | None = None) -> None:
        self._columns = columns
        self._title = title
        self._rows: list[tuple[Sequence[Cell], bool]] = []

    def add_row(self, *cells: Cell) -> None:
        """Add a row: a cell for each column."""
        self._rows.append((cells, False))

    def add_total(self, *cells: Cell) -> None:
        """Add the row that sums up the others."""
        self._rows.append((cells, True))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        if self._min_width() <= options.max_width:
            yield self._table()
        else:
            yield from self._blocks()

    def _min_width(self) -> int:
        """Characters of a line in which no cell is cut: rich itself breaks words where it has to."""
        widths = []
        for index, column in enumerate(self._columns):
            cells = [column.heading, *(str(cells[index]) for cells, _ in self._rows)]
            pieces = [
                piece for cell in cells for piece in (cell.split() if column.wraps else cell.split("\n"))
            ]
            widths.append(max(column.min_width, *(cell_len(piece) for piece in pieces or ("",))))
        return sum(widths) + GAP * (len(widths) - 1)

    def _table(self) -> Table:
        table = Table(
            title=self._title,
            title_justify="left",
            box=box.SIMPLE_HEAD,
            header_style="bold",
            padding=(0, 1),
            collapse_padding=True,
            pad_edge=False,
        )
        for column in self._columns:
            table.add_column(
                column.heading,
                justify="right" if column.right else "left",
                overflow="fold",
                no_wrap=not column.wraps,
                min_width=column.min_width,
            )
        for cells, total in self._rows:
            if total:
                table.add_section()
            table.add_row(*cells, style="bold" if total else None)
        return table

    def _blocks(self) -> Iterator[RenderableType]:
        if self._title:
            yield Text(self._title, style="italic")
        for cells, _ in self._rows:
            name, *values = cells
            yield Text.assemble(name, style="bold")
            for column, value in zip(self._columns[1:], values, strict=True):
                if str(value):
                    heading = column.heading.replace("\n", " ")
                    yield Padding(
                        Text.assemble((f"{heading}: ", "dim"), value, overflow="fold"), (0, 0, 0, 2)
                    )


def shown_address(url: str, *, readable: bool | None = None) -> str:
    """An address as its reader wants it: in letters on a terminal, as it is stored in a pipe.

    Args:
        url: The address as stored.
        readable: Whether a person reads it; by default whether stdout is a terminal.
    """
    if not (sys.stdout.isatty() if readable is None else readable):
        return url
    return readable_url(url)


def command_name() -> str:
    """The `khabar` command as it can be called from where the reader is."""
    script = Path(sys.executable).parent / "khabar"
    on_path = shutil.which("khabar")
    if on_path is not None and Path(on_path).resolve() == script.resolve():
        return "khabar"
    if not script.exists():
        return f"{sys.executable} -m crawler"
    return str(script.relative_to(Path.cwd()) if script.is_relative_to(Path.cwd()) else script)
