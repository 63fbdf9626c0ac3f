"""What every command gets: the common options and the two streams.

Results go to stdout and are data alone; progress, notices and errors go to stderr.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from crawler.errors import UsageError
from crawler.model.seeds import load_sites, seed_paths, select_sites
from crawler.model.site import Site
from crawler.settings import Settings

UNSEEN_WIDTH = 1000
"""Characters of a line where nobody looks: wider than any table; rich would fold at 80."""


@dataclass(frozen=True, slots=True)
class CliContext:
    """The options before the command. `verbosity` is -1 for -q, 0, or 1 for -v; `lang` is that of tables."""

    seeds: Path
    settings: Settings
    json: bool = False
    verbosity: int = 0
    lang: str = "en"

    @property
    def without_progress(self) -> bool:
        """Whether no progress bar is drawn: with -q, and where stderr is no terminal."""
        return self.verbosity < 0 or not err().is_terminal

    def notice(self, text: str, style: str | None = None) -> None:
        """Print a sentence on stderr, unless -q was given."""
        if self.verbosity >= 0:
            err().print(text, style=style, markup=False, soft_wrap=True)

    def sites_of_seeds(self, site: str | None = None) -> dict[str, Site]:
        """The sites of the seeds; none where there is no folder of seeds.

        Args:
            site: One that has to be among them.

        Raises:
            UsageError: It is not; the message names similar ones.
        """
        sites = load_sites(self.seeds) if seed_paths(self.seeds) else {}
        if site is not None and site not in sites:
            select_sites(sites, [site])
        return sites


def language_of(chosen: str | None) -> str:
    """The language of tables: the one that is chosen, or else Arabic where the system's messages are.

    Raises:
        UsageError: There are no words in it.
    """
    if chosen is None:
        locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
        return "ar" if locale.lower().startswith("ar") else "en"
    if chosen not in ("ar", "en"):
        raise UsageError(f"--lang {chosen}: it is one of ar, en")
    return chosen


def context_of(ctx: typer.Context) -> CliContext:
    """Return the common options of a command's call."""
    common = ctx.find_object(CliContext)
    if common is None:
        raise RuntimeError("the command was called without the main application's options")
    return common


def out() -> Console:
    """The console for results; in a pipe no line is cut or folded."""
    wide = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(highlight=False, width=UNSEEN_WIDTH if wide else None)


def err() -> Console:
    """The console for progress, notices and errors."""
    return Console(stderr=True, highlight=False)


def warn_without_contact(common: CliContext) -> None:
    """Print a warning where no contact is set, which the keepers of sites could turn to."""
    if not common.settings.contact:
        common.notice(
            "No contact is set: sites see who crawls them only as Khabar. "
            "Set KHABAR_CONTACT to a mail address or a page that their keepers can turn to.",
            style="yellow",
        )
