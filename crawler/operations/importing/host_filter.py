"""Hosts of which records are wanted: those that patterns name; the records of all others end as filtered."""

import re
from collections.abc import Iterable, Sequence
from fnmatch import translate

import idna

from crawler.errors import UsageError
from crawler.importing.records import Ending
from crawler.storage.import_ledger import ImportLedger

_PATTERN = re.compile(r"[a-z0-9*_.:-]{1,253}")


class HostFilter:
    """Hosts by patterns: ``example.org`` with the hosts under it, or with ``*`` for any letters, as ``*.sy``.

    Args:
        patterns: The patterns; none: every host is wanted.

    Raises:
        UsageError: One is no pattern of hosts.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = tuple(patterns)
        """As they were given."""
        self._expressions = [re.compile(translate(name)) for name in _spellings(patterns)]

    def wants(self, host: str) -> bool:
        """Whether records of a host are wanted; the port counts where the pattern has it.

        Args:
            host: As `host_of` gives it, without ``www.``.
        """
        names = (host, host.rsplit(":", 1)[0])
        return not self.patterns or any(each.match(name) for each in self._expressions for name in names)

    def apply(self, ledger: ImportLedger) -> None:
        """End the open records of hosts that are not wanted."""
        if not self.patterns:
            return
        reason = f"its host is none of {', '.join(self.patterns)}"
        with ledger.transaction():
            for host in ledger.hosts():
                if host and not self.wants(host):
                    ledger.assign(host, None, str(Ending.FILTERED), reason)


def _spellings(patterns: Iterable[str]) -> list[str]:
    """The patterns as hosts are spelled in the ledger; a plain one also with what may stand before it."""
    spellings = []
    for pattern in patterns:
        name = ".".join(map(_label, pattern.strip().lower().removeprefix("www.").split(".")))
        if not _PATTERN.fullmatch(name):
            raise UsageError(
                f"--host {pattern!r}: give a host such as example.org, or a pattern such as '*.sy'"
            )
        spellings += [name] if "*" in name else [name, f"*.{name}"]
    return spellings


def _label(label: str) -> str:
    """A part of a host in IDNA form; one that has none as it is."""
    try:
        return label if label.isascii() else idna.encode(label).decode()
    except idna.IDNAError:
        return label


ALL_HOSTS = HostFilter(())
