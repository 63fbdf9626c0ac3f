"""Kill -9 of every process that takes part in crawls, a hundred times in random order: nothing may differ.

A made-up newsroom is crawled once undisturbed. Then it is crawled again and again, each time into a new
archive, while the command, the crawls' processes, their extraction workers and both embedded stores are
killed at random moments; what was killed is started again. When a round is through, its archive must be as
the undisturbed one: articles, stories, captures, and counts that add up.

    python -m benchmarks.chaos [--kills 100] [--seed 7] [--sites 2] [--pages 40]

Ends with 1 if anything differs. The same seed gives the same order of victims; the moments are the machine's.
"""

import argparse
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import psutil

from crawler.demo import Newsroom
from crawler.demo.profiles import PROFILES
from crawler.settings import Settings
from crawler.storage import embedded
from crawler.storage.connect import Stores, open_stores
from crawler.storage.warc.raw_pages import raw_folder, segments
from crawler.storage.warc.reader import read_segment

KILLS_PER_ROUND = 10
"""Then the round is left to come to its end: an archive that is disturbed without end is never through."""

PATIENCE = 180.0
"""Seconds without any progress after which a crawl counts as hanging. A store has a minute to come back."""

LONGEST_PAUSE = 1.5
"""Seconds between two kills, at most, once the crawl has got further."""


COMPARED = ("url", "title", "text_sha256", "published_at", "authors", "revision", "duplicate_of")
"""Fields of an article that do not depend on when it was crawled."""


class Victim(StrEnum):
    """What is killed."""

    COMMAND = "khabar crawl"
    CRAWL = "a crawl's process"
    WORKER = "an extraction worker"
    MONGODB = "MongoDB"
    REDIS = "Redis"


@dataclass
class Differences:
    """What is not as it should be, and how many kills there have been."""

    kills: Counter[str] = field(default_factory=Counter)
    sentences: list[str] = field(default_factory=list)

    def expect(self, sentence: str, expected: object, actual: object) -> None:
        """Note where two things differ."""
        if expected != actual:
            self.sentences.append(f"{sentence}: {_shorter(expected)} expected, {_shorter(actual)} found")


@dataclass(frozen=True)
class Snapshot:
    """What an archive holds, as far as it does not depend on when it was crawled."""

    articles: dict[str, tuple[Any, ...]]
    captures: dict[str, str]
    revisions: int
    quarantined: int
    pending: int


class Round:
    """One archive of the newsroom, crawled with or without disturbance.

    Args:
        folder: Where it goes.
        newsroom: What is crawled.
        seeds: Its seeds.
    """

    def __init__(self, folder: Path, newsroom: Newsroom, seeds: Path) -> None:
        self.settings = Settings(
            data_dir=folder, store_timeout=5.0, store_patience=60.0, contact="chaos@khabar.invalid"
        )
        self._newsroom, self._seeds = newsroom, seeds

    @contextlib.contextmanager
    def open(self) -> Iterator[Stores]:
        """The archive's stores, which are stopped afterwards."""
        try:
            with open_stores(self.settings) as stores:
                yield stores
        finally:
            embedded.stop(self.settings)

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the crawl of all sites."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("KHABAR_")}
        return subprocess.Popen(
            [sys.executable, "-m", "crawler", "-q", "--seeds", str(self._seeds), "crawl", "--all"],
            env=environment | self.settings.as_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def crawl(self) -> int:
        """Crawl undisturbed until the end; returns the exit code."""
        return self.start().wait(timeout=600)

    def requests(self) -> int:
        """How many requests the sites have been sent in all rounds."""
        return sum(len(log) for log in self._newsroom.requests.values())

    def disturb(self, victims: Sequence[Victim], order: random.Random, differences: Differences) -> int:
        """Crawl while something is killed again and again.

        Args:
            victims: What to kill, one after another.
            order: For the moments and for which of several processes.
            differences: The kills are counted there.

        Returns:
            The exit code of the crawl that came to its end.
        """
        command = self.start()
        try:
            for victim in victims:
                self._await_progress(command)
                time.sleep(order.uniform(0.0, LONGEST_PAUSE))
                if command.poll() is None and self._kill(victim, command, order):
                    differences.kills[victim] += 1
                if command.poll() is not None:
                    # It was killed, or it lost what it depended on and said so.
                    command = self.start()
            while (code := self._end(command)) == 1:
                command = self.start()
            return code
        finally:
            command.kill()
            command.wait()

    def _await_progress(self, command: "subprocess.Popen[bytes]") -> None:
        before, deadline = self.requests(), time.monotonic() + PATIENCE
        while self.requests() == before and command.poll() is None:
            if time.monotonic() > deadline:
                raise SystemExit(f"a crawl has made no progress for {PATIENCE:.0f} s")
            time.sleep(0.02)

    def _end(self, command: "subprocess.Popen[bytes]") -> int:
        while command.poll() is None:
            self._await_progress(command)
        return command.returncode

    def _kill(self, victim: Victim, command: "subprocess.Popen[bytes]", order: random.Random) -> bool:
        """Kill a victim; False where there is none at the moment."""
        pids = _processes(victim, command, self.settings)
        if not pids:
            return False
        pid = order.choice(sorted(pids))
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 9)
        if victim is Victim.COMMAND:
            command.wait()
        return True

    def snapshot(self, stores: Stores) -> Snapshot:
        """What the archive holds now."""
        captures: dict[str, str] = {}
        for site in self._newsroom.sites:
            for path in segments(raw_folder(self.settings.data_dir, site.id)):
                captures |= {page.article_id: page.sha256 for page in read_segment(path)}
        documents = list(stores.db.articles.find({}))
        # A story is called by the article that came first, which is chance; its members are not.
        stories: dict[str, list[str]] = {}
        for document in documents:
            stories.setdefault(document["story_id"], []).append(document["_id"])
        return Snapshot(
            articles={
                document["_id"]: (
                    *(document.get(name) for name in COMPARED),
                    sorted(stories[document["story_id"]]),
                )
                for document in documents
            },
            captures=captures,
            revisions=stores.db.revisions.count_documents({}),
            quarantined=stores.db.quarantine.count_documents({}),
            pending=stores.db.pages.count_documents({"state": "pending"}),
        )


