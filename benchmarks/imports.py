"""Imports measured: pages a second from a WARC file to stored articles, and the memory that it takes.

    python -m benchmarks.imports [PAGES] [REVISITS]

Pages of the crawl's benchmark are written to a WARC file with a revisit of each page for REVISITS later
times (0 by default), so that the number of records grows without that of articles. The stores are embedded
ones in a folder of their own; KHABAR_EXTRACTION_WORKERS says how many workers extract.
"""

import gzip
import io
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from benchmarks.sites import BenchmarkSite, make_pages
from crawler.model.site import Site
from crawler.operations.importing.run import ImportOptions, import_paths
from crawler.settings import load_settings
from crawler.storage import embedded

BASE = "https://benchmark.example/"
CAPTURED = datetime(2025, 6, 1, tzinfo=UTC)


def write_warc(path: Path, pages: int, revisits: int) -> int:
    """Write the file; returns its number of records."""
    site = BenchmarkSite(0, BASE, make_pages(0, pages, 1))
    site.build()
    records = 0
    with path.open("wb") as file:
        for look in range(revisits + 1):
            for number, page in enumerate(site.pages):
                body = site.answers[f"/{page.path}"][1]
                moment = CAPTURED + timedelta(days=look, seconds=number)
                file.write(_record(f"{BASE}{page.path}", body, moment, look))
                records += 1
    return records


def _record(url: str, body: bytes, moment: datetime, look: int) -> bytes:
    stream = io.BytesIO()
    writer = WARCWriter(stream, gzip=False, warc_version="1.1")
    headers = {"WARC-Date": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}
    if look:
        headers["WARC-Refers-To-Target-URI"] = url
        headers["WARC-Refers-To-Date"] = (moment - timedelta(days=look)).strftime("%Y-%m-%dT%H:%M:%SZ")
    content = b"" if look else body
    record = writer.create_warc_record(
        url,
        "revisit" if look else "response",
        payload=io.BytesIO(content),
        length=len(content),
        http_headers=StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], "HTTP/1.1"),
        warc_headers_dict=headers,
    )
    writer.write_record(record)
    return gzip.compress(stream.getvalue(), 6)


def main() -> None:
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    revisits = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with tempfile.TemporaryDirectory(prefix="khabar-benchmark-") as name:
        settings = load_settings(data_dir=Path(name) / "data")
        path = Path(name) / "benchmark.warc.gz"
        records = write_warc(path, pages, revisits)
        site = Site(id="benchmark", name="صحيفة المقياس 1", url=BASE)
        before, own_before = psutil.cpu_times(), _own_seconds()
        started = time.monotonic()
        try:
            report = import_paths([str(path)], ImportOptions({site.id: site}, Path(name)), settings)
        finally:
            embedded.stop(settings)
        seconds = time.monotonic() - started
        busy = psutil.cpu_times()
        used = busy.user + busy.system - before.user - before.system
        own = _own_seconds() - own_before
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{records} records, {path.stat().st_size / 1e6:.1f} MB: {report.dispositions}")
        done = records - report.dispositions.get("left", 0)
        print(f"{done} in {seconds:.1f} s: {done / seconds:.1f} a second; all cores worked {used:.1f} s")
        print(f"this process: {own:.1f} s of a core, {memory:.0f} MB at most")


def _own_seconds() -> float:
    """Seconds of a core that this process has used; the file is written by it, too."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
