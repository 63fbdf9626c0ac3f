"""What an import had to unpack is kept as long as something may refer to it."""

import gzip
from pathlib import Path

import pytest

from crawler.importing.sources import Reader
from crawler.model.article import Disposition
from crawler.operations.importing.scan import scan
from crawler.operations.importing.unpacked import IMPORTS, remove_unneeded, unpacked_sizes
from crawler.storage.import_ledger import ImportLedger
from tests.support.captures import WHEN, Captured, warc


@pytest.mark.parametrize(
    ("ending", "kept"),
    [(None, 1), (Disposition.STORED, 1), (Disposition.UNCHANGED, 1), (Disposition.NOT_ARTICLE, 0)],
)
def test_unpacked_files_are_removed_when_nothing_refers_to_them(
    tmp_path: Path, ending: Disposition | None, kept: int
) -> None:
    work = tmp_path / IMPORTS
    work.mkdir()
    captures = [Captured(f"https://outlet.example/{number}", b"<p>x</p>", WHEN) for number in range(2)]
    path = tmp_path / "one-stream.warc.gz"
    # Compressed as a whole, not record by record: no record can be read without what stands before it.
    path.write_bytes(gzip.compress(warc(captures, packed=False)))
    reader, ledger = Reader(work, 1 << 20), ImportLedger(tmp_path / "ledger.sqlite")
    scan([path], ledger, reader)
    ledger.assign("outlet.example", "outlet")
    records = list(ledger.open_records("outlet"))
    assert len(records) == 2
    assert len(unpacked_sizes(tmp_path)) == 1
    ledger.end([(records[0].number, "not_article", "")])
    if ending is not None:
        ledger.end([(records[1].number, str(ending), "")])
    remove_unneeded(ledger, reader)
    assert len(unpacked_sizes(tmp_path)) == kept
    assert reader.payload(records[1].record).body == b"<p>x</p>"
    ledger.close()
