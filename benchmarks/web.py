"""How long the pages of `khabar web` take: median and 95th percentile of each view, over HTTP.

Run ``python -m benchmarks.web [--size 20000] [--folder FOLDER] [--requests 60]``. The archive is made
in embedded stores (some minutes for 100,000 articles) and kept where a folder is given. Words, sites and
articles are drawn at random, so that no answer is served twice from anywhere.
"""

import argparse
import contextlib
import random
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote

from benchmarks import vocabulary
from benchmarks.archive import fill
from benchmarks.corpus import SITES
from crawler.config import Settings
from crawler.operations.archive import Archive
from crawler.storage import embedded
from crawler.storage.connect import open_stores


def words() -> list[str]:
    """Words that the made-up articles are full of: the hardest to look for."""
    return [word for place in (*vocabulary.PLACES, *vocabulary.OBJECTS) for word in place.split("_")]


@contextlib.contextmanager
def served(folder: Path) -> Iterator[int]:
    """A `khabar web` over the archive; yields its port."""
    khabar = str(Path(sys.executable).parent / "khabar")
    process = subprocess.Popen(
        [khabar, "-q", "--data-dir", str(folder), "web", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None  # noqa: S101
        if not select.select([process.stdout], [], [], 120)[0]:
            raise SystemExit("khabar web did not start")
        yield int(process.stdout.readline().rstrip("/\n").rpartition(":")[2])
    finally:
        process.terminate()
        process.wait()


def fetch(port: int, path: str) -> tuple[float, int, int]:
    """Seconds, status and bytes of one page, connection included."""
    begun = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", quote(path, safe="/?&=*%"))
    response = connection.getresponse()
    size = len(response.read())
    connection.close()
    return time.perf_counter() - begun, response.status, size


def views(folder: Path) -> dict[str, Callable[[], str]]:
    """Each view, as something that names an address of it."""
    draw = random.Random(11)
    archive = Archive(Settings(data_dir=folder))
    with archive.file.reading() as db:
        articles = [row[0] for row in db.execute("SELECT id FROM docs ORDER BY id LIMIT 2000")]
        told = "SELECT story FROM docs GROUP BY story HAVING count(*) > 2 LIMIT 2000"
        stories = [row[0] for row in db.execute(told)]
    archive.close()
    revised = [*articles]
    every = words()
    return {
        "sites": lambda: "/ar/",
        "site": lambda: f"/en/sites/{draw.choice(SITES)}",
        "list": lambda: (
            f"/ar/search?site={draw.choice(SITES)}&duplicates={draw.choice(['no', 'yes', 'only'])}"
        ),
        "search: a word": lambda: f"/ar/search?q={draw.choice(every)}&duplicates=yes",
        "search: two words": lambda: f"/ar/search?q={draw.choice(every)} {draw.choice(every)}",
        "search: a phrase": lambda: f'/ar/search?q="في {draw.choice(every)}"',
        "search: beginnings": lambda: f"/ar/search?q={draw.choice(every)[:3]}*",
        "search: all filters": lambda: (
            f"/ar/search?q={draw.choice(every)}&site={draw.choice(SITES)}&language=ar"
            "&since=2024-02-01&until=2024-06-01"
        ),
        "article": lambda: f"/ar/articles/{draw.choice(revised)}",
        "story and difference": lambda: f"/ar/stories/{draw.choice(stories)}",
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
        settings = Settings(data_dir=folder)
        stack.callback(embedded.stop, settings)
        with open_stores(settings) as stores:
            fill(stores, options.size)
        begun = time.perf_counter()
        archive = Archive(settings)
        done = archive.refresh()
        archive.close()
        size = sum(file.stat().st_size for file in archive.file.path.parent.iterdir())
        print(f"index: {done.written} articles in {time.perf_counter() - begun:.1f} s, {size / 1e6:.0f} MB")
        with served(folder) as port:
            begun = time.perf_counter()
            while fetch(port, "/ar/report")[1] == 202:
                time.sleep(0.5)
            print(f"report made in {time.perf_counter() - begun:.1f} s")
            print(f"{'view':24} {'p50 ms':>8} {'p95 ms':>8} {'KB':>7}")
            for name, address in views(folder).items():
                fetch(port, address())
                taken = [fetch(port, address()) for _ in range(options.requests)]
                bad = [one for one in taken if one[1] != 200]
                if bad:
                    raise SystemExit(f"{name}: answered {bad[0][1]}")
                seconds = [one[0] * 1000 for one in taken]
                p95 = quantiles(seconds, n=20)[-1]
                print(
                    f"{name:24} {median(seconds):8.1f} {p95:8.1f} {median(o[2] for o in taken) / 1000:7.0f}"
                )


if __name__ == "__main__":
    main()
