"""What every command is given: the common options and the two streams.

Results go to stdout and are data alone; progress, notices and errors go to stderr.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from crawler.config import Settings
from crawler.errors import UsageError

ZONE = ZoneInfo("Asia/Damascus")
"""A day given on the command line is a day of the newsrooms, not of the reader's machine."""


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
    """The console for results."""
    return Console(highlight=False)


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


def parse_day(option: str, value: str | None) -> datetime | None:
    """Read a day or a moment given on the command line.

    Args:
        option: The option's name, for the message.
        value: ``2024-12-04``, or an ISO 8601 time; a time without an offset is Damascus time.

    Raises:
        UsageError: It is neither.
    """
    if value is None:
        return None
    try:
        if len(value) == 10:
            return datetime.combine(date.fromisoformat(value), time.min, ZONE).astimezone(UTC)
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise UsageError(
            f"{option}: {value!r} is not a date; write it as 2024-12-04 or 2024-12-04T13:30+03:00"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).astimezone(UTC)
