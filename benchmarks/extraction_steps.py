"""Where the processor time of an extraction worker goes: ms a page, by step.

    python -m benchmarks.extraction_steps [--pages N] [--data FOLDER] [--rounds N] [--against CHECKOUT]

Runs `extract_page`, all that a worker does for a page, over the generated pages of `benchmarks.sites` and,
where they are, the saved pages of real sites. A step's figure is its own: what the steps inside it take is
theirs. With ``--against`` the same is measured of another checkout, in turn with this one, so that a busy
machine hits both alike. The best of the rounds counts.
"""

import argparse
import importlib
import json
import logging
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("KHABAR_DATA") or ROOT.parent / "shared" / "data")

_EXTRACTION = "crawler.extraction"
STEPS: tuple[tuple[str, str, str], ...] = (
    ("decode", f"{_EXTRACTION}.page", "decode_page"),
    ("decode", f"{_EXTRACTION}.multipage", "decode_page"),
    ("parse", f"{_EXTRACTION}.page", "parse_page"),
    ("links", "crawler.discovery.listing", "links_in"),
    ("metadata", f"{_EXTRACTION}.metadata.meta", "read_metadata"),
    ("page type", _EXTRACTION, "_run"),
    ("page type", f"{_EXTRACTION}.page_type.before_text", "weigh"),
    ("title", f"{_EXTRACTION}.page", "find_title"),
    ("date", f"{_EXTRACTION}.page", "find_published"),
    ("authors", f"{_EXTRACTION}.page", "find_authors"),
    ("section and tags", f"{_EXTRACTION}.metadata.meta", "section"),
    ("section and tags", f"{_EXTRACTION}.metadata.meta", "tags"),
    ("declared text", f"{_EXTRACTION}.page", "read_declared_text"),
    ("body, the rest", f"{_EXTRACTION}.body.article_text", "read_markup"),
    ("body: invisible", f"{_EXTRACTION}.body.markup_text", "drop_invisible"),
    ("body: by markup", f"{_EXTRACTION}.body.markup_text", "drop_clutter"),
    ("body: wrappers", f"{_EXTRACTION}.body.markup_text", "open_wrappers"),
    ("body: container", f"{_EXTRACTION}.body.markup_text", "find_container"),
    ("body: related links", f"{_EXTRACTION}.body.markup_text", "drop_related_blocks"),
    ("body: related links", f"{_EXTRACTION}.body.markup_text", "drop_linked_headlines"),
    ("body: byline lines", f"{_EXTRACTION}.body.markup_text", "drop_byline_lines"),
    ("body: paragraphs", f"{_EXTRACTION}.body.markup_text", "_read"),
    ("body: trafilatura", f"{_EXTRACTION}.body.markup_text", "bare_extraction"),
    ("body: text lines", f"{_EXTRACTION}.body.markup_text", "sort_lines"),
    ("body: scripts' data", f"{_EXTRACTION}.body.article_text", "text_in_scripts"),
    ("body: both ends", f"{_EXTRACTION}.body.article_text", "clean_ends"),
    ("language", _EXTRACTION, "detect_language"),
    ("extract, the rest", _EXTRACTION, "extract_article"),
    ("further pages", f"{_EXTRACTION}.multipage", "further_parts"),
    ("further pages", f"{_EXTRACTION}.multipage", "further_parts_in"),
    ("further pages", f"{_EXTRACTION}.multipage", "part_of"),
    ("learned blocks", f"{_EXTRACTION}.boilerplate.repeated", "blocks_of"),
    ("signature", "dedup", "prepare"),
    ("fingerprint", "crawler.pipelines.fingerprint", "fingerprint"),
)
"""The step, and the name under which its caller finds it."""
REST = "the rest"
ALL = "all, unobserved"


class Stopwatch:
    """Processor time by step; while one step runs inside another the clock is the inner one's."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._running = [REST]
        self._since = time.process_time()

    def _switch(self) -> None:
        now = time.process_time()
        self.spent[self._running[-1]] += now - self._since
        self._since = now

    def start(self) -> None:
        """Begin; what runs outside all steps counts as the rest."""
        self._since = time.process_time()

    def stop(self) -> None:
        """Count what has run since the last step."""
        self._switch()

    def timed(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its time counted for a step."""

        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            self._switch()
            self._running.append(step)
            try:
                return function(*args, **kwargs)
            finally:
                self._switch()
                self._running.pop()

        return run


Saved = tuple[bytes, str, str]
"""A page's bytes, its address, its site's address."""


