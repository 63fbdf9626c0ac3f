"""What a crawl costs: pages a second and CPU a page, beside trafilatura's own CPU on the same pages.

    python -m benchmarks.crawl [--pages 500]

Crawls the demo newsroom, scaled up, from an empty archive on embedded stores, then runs trafilatura with its
default settings over the same pages in one process. Read the ratios, not the seconds: machines differ.
"""

import argparse
import resource
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil
import trafilatura

from crawler.config import Settings
from crawler.operations.demo import demo_settings, first_crawl, open_demo
from crawler.storage import embedded


def children_cpu() -> float:
    """CPU seconds of all child processes that have ended, their own children included."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def servers_cpu(settings: Settings) -> float:
    """CPU seconds of the embedded servers so far."""
    total = 0.0
    for server in embedded.servers(settings):
        pid = server.status().pid
        if pid is not None:
            times = psutil.Process(pid).cpu_times()
            total += times.user + times.system
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=500, help="articles in all, on four sites")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="khabar-bench-"))
    settings = demo_settings(Settings(data_dir=folder))
    begun = time.perf_counter()
    embedded.start(settings)
    started = time.perf_counter() - begun
    try:
        with open_demo(settings, arguments.pages // 4) as demo:
            cpu, stores = children_cpu(), servers_cpu(settings)
            begun = time.perf_counter()
            reports = first_crawl(demo)
            wall = time.perf_counter() - begun
            cpu, stores = children_cpu() - cpu, servers_cpu(settings) - stores
            urls = [article.url for article in demo.newsroom.articles]
            pages = [urllib.request.urlopen(url).read() for url in urls]  # noqa: S310
            trafilatura.extract(pages[0])
            begun = time.process_time()
            for page in pages:
                trafilatura.bare_extraction(page, with_metadata=True)
            alone = (time.process_time() - begun) / len(pages)
        taken = sum(report.taken for report in reports)
        requests = sum(report.requests for report in reports)
        unhealthy = [report.site for report in reports if report.verdict != "ok"]
        memory = {
            one.store: one.memory or 0 for one in (server.status() for server in embedded.servers(settings))
        }
        print(f"pages taken                     {taken}")
        print(f"pages a second, wall            {taken / wall:.1f}")
        print(f"requests a page                 {requests / taken:.2f}")
        print(f"CPU a page, crawl in all        {1000 * cpu / taken:.1f} ms")
        print(f"CPU a page, both stores         {1000 * stores / taken:.1f} ms")
        print(f"CPU a page, trafilatura alone   {1000 * alone:.1f} ms")
        print(f"crawl / trafilatura             {cpu / taken / alone:.2f}")
        print(f"embedded stores: start          {started:.2f} s")
        for store, used in memory.items():
            print(f"embedded stores: memory         {used / 2**20:.0f} MiB {store}")
        print(f"embedded stores: disk           {_disk(folder) / 2**20:.0f} MiB")
        if unhealthy:
            sys.exit(f"unhealthy: {', '.join(unhealthy)}")
    finally:
        embedded.stop(settings)


def _disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
