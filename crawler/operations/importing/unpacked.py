"""What imports had to unpack before they could read records in it: kept as long as something may refer to it.

A page that was imported from such a file is read there, whenever it is shown or checked. Without it the whole
file is unpacked again for the first of these pages; so it is only removed where no page came of it.
"""

from contextlib import suppress
from pathlib import Path

from crawler.importing.records import Ending, Location
from crawler.importing.sources import Reader
from crawler.model.article import Disposition
from crawler.storage.import_ledger import ImportLedger

IMPORTS = "imports"
"""Under `data_dir`: ledgers, and files that had to be unpacked."""
SUFFIX = ".spool"

NOTHING_KEPT = (
    *Ending,
    Disposition.NOT_ARTICLE,
    Disposition.REFUSED,
    Disposition.FAILED,
    Disposition.BLOCKED,
)
"""Endings of records of which nothing is stored that says where they lie."""


def remove_unneeded(ledger: ImportLedger, reader: Reader) -> int:
    """Remove what was unpacked for an import and holds nothing that is open or of which something was stored.

    Args:
        ledger: The import's ledger.
        reader: Its reader.

    Returns:
        How many files were removed.
    """
    removed = 0
    for path, member in ledger.unpacked_files_without(NOTHING_KEPT):
        file = reader.unpacked_path(Location(path, member, spooled=True))
        with suppress(OSError):
            file.unlink()
            removed += 1
    return removed


def unpacked_sizes(data_dir: Path) -> list[int]:
    """The bytes of each file that imports have unpacked and kept."""
    sizes = []
    for file in (data_dir / IMPORTS).glob(f"*{SUFFIX}"):
        with suppress(OSError):
            sizes.append(file.stat().st_size)
    return sizes
