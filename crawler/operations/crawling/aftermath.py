"""What is done when crawls have ended; whatever goes wrong with it is reported, and nothing else fails."""

from collections.abc import Callable

from crawler.operations.archive.time_stamp import stamp_archive
from crawler.operations.dedup.events import find_new_events
from crawler.settings import Settings


def finish_crawls(settings: Settings, notice: Callable[[str], None]) -> None:
    """Find the events of what crawls brought, and have the custody log stamped where that is due.

    Args:
        settings: Where the stores are.
        notice: Given a sentence about what went wrong.
    """
    find_new_events(settings, notice)
    stamp_archive(settings, notice)