def _processes(victim: Victim, command: "subprocess.Popen[bytes]", settings: Settings) -> list[int]:
    if victim is Victim.COMMAND:
        return [command.pid]
    if victim in (Victim.MONGODB, Victim.REDIS):
        (server,) = [server for server in embedded.servers(settings) if server.store == victim]
        pid = server.status().pid
        return [pid] if pid else []
    module = "crawler.spiders.process" if victim is Victim.CRAWL else "crawler.worker_pool.worker"
    with contextlib.suppress(psutil.Error):
        descendants = psutil.Process(command.pid).children(recursive=True)
        return [p.pid for p in descendants if f"khabar -m {module}" in " ".join(_words(p))]
    return []


def _words(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []


def _shorter(value: object) -> str:
    text = str(value)
    return text if len(text) < 200 else text[:200] + "…"


def compare(expected: Snapshot, actual: Snapshot, stores: Stores, differences: Differences) -> None:
    """Note what of a disturbed archive is not as in the undisturbed one."""
    for article_id in sorted({*expected.articles, *actual.articles}):
        differences.expect(
            f"article {article_id}", expected.articles.get(article_id), actual.articles.get(article_id)
        )
    missing = sorted(expected.captures.keys() - actual.captures.keys())
    differences.expect("captures that lack", [], missing)
    changed = [key for key, value in actual.captures.items() if expected.captures.get(key, value) != value]
    differences.expect("captures of another page", [], changed)
    for name in ("revisions", "quarantined", "pending"):
        differences.expect(name, getattr(expected, name), getattr(actual, name))
    for crawl in stores.db.crawls.find({"outcome": {"$nin": ["died", None]}}):
        counts = sum((crawl.get("dispositions") or {}).values())
        differences.expect(f"counts of a crawl of {crawl['site']}", crawl.get("taken"), counts)
    differences.expect("crawls without an end", 0, stores.db.crawls.count_documents({"finished_at": None}))


def run(kills: int, seed: int, sites: int, pages: int, tell: Callable[[str], None] = print) -> Differences:
    """Crawl until there have been so many kills.

    Args:
        kills: How many.
        seed: Of the order of the victims.
        sites: Sites of the newsroom.
        pages: Articles of each.
        tell: Given a line a round.
    """
    order, differences = random.Random(seed), Differences()
    profiles = sorted(PROFILES, key=lambda profile: profile.id)[:sites]
    with (
        tempfile.TemporaryDirectory(prefix="khabar-chaos-") as name,
        Newsroom(latency=0.1, pages_per_site=pages, profiles=profiles) as newsroom,
    ):
        folder, seeds = Path(name), Path(name) / "seeds"
        newsroom.write_seeds(seeds)
        for path in seeds.glob("*.toml"):
            text = path.read_text(encoding="utf-8").replace("delay = 0\n", "delay = 0.1\n")
            path.write_text(text, encoding="utf-8")
        undisturbed = Round(folder / "0", newsroom, seeds)
        with undisturbed.open() as stores:
            differences.expect("exit code of the undisturbed crawl", 0, undisturbed.crawl())
            expected = undisturbed.snapshot(stores)
        number = 0
        while differences.kills.total() < kills:
            number += 1
            left = min(KILLS_PER_ROUND, kills - differences.kills.total())
            victims = order.choices(list(Victim), k=left)
            disturbed = Round(folder / str(number), newsroom, seeds)
            begun = time.monotonic()
            code = disturbed.disturb(victims, order, differences)
            with disturbed.open() as stores:
                differences.expect("exit code", 0, code)
                compare(expected, disturbed.snapshot(stores), stores, differences)
            tell(
                f"round {number}: {differences.kills.total()} kills, {len(expected.articles)} articles, "
                f"{len(differences.sentences)} differences, {time.monotonic() - begun:.0f} s"
            )
    return differences


def main() -> int:
    """Run from the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for option, default in (("kills", 100), ("seed", 7), ("sites", 2), ("pages", 40)):
        parser.add_argument(f"--{option}", type=int, default=default)
    arguments = parser.parse_args()
    differences = run(**vars(arguments))
    print("kills: " + ", ".join(f"{count} of {name}" for name, count in differences.kills.items()))
    for sentence in differences.sentences:
        print(sentence)
    return 1 if differences.sentences else 0


if __name__ == "__main__":
    sys.exit(main())