def generated_pages(count: int) -> list[Saved]:
    """Generated pages, as many of each of ten templates."""
    from benchmarks.sites import BenchmarkSite, make_pages

    found = []
    for index in range(10):
        # Sixty articles at least, for the sidebars of headlines.
        site = BenchmarkSite(
            index, f"http://site-{index}.example/", make_pages(index, max(60, count // 10), 1)
        )
        site.build()
        found += [
            (site.answers[f"/{page.path}"][1], f"{site.base}{page.path}", site.base)
            for page in site.pages[: max(1, count // 10)]
        ]
    return found


def saved_pages(data: Path) -> list[Saved]:
    """The saved pages of real sites, whatever they are; none where the folder has none."""
    from benchmarks.extraction import load

    if not (data / "pages" / "index.jsonl").exists():
        return []
    found = []
    for page in load(data, everything=True):
        url = page.url if urlsplit(page.url).netloc else f"https://{page.domain}{page.url}"
        found.append((page.html, url, f"https://{urlsplit(url).netloc}/"))
    return found


def measure(pages: list[Saved], *, by_step: bool) -> dict[str, float]:
    """Milliseconds a page: of each step, or of all together, which the stopwatch then doesn't slow."""
    from crawler.model.article import Hints
    from crawler.model.site import Site
    from crawler.pipelines.extraction import FetchedPage, extract_page
    from crawler.pipelines.extraction_pool import warm_up

    now = datetime.now(UTC)
    work = [
        (
            FetchedPage(html, url, Hints(), "utf-8", now),
            Site(id="site", name="site", url=base),
        )
        for html, url, base in pages
    ]
    warm_up()
    for page, site in work[: len(work) // 10]:
        extract_page(page, site, True)
    watch = Stopwatch()
    if by_step:
        for step, module, name in STEPS:
            try:
                owner = importlib.import_module(module)
            except ModuleNotFoundError:  # Another checkout may not have it yet.
                continue
            if hasattr(owner, name):
                setattr(owner, name, watch.timed(step, getattr(owner, name)))
    watch.start()
    for page, site in work:
        extract_page(page, site, True)
    watch.stop()
    return {step: 1000 * seconds / len(work) for step, seconds in watch.spent.items()}


def figures_of(checkout: Path, pages: Path, *, by_step: bool) -> dict[str, float]:
    """What a checkout needs, measured in a fresh process, as a worker is one."""
    # -P: this file's folder, first on the path without it, has a module with the name of the package dedup.
    command = [sys.executable, "-P", __file__, "--child", str(pages), *(["--by-step"] if by_step else [])]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout
    found: dict[str, float] = json.loads(output)
    return found if by_step else {ALL: found[REST]}


def report(kind: str, pages: list[Saved], checkouts: list[Path], rounds: int) -> None:
    """Measure one kind of page and print the table."""
    best: list[dict[str, float]] = [{} for _ in checkouts]
    with tempfile.NamedTemporaryFile() as file:
        pickle.dump(pages, file)
        file.flush()
        for _ in range(rounds):
            for figures, checkout in zip(best, checkouts, strict=True):
                for by_step in (True, False):
                    for step, spent in figures_of(checkout, Path(file.name), by_step=by_step).items():
                        figures[step] = min(spent, figures.get(step, spent))
    also = "; of the other checkout; ratio" if len(checkouts) > 1 else ""
    print(f"\n{len(pages)} {kind} pages: ms a page{also}")
    for step in dict.fromkeys([*(step for step, _, _ in STEPS), REST, ALL]):
        told = [figures.get(step, 0.0) for figures in best]
        if any(told):
            ratio = f"{told[0] / told[1]:8.2f}" if len(told) > 1 and told[1] else ""
            print(f"  {step:20}" + "".join(f"{figure:8.2f}" for figure in told) + ratio)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=200, help="generated pages")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with pages/ (default: $KHABAR_DATA)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, the best counts")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="another checkout, to compare")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--by-step", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        logging.disable(logging.CRITICAL)
        pages = pickle.loads(arguments.child.read_bytes())  # noqa: S301 - written by the process that runs this one
        json.dump(measure(pages, by_step=arguments.by_step), sys.stdout)
        return
    if arguments.against and not (arguments.against / "crawler").is_dir():
        parser.error(f"{arguments.against} is no checkout of Khabar: it has no folder named crawler")
    checkouts = [ROOT, *([arguments.against.resolve()] if arguments.against else [])]
    report("generated", generated_pages(arguments.pages), checkouts, arguments.rounds)
    if saved := saved_pages(arguments.data):
        report("saved", saved, checkouts, arguments.rounds)
    else:
        print(f"\nno saved pages in {arguments.data}; give their folder with --data or KHABAR_DATA")


if __name__ == "__main__":
    main()
