"""How long the pages of `khabar web` take: median and 95th percentile of each view, over HTTP.

Beside what a person waits, the processor time of the web server and that of the embedded MongoDB are shown
(on Linux): these figures are nearly the same on a busy machine. Every 15 seconds the server's holds what
looking for new crawls takes.

Run ``python -m benchmarks.web [--size 20000] [--folder FOLDER] [--requests 60]``. The archive is made
in embedded stores (some minutes for 100,000 articles) and kept where a folder is given. Words, sites and
articles are drawn at random, so that no answer is served twice from anywhere.
"""

import argparse
import contextlib
import json
import random
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote

from benchmarks import vocabulary
from benchmarks.archive import fill
from benchmarks.corpus import SITES
from crawler.operations.archive.read import Archive
from crawler.settings import Settings
from crawler.storage import embedded
from crawler.storage.connect import open_stores

COMMON = ["في دمشق", "في حلب", "من في", "على في", "في المدينة"]
"""Phrases of words that nearly every article has, found often, seldom and never: the hardest for an index."""


def words() -> list[str]:
    """Words that the made-up articles are full of: the hardest to look for."""
    return [word for place in (*vocabulary.PLACES, *vocabulary.OBJECTS) for word in place.split("_")]


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[int, int]]:
    """A `khabar web` over the archive; yields its port and its process id."""
    khabar = str(Path(sys.executable).parent / "khabar")
    process = subprocess.Popen(
        [khabar, "-q", "--data-dir", str(folder), "web", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None  # noqa: S101
        if not select.select([process.stdout], [], [], 120)[0]:
            raise SystemExit("khabar web did not start")
        yield int(process.stdout.readline().rstrip("/\n").rpartition(":")[2]), process.pid
    finally:
        process.terminate()
        process.wait()


def processor_time(pid: int) -> float:
    """Seconds that all threads of a process have run; 0 where the system does not report it."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


@dataclass(frozen=True, slots=True)
class Answer:
    """One page: seconds waited, of a processor in the server and in the store, status and bytes."""

    waited: float
    worked: float
    stored: float
    status: int
    size: int


def fetch(port: int, path: str, pids: tuple[int, int] = (0, 0)) -> Answer:
    """Ask for one page, connection included."""
    before = [processor_time(pid) for pid in pids]
    begun = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", quote(path, safe="/?&=*%"))
    response = connection.getresponse()
    size = len(response.read())
    connection.close()
    waited = time.perf_counter() - begun
    worked, stored = (processor_time(pid) - start for pid, start in zip(pids, before, strict=True))
    return Answer(waited, worked, stored, response.status, size)


def views(folder: Path) -> dict[str, Callable[[], str]]:
    """Each view, as something that names an address of it."""
    draw = random.Random(11)
    archive = Archive(Settings(data_dir=folder))
    with archive.file.reading() as db:
        articles = [row[0] for row in db.execute("SELECT id FROM docs ORDER BY id LIMIT 2000")]
        query = "SELECT story FROM docs GROUP BY story HAVING count(*) > 2 LIMIT 2000"
        stories = [row[0] for row in db.execute(query)]
    archive.close()
    revised = [*articles]
    every = words()
    return {
        "a day": lambda: f"/ar/?day=2024-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}",
        "changes": lambda: f"/en/changes?site={draw.choice(SITES)}",
        "sites": lambda: "/ar/sites",
        "site": lambda: f"/en/sites/{draw.choice(SITES)}",
        "list": lambda: (
            f"/ar/search?site={draw.choice(SITES)}&duplicates={draw.choice(['no', 'yes', 'only'])}"
        ),
        "search: a word": lambda: f"/ar/search?q={draw.choice(every)}&duplicates=yes",
        "search: two words": lambda: f"/ar/search?q={draw.choice(every)} {draw.choice(every)}",
        "search: fields, OR": lambda: (
            f"/ar/search?q=title:{draw.choice(every)} OR "
            f"(site:{draw.choice(SITES)} {draw.choice(every)}) after:2024-02"
        ),
        "search: a phrase": lambda: f'/ar/search?q="في {draw.choice(every)}"',
        "search: common phrase": lambda: (
            f'/ar/search?q="{draw.choice(COMMON)}"&duplicates={draw.choice(["no", "yes"])}'
        ),
        "search: best first": lambda: f"/ar/search?q={draw.choice(every)}&order=best&duplicates=yes",
        "search: best, common": lambda: "/ar/search?q=من في على&order=best&duplicates=yes",
        "search: beginnings": lambda: f"/ar/search?q={draw.choice(every)[:3]}*",
        "search: all filters": lambda: (
            f"/ar/search?q={draw.choice(every)}&site={draw.choice(SITES)}&language=ar"
            "&since=2024-02-01&until=2024-06-01"
        ),
        "feed of a search": lambda: f"/ar/feeds/search.atom?q={draw.choice(every)}",
        "article": lambda: f"/ar/articles/{draw.choice(revised)}",
        "story and difference": lambda: f"/ar/stories/{draw.choice(stories)}",
        "pairs of two sites": lambda: f"/ar/pairs?first={draw.choice(SITES)}&carrier={draw.choice(SITES)}",
        "report (once made)": lambda: "/ar/report",
        "JSON: sites": lambda: "/api/sites",
        "JSON: search": lambda: f"/api/search?q={draw.choice(every)}",
    }


def main() -> None:
    """Make the archive and the index, ask for each view, print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", type=int, default=20_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--requests", type=int, default=60)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.folder
        if folder is None:
            # A deep folder would be too long for a Unix socket.
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="khabar-bench-")))
        settings = Settings(data_dir=folder, store_timeout=300)
        stack.callback(embedded.stop, settings)
        with open_stores(settings) as stores:
            fill(stores, options.size)
        begun = time.perf_counter()
        archive = Archive(settings)
        done = archive.refresh()
        archive.close()
        size = sum(file.stat().st_size for file in archive.file.path.parent.iterdir())
        print(f"index: {done.written} articles in {time.perf_counter() - begun:.1f} s, {size / 1e6:.0f} MB")
        store = json.loads((folder / "mongodb" / "state.json").read_text())["pid"]
        with served(folder) as (port, pid):
            begun = time.perf_counter()
            for path in ("/ar/report", f"/ar/report?site={SITES[0]}&period=365"):
                while fetch(port, path).status == 202:
                    time.sleep(0.2)
                print(f"{path} made in {time.perf_counter() - begun:.1f} s")
                begun = time.perf_counter()
            heads = ("p50 ms", "p95 ms", "CPU p50", "CPU p95", "store p95", "KB")
            print(f"{'view':24} " + " ".join(f"{head:>9}" for head in heads))
            for name, address in views(folder).items():
                fetch(port, address())
                answers = [fetch(port, address(), (pid, store)) for _ in range(options.requests)]
                wrong = [answer.status for answer in answers if answer.status != 200]
                if wrong:
                    raise SystemExit(f"{name}: answered {wrong[0]}")
                columns: list[float] = []
                for seconds in ([answer.waited for answer in answers], [answer.worked for answer in answers]):
                    columns += [median(seconds) * 1000, quantiles(seconds, n=20)[-1] * 1000]
                columns.append(quantiles([answer.stored for answer in answers], n=20)[-1] * 1000)
                columns.append(median(answer.size for answer in answers) / 1000)
                print(f"{name:24} " + " ".join(f"{column:9.1f}" for column in columns))


if __name__ == "__main__":
    main()
