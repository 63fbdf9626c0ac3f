"""What the archive pass costs as an archive grows: processor time, memory and disk, and how they grow.

Run ``python -m benchmarks.archive_pass --sizes 200000 1000000 [--engines duckdb spark] [--folder FOLDER]``.
Made-up articles are streamed into a Parquet file, and `khabar dedup archive` is run on it as a user runs it.
Processor time counts all its processes; other programs of the machine change it little. A line of JSON for
each pass goes to stdout, so that runs of different days can be put together.
"""

import argparse
import hashlib
import json
import math
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

from benchmarks.corpus import stream
from crawler.operations.archive.export_files import ExportFormat, ExportTarget, write_export

COLUMNS = {"id": "VARCHAR", "text": "VARCHAR", "published": "VARCHAR", "site": "VARCHAR"}
PAUSE = 0.5
"""Seconds between two looks at a pass."""
SLOPE = 1.05
"""Processor time may grow so much faster than the archive: the exponent of its power law."""
MEMORY = 4e9


@dataclass(slots=True)
class Usage:
    """What the processes of a pass used so far.

    Attributes:
        busy: Seconds of processor time of each process, by its number.
        memory: Bytes of memory at most; a page that several processes share counts once.
        anonymous: Of that, at most so much at a time that is no page of a file.
        disk: Bytes of files at most.
    """

    busy: dict[int, float] = field(default_factory=dict)
    memory: int = 0
    anonymous: int = 0
    disk: int = 0

    @contextmanager
    def watched(self, process: psutil.Process, folder: Path) -> Iterator[None]:
        """Look again and again until the block ends."""
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(PAUSE):
                self.look(process, folder)

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def look(self, process: psutil.Process, folder: Path) -> None:
        """Note what a process, its children, and a folder take now."""
        memory = anonymous = 0
        try:
            processes = [process, *process.children(recursive=True)]
        except psutil.Error:  # it just ended
            return
        for one in processes:
            try:
                times = one.cpu_times()
                self.busy[one.pid] = times.user + times.system
                shared, own = _memory(one)
            except (psutil.Error, OSError):  # this one has ended
                continue
            memory, anonymous = memory + shared, anonymous + own
        self.memory, self.anonymous = max(self.memory, memory), max(self.anonymous, anonymous)
        self.disk = max(self.disk, _disk(folder))


def _memory(process: psutil.Process) -> tuple[int, int]:
    """Bytes of memory of a process, and of that what is no page of a file."""
    rollup = Path(f"/proc/{process.pid}/smaps_rollup")
    if not rollup.exists():  # no Linux
        return process.memory_info().rss, 0
    sizes = {line.split(":")[0]: line.split()[1] for line in rollup.read_text().splitlines()[1:]}
    return int(sizes["Pss"]) << 10, int(sizes["Pss_Anon"]) << 10


def _disk(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_blocks << 9
        except OSError:  # just removed
            continue
    return total


def write_corpus(path: Path, size: int, seed: int) -> None:
    """Made-up articles as a Parquet file, written as `khabar export` writes it."""
    rows = (
        {"id": one.id, "text": one.text, "published": one.published.isoformat(), "site": one.site}
        for one in stream(size, seed)
    )
    write_export(rows, COLUMNS, path, ExportTarget(ExportFormat.PARQUET))


def run_pass(source: Path, engine: str, size: int) -> dict[str, Any]:
    """One pass over a file, and what it used.

    Returns:
        The figures; `stories` is a hash of all stories, or empty where the pass failed.
    """
    khabar, written = str(Path(sys.executable).with_name("khabar")), source.with_suffix(".stories")
    with tempfile.TemporaryDirectory(prefix="pass-", dir=source.parent) as data:
        command = [khabar, "--json", "--data-dir", data, "dedup", "archive", str(source)]
        command += ["--engine", engine, "-o", str(written)]
        began, usage = time.perf_counter(), Usage()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        with usage.watched(psutil.Process(process.pid), Path(data)):
            output, errors = process.communicate()
        took = time.perf_counter() - began
    figures: dict[str, Any] = {
        "engine": engine,
        "size": size,
        "seconds": round(took, 1),
        "processor_seconds": round(sum(usage.busy.values()), 1),
        "memory": usage.memory,
        "anonymous": usage.anonymous,
        "disk": usage.disk,
        "stories": "",
    }
    if process.returncode:
        print(f"{engine}, {size} articles: exit code {process.returncode}: {errors[-2000:]}", file=sys.stderr)
        return figures
    with written.open("rb") as file:
        figures["stories"] = hashlib.file_digest(file, "sha256").hexdigest()
    written.unlink()
    return figures | {"result": json.loads(output)}


def slope(smaller: Mapping[str, Any], larger: Mapping[str, Any]) -> float:
    """How processor time grows from one pass to a larger one: 1 is in proportion to the articles."""
    return math.log(larger["processor_seconds"] / smaller["processor_seconds"]) / math.log(
        larger["size"] / smaller["size"]
    )


def passes(sizes: Sequence[int], engines: Sequence[str], folder: Path, seed: int) -> Iterator[dict[str, Any]]:
    """Run every engine at every size; each corpus is removed again."""
    for size in sizes:
        source = folder / f"articles-{size}.parquet"
        try:
            write_corpus(source, size, seed)
            for engine in engines:
                yield run_pass(source, engine, size)
        finally:
            source.unlink(missing_ok=True)


def archive(sizes: Sequence[int], seed: int, engines: Sequence[str], folder: Path | None = None) -> None:
    """The archive pass as a user calls it, on an export, by some engines."""
    with tempfile.TemporaryDirectory(prefix="kh", dir=folder) as scratch:
        figures = []
        for one in passes(sizes, engines, Path(scratch), seed):
            figures.append(one)
            print(
                f"\nArchive pass, {one['size']} articles, {one['engine']}: {one['seconds']} s, "
                f"{one['processor_seconds']} s of processor time, {one['memory'] / 1e9:.2f} GB at most "
                f"({one['anonymous'] / 1e9:.2f} without pages of files; target: {MEMORY / 1e9:.0f} GB), "
                f"{one['disk'] / 1e9:.2f} GB of disk"
            )
            phases = one.get("result", {}).get("seconds", {})
            if phases:
                print("  " + ", ".join(f"{phase} {seconds} s" for phase, seconds in phases.items()))
            print(json.dumps(one), flush=True)
    for engine in engines:
        grown = [one for one in figures if one["engine"] == engine and one["stories"]]
        for smaller, larger in pairwise(grown):
            print(
                f"  {engine}, from {smaller['size']} to {larger['size']}: processor time grows as articles "
                f"to the power of {slope(smaller, larger):.3f}  (target: {SLOPE})"
            )
    for size in sizes:
        stories = {one["stories"] for one in figures if one["size"] == size}
        if len(engines) > 1:
            print(f"  {size}: the same stories by all: {'yes' if len(stories - {''}) == 1 else 'NO'}")


def installed_engines() -> list[str]:
    """The engines whose packages are there."""
    return ["duckdb"] + ["spark"] * bool(find_spec("pyspark") and shutil.which("java"))


def main() -> None:
    """Run the passes that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--engines", nargs="+", default=["duckdb"], choices=["duckdb", "numpy", "spark"])
    parser.add_argument("--folder", type=Path, help="where there is room: some 4 KB an article")
    parser.add_argument("--seed", type=int, default=9)
    arguments = parser.parse_args()
    archive(arguments.sizes, arguments.seed, arguments.engines, arguments.folder)


if __name__ == "__main__":
    main()
