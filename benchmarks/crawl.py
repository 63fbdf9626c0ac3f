"""What a crawl costs, beside a plain Scrapy + trafilatura script and news-please, on the same sites.

    python -m benchmarks.crawl [--sites 10] [--pages 1000] [--latency 0.05] [--rivals plain,news-please]

Khabar crawls the sites over their sitemaps from an empty archive on embedded stores, then a second time, then
from an empty archive over WordPress's REST interface. news-please is asked only where it is installed (`make
rivals`; it lives in an environment of its own). Read the ratios, not the seconds: machines differ.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import trafilatura

from crawler.health.report import CrawlReport
from crawler.model.article import Disposition
from crawler.model.job import Job
from crawler.model.site import Site
from crawler.operations.crawling.crawl import crawl
from crawler.settings import Settings
from crawler.storage import embedded

NEWS_PLEASE_PYTHON = Path(".venv-news-please/bin/python")
"""Where `make rivals` installs news-please."""


@dataclass
class Cost:
    """What one contestant needed."""

    name: str
    articles: int
    seconds: float
    cpu: float
    memory: int
    requests: int | None = None
    stores_cpu: float = 0.0

    @property
    def rate(self) -> float:
        """Articles a second."""
        return self.articles / self.seconds if self.seconds else 0.0


class Memory(threading.Thread):
    """Samples the memory of all processes below this one, and of the stores, but for the sites' server."""

    def __init__(self, excluded: int, stores: Sequence[int]) -> None:
        super().__init__(daemon=True)
        self._excluded, self._stores = excluded, stores
        self._ended = threading.Event()
        self.peak = 0
        self.crawlers: list[int] = []
        self.stores: list[int] = []

    def run(self) -> None:
        """Take a sample twice a second."""
        own = psutil.Process()
        while not self._ended.wait(0.5):
            children = [one for one in own.children(recursive=True) if one.pid not in self._stores]
            self.crawlers.append(_memory(one for one in children if one.pid != self._excluded))
            self.stores.append(_memory(map(psutil.Process, self._stores)))
            self.peak = max(self.peak, self.crawlers[-1] + self.stores[-1])

    def stop(self) -> int:
        """End, and return the most that was seen, in bytes."""
        self._ended.set()
        self.join()
        return self.peak


def _memory(processes: Iterable[psutil.Process]) -> int:
    """Bytes in memory of some processes, of those that have not ended meanwhile."""
    total = 0
    for process in processes:
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total


def growth(samples: Sequence[int]) -> float:
    """The last fifth of a run beside the second: 1 is flat. The first fifth warms up."""
    size = len(samples) // 5
    if not size:
        return 1.0
    return sum(samples[-size:]) / max(1, sum(samples[size : 2 * size]))


