"""What became of an import: each record in one disposition, by file, and notices on single records."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from crawler.errors import KhabarError
from crawler.importing.records import Ending
from crawler.model.article import Disposition
from crawler.storage.import_ledger import ImportLedger, Notice

TOLD = (
    Ending.UNREADABLE,
    Ending.CONTENT_MISSING,
    Disposition.QUARANTINED,
    Disposition.FAILED,
    Disposition.REFUSED,
)
"""Endings that are told record by record, with the place in the file."""
MOST_NOTICES = 10_000
MOST_HOSTS = 20
LEFT = "left"
"""Records that an import which was stopped did not come to."""


@dataclass(slots=True)
class ImportReport:
    """What became of an import.

    `records` is the sum of `dispositions`, and of those of all files. `verdicts` are those on the sites, as
    of a crawl. `left_out` are the hosts of pages that belong to no site, with the number of their records.
    `new_sites` are those of which a seed was written.
    """

    records: int = 0
    dispositions: dict[str, int] = field(default_factory=dict)
    files: dict[str, dict[str, int]] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    left_out: list[tuple[str, int]] = field(default_factory=list)
    verdicts: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    new_sites: list[str] = field(default_factory=list)
    stopped: bool = False
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The report as JSON holds it."""
        return asdict(self)


def fill_report(report: ImportReport, ledger: ImportLedger) -> None:
    """Count the ledger's records into a report.

    Raises:
        KhabarError: The counts contradict each other: a record was lost or counted twice.
    """
    by_file = {path: _with_left(counts) for path, counts in ledger.counts().items()}
    total = Counter[str]()
    for counts in by_file.values():
        total.update(counts)
    report.records, report.dispositions = ledger.total(), dict(sorted(total.items()))
    report.files = {path: dict(sorted(counts.items())) for path, counts in by_file.items()}
    if total.total() != report.records:
        raise KhabarError(
            f"{report.records} records were read, {total.total()} are accounted for: please report this"
        )
    report.notices = ledger.notices(TOLD, MOST_NOTICES)
    report.left_out = ledger.left_out_hosts(Ending.OTHER_SITE, MOST_HOSTS)


def _with_left(counts: Mapping[str, int]) -> Counter[str]:
    return Counter({name or LEFT: count for name, count in counts.items()})
