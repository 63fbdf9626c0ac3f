"""What every command is given: the common options and the two streams.

Results go to stdout and are data alone; progress, notices and errors go to stderr.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from crawler.settings import Settings

UNSEEN_WIDTH = 1000
"""Characters of a line where nobody looks: wider than any table; rich would fold at 80."""


@dataclass(frozen=True, slots=True)
class CliContext:
    """The options before the command. `verbosity` is -1 for -q, 0, or 1 for -v."""

    seeds: Path
    settings: Settings
    json: bool = False
    verbosity: int = 0


def context_of(ctx: typer.Context) -> CliContext:
    """Return the common options of a command's call."""
    found = ctx.find_object(CliContext)
    if found is None:
        raise RuntimeError("the command was called without the main application's options")
    return found


def out() -> Console:
    """The console for results; in a pipe no line is cut or folded."""
    wide = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(highlight=False, width=UNSEEN_WIDTH if wide else None)


def err() -> Console:
    """The console for progress, notices and errors."""
    return Console(stderr=True, highlight=False)


def tell_contact(common: CliContext) -> None:
    """Say, where no contact is set, that sites' keepers have nobody to turn to."""
    if not common.settings.contact and common.verbosity >= 0:
        err().print(
            "No contact is set: sites see who crawls them only as Khabar. "
            "Set KHABAR_CONTACT to a mail address or a page that their keepers can turn to.",
            style="yellow",
        )
