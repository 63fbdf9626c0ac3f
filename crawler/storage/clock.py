"""Stored times against the clock: none is believed that only a wrong clock can have written.

A flat battery or a resumed virtual machine sets a clock years ahead, and what was stored meanwhile outlives
it. Every stored time that decides whether something waits is read with one of these two.
"""

from datetime import datetime, timedelta

CLOCK_SLACK = timedelta(minutes=10)
"""The clocks of two machines that share a store may differ by so much: more than any that is set by network
time, and less than the shortest wait that a wrong clock could bring about unnoticed."""


def waits_until(moment: datetime | None, now: datetime, longest: timedelta) -> datetime | None:
    """The stored moment before which something has to wait; None: it is due.

    Args:
        moment: The moment as stored, aware; None: there is none.
        now: The present time.
        longest: The longest wait that is ever stored. A moment that lies further ahead was written by a
            clock that was ahead itself, and is due now.
    """
    if moment is None or moment <= now or moment > now + longest + CLOCK_SLACK:
        return None
    return moment


def not_ahead(moment: datetime | None, now: datetime) -> datetime | None:
    """The stored moment of something that has happened; None where it lies ahead, and says nothing.

    Args:
        moment: The moment as stored, aware; None: there is none.
        now: The present time.
    """
    return None if moment is None or moment > now + CLOCK_SLACK else moment
