"""What Khabar reports when an operation cannot be done.

Every error that a person is meant to read derives from `KhabarError`: the command line prints its
message as one line on stderr and exits with its `exit_code`, never with a traceback. What `extract`
raises for a page lives in `crawler.extraction.errors`.
"""


class KhabarError(Exception):
    """An operation could not be done; the message says what, where and what to do about it."""

    exit_code = 1


class UsageError(KhabarError):
    """The request itself is wrong: an unknown site, a bad date, a missing argument."""

    exit_code = 2


class SeedError(UsageError):
    """One or more seed files are invalid; the message names file, key and allowed values."""


class StoreUnavailableError(KhabarError):
    """MongoDB or Redis does not answer, or answers in a way that Khabar cannot work with."""