def children_cpu() -> float:
    """CPU seconds of all child processes that have ended, their own children included."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def store_pids(settings: Settings) -> list[int]:
    """The processes of the embedded stores."""
    return [pid for server in embedded.servers(settings) if (pid := server.status().pid) is not None]


def cpu_of(pids: Sequence[int]) -> float:
    """CPU seconds of running processes so far."""
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return sum(one.user + one.system for one in times)


def measured(
    name: str, work: Callable[[], Any], count: Callable[[Any], int], server: int, stores: Sequence[int] = ()
) -> Cost:
    """Run a contestant."""
    memory = Memory(server, stores)
    memory.start()
    cpu, store_cpu, begun = children_cpu(), cpu_of(stores), time.perf_counter()
    result = work()
    seconds = time.perf_counter() - begun
    cost = Cost(name, count(result), seconds, children_cpu() - cpu, memory.stop())
    cost.stores_cpu = cpu_of(stores) - store_cpu
    if isinstance(result, list):
        cost.requests = sum(one.requests for one in result)
    print(
        f"  {name}: {cost.articles} articles in {seconds:.1f} s; "
        f"memory at the end {growth(memory.crawlers):.2f} of that early on"
        + (f", the stores' {growth(memory.stores):.2f}" if stores else "")
    )
    return cost


def new_articles(report: CrawlReport) -> int:
    """Articles that were stored for the first time."""
    return report.count(Disposition.STORED) + report.count(Disposition.DUPLICATE)


def khabar(name: str, sites: Sequence[Site], folder: Path, server: int) -> tuple[Cost, Cost]:
    """Crawl from an empty archive, then once more."""
    settings = Settings(data_dir=folder, concurrent_sites=2, contact="benchmarks@khabar.invalid")
    embedded.start(settings)
    stores = store_pids(settings)
    try:
        costs = []
        for label in (name, f"{name}, second crawl"):
            cost = measured(
                label,
                lambda: crawl([Job(site=site) for site in sites], settings),
                lambda reports: sum(map(new_articles, reports)),
                server,
                stores,
            )
            costs.append(cost)
        return costs[0], costs[1]
    finally:
        embedded.stop(settings)


def plain(bases: Sequence[str], folder: Path, server: int) -> Cost:
    """The plain script."""
    output = folder / "plain.jsonl"
    command = [sys.executable, "-m", "benchmarks.plain_scrapy", str(output), *bases]
    return measured(
        "plain Scrapy + trafilatura",
        lambda: subprocess.run(command, check=True),
        lambda _: sum(1 for _ in output.open(encoding="utf-8")),
        server,
    )


def news_please(bases: Sequence[str], folder: Path, server: int, limit: float) -> Cost | None:
    """news-please, in an environment of its own; None where there is none."""
    if not NEWS_PLEASE_PYTHON.exists():
        print("  news-please is not installed: make rivals")
        return None
    output = folder / "news-please.jsonl"
    command = [
        str(NEWS_PLEASE_PYTHON),
        str(Path(__file__).with_name("news_please.py")),
        str(output),
        str(limit),
        *bases,
    ]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return measured(
        "news-please",
        lambda: subprocess.run(command, check=True, env=environment),
        lambda _: sum(1 for _ in output.open(encoding="utf-8")),
        server,
    )


def trafilatura_alone(bases: Sequence[str], each: int) -> float:
    """CPU seconds of trafilatura for a page, over some pages of every site."""
    pages = []
    for base in bases:
        text = urllib.request.urlopen(f"{base}sitemap-0.xml").read().decode()  # noqa: S310
        urls = [part.partition("</loc>")[0] for part in text.split("<loc>")[1:]]
        pages += [urllib.request.urlopen(url).read() for url in urls[:each]]  # noqa: S310
    trafilatura.bare_extraction(pages[0], with_metadata=True)
    begun = time.process_time()
    for page in pages:
        trafilatura.bare_extraction(page, with_metadata=True)
    return (time.process_time() - begun) / len(pages)


def report(costs: Sequence[Cost], second: Cost, alone: float) -> None:
    """Print the figures."""
    head = ("", "articles", "articles/s", "requests/article", "CPU ms/article", "of it stores", "peak MiB")
    print(f"\n{head[0]:<34}" + "".join(f"{text:>18}" for text in head[1:]))
    for cost in costs:
        many = max(1, cost.articles)
        asked = f"{cost.requests / many:.3f}" if cost.requests is not None else "–"
        cpu = 1000 * (cost.cpu + cost.stores_cpu) / many
        figures = (str(cost.articles), f"{cost.rate:.1f}", asked, f"{cpu:.1f}",
                   f"{1000 * cost.stores_cpu / many:.1f}", f"{cost.memory / 2**20:.0f}")  # fmt: skip
        print(f"{cost.name:<34}" + "".join(f"{text:>18}" for text in figures))
    first, rivals = costs[0], [cost for cost in costs if not cost.name.startswith("Khabar")]
    print(f"\nCPU of trafilatura alone, a page: {1000 * alone:.1f} ms")
    for rival in rivals:
        if rival.rate:
            print(f"articles a second, Khabar / {rival.name}: {first.rate / rival.rate:.2f}")
    if second.requests and first.requests:
        print(f"requests, first crawl / second: {first.requests / second.requests:.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sites", type=int, default=10)
    parser.add_argument("--pages", type=int, default=1000, help="articles of each site")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds before each answer")
    parser.add_argument("--rivals", default="plain,news-please", help="which to run; empty for none")
    parser.add_argument("--rest", action=argparse.BooleanOptionalAction, default=True)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="khabar-bench-"))
    command = [sys.executable, "-m", "benchmarks.sites", "--sites", str(arguments.sites),
               "--pages", str(arguments.pages), "--latency", str(arguments.latency)]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None and server.stdin is not None  # noqa: S101, PT018
        try:
            found = json.loads(server.stdout.readline())
            bases: list[str] = found["sites"]
            seeds = [
                {"id": f"site-{number}", "name": name, "url": base, "private": True, "delay": 0}
                for number, (base, name) in enumerate(zip(bases, found["names"], strict=True))
            ]
            print(
                f"{arguments.sites} sites of {arguments.pages} articles, "
                f"{1000 * arguments.latency:.0f} ms latency"
            )
            alone = trafilatura_alone(bases, 12)
            over_sitemaps = [
                Site.model_validate({**s, "sitemaps": [f"{s['url']}sitemap.xml"]}) for s in seeds
            ]
            first, second = khabar("Khabar, sitemaps", over_sitemaps, folder / "a", server.pid)
            costs = [first, second]
            if arguments.rest:
                over_posts = [Site.model_validate({**seed, "wordpress": True}) for seed in seeds]
                rest, _ = khabar("Khabar, REST", over_posts, folder / "b", server.pid)
                costs.append(rest)
            if "plain" in arguments.rivals:
                costs.append(plain(bases, folder, server.pid))
            if "news-please" in arguments.rivals:
                limit = 5 * max(60.0, first.seconds)
                if (cost := news_please(bases, folder, server.pid, limit)) is not None:
                    costs.append(cost)
            report(costs, second, alone)
        finally:
            server.stdin.close()
            server.wait()
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
