"""Extraction against pages with hand-made truth, beside its rivals, in one run.

    python -m benchmarks.extraction [--data FOLDER] [--rounds N] [--all] [--memory PAGES]

Prints, per extractor: precision, recall and F1 of the body over shingles of four words (counted as in
scrapinghub/article-extraction-benchmark; text that the truth lists as optional costs nothing), the worst
page,
headlines, days and minutes right, pages with leaked boilerplate, pages whose text begins with the headline,
and CPU per
page as a multiple of trafilatura's default. With ``--all`` also which kinds of pages each gives no text for,
and Khabar's reasons; with ``--memory`` the memory of one process over many pages.
`make bench-rivals` installs the rivals first.
"""

import argparse
import gzip
import importlib
import json
import logging
import os
import re
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import trafilatura

from crawler.extraction import ExtractionError, extract

WORD = re.compile(r"\w+")
MARKS = re.compile("[\u0640\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]")
BLANK = re.compile("[\\s\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\xa0]+")
DATA = Path(os.environ.get("KHABAR_DATA") or Path(__file__).parents[2] / "shared" / "data")


@dataclass(frozen=True, slots=True)
class Read:
    """What an extractor made of a page; `refused` says why it made nothing."""

    text: str = ""
    title: str | None = None
    date: str | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One saved page."""

    id: str
    html: bytes
    url: str
    domain: str
    kind: str
    truth: dict[str, Any] | None


def khabar(page: Page) -> Read:
    try:
        article = extract(page.html, page.url)
    except ExtractionError as error:
        return Read(refused=error.reason)
    when = article.published_at.isoformat() if article.published_at else None
    return Read(article.text, article.title, when)


def trafilatura_with(*, precision: bool) -> Callable[[Page], Read]:
    def read(page: Page) -> Read:
        found = trafilatura.bare_extraction(
            page.html,
            url=page.url or None,
            favor_precision=precision,
            include_comments=False,
            with_metadata=True,
        )
        if found is None or isinstance(found, dict):
            return Read()
        return Read(found.text or "", found.title, found.date)

    return read


def readability(page: Page) -> Read:
    module = importlib.import_module("readability")
    document = module.Document(page.html.decode("utf-8", "replace"))
    lxml_html = importlib.import_module("lxml.html")
    paragraphs = (" ".join(line.split()) for line in lxml_html.fromstring(document.summary()).itertext())
    return Read("\n".join(line for line in paragraphs if line), document.short_title())


def newspaper(page: Page) -> Read:
    module = importlib.import_module("newspaper")
    article = module.Article(page.url or "https://page.invalid/", language="ar", fetch_images=False)
    article.download(input_html=page.html.decode("utf-8", "replace"))
    article.parse()
    when = article.publish_date
    return Read(article.text, article.title, when.isoformat() if isinstance(when, datetime) else None)


@cache
def extractors() -> dict[str, Callable[[Page], Read]]:
    found = {
        "Khabar": khabar,
        "trafilatura": trafilatura_with(precision=False),
        "trafilatura precision": trafilatura_with(precision=True),
    }
    for name, module, read in (
        ("readability-lxml", "readability", readability),
        ("newspaper4k", "newspaper", newspaper),
    ):
        try:
            importlib.import_module(module)
        except ImportError:
            print(f"{name}: not installed, left out; `make bench-rivals` brings it along")
            continue
        found[name] = read
    return found


def load(data: Path, *, everything: bool) -> list[Page]:
    pages = []
    for line in (data / "pages" / "index.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        gold = data / "pages" / "gold" / f"{entry['id']}.json"
        truth = json.loads(gold.read_text("utf-8")) if gold.exists() else None
        if truth or everything:
            html = gzip.decompress((data / "pages" / entry["file"]).read_bytes())
            pages.append(Page(entry["id"], html, entry["url"] or "", entry["domain"], entry["kind"], truth))
    return pages


def shingles(text: str, size: int = 4) -> Counter[tuple[str, ...]]:
    words = WORD.findall(MARKS.sub("", text))
    return Counter(tuple(words[i : i + size]) for i in range(max(1, len(words) - size + 1)) if words)


def covered(part: Counter[tuple[str, ...]], whole: Counter[tuple[str, ...]]) -> float:
    total = sum(part.values())
    return sum(min(count, whole[key]) for key, count in part.items()) / total if total else 1.0


def squash(text: str | None) -> str:
    return BLANK.sub("", MARKS.sub("", text or ""))


def body_score(read: Read, truth: dict[str, Any]) -> tuple[float, float]:
    """Precision and recall of one page's body."""
    body = "\n".join(truth["body"])
    titles = [truth["title"] or "", *truth["title_alternatives"]]
    allowed = shingles("\n".join([*titles, *truth["body"], *truth["optional"]])) | shingles(body)
    found = shingles(read.text)
    return (covered(found, allowed) if read.text else 0.0), covered(shingles(body), found)


def same_time(told: str | None, truth: str) -> tuple[bool, bool | None]:
    """Whether day and minute are right; None for a minute that one of the two doesn't tell."""
    try:
        one, other = datetime.fromisoformat(told or ""), datetime.fromisoformat(truth)
    except ValueError:
        return (told or "")[:10] == truth[:10], None
    if one.tzinfo and other.tzinfo:
        one = one.astimezone(other.tzinfo)
    one, other = (
        one.replace(tzinfo=None, second=0, microsecond=0),
        other.replace(tzinfo=None, second=0, microsecond=0),
    )
    timed = len(truth) > 10 and len(told or "") > 10
    return one.date() == other.date(), one == other if timed else None


def score(name: str, pages: list[Page], reads: dict[str, Read], cpu: float, base: float) -> None:
    bodies: dict[str, tuple[float, float]] = {}
    titles = days = dated = minutes = timed = leaks = headed = 0
    for page in pages:
        truth, read = page.truth, reads[page.id]
        if truth is None:
            continue
        if truth["kind"] != "article-no-text":
            bodies[page.id] = body_score(read, truth)
        names = [squash(text) for text in [truth["title"], *truth["title_alternatives"]] if text]
        titles += squash(read.title) in names
        text = squash(read.text)
        leaks += any(squash(string) in text for string in truth["must_not_contain"])
        headed += any(text.startswith(one) for one in names) and not any(
            squash("".join(truth["body"])).startswith(one) for one in names
        )
        if truth["published"]:
            day, minute = same_time(read.date, truth["published"])
            dated, days = dated + 1, days + day
            timed, minutes = timed + (minute is not None), minutes + bool(minute)
    precision, recall = (statistics.mean(one[part] for one in bodies.values()) for part in (0, 1))
    worst = min(bodies, key=lambda one: f1(*bodies[one]))
    print(
        f"{name:22} P {precision:.3f}  R {recall:.3f}  F1 {f1(precision, recall):.3f}  "
        f"worst {f1(*bodies[worst]):.3f} ({worst})  titles {titles}/{len(pages)}  days {days}/{dated}  "
        f"minutes {minutes}/{timed}  leaks {leaks}  headline in text {headed}  "
        f"CPU {1000 * cpu:.1f} ms a page, {cpu / base:.2f} x"
    )
    sites: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for page in pages:
        if page.id in bodies:
            sites[page.domain].append(bodies[page.id])
    for site, ones in sorted(sites.items()):
        precision, recall = (statistics.mean(one[part] for one in ones) for part in (0, 1))
        print(
            f"    {site:24} {len(ones):3} pages  P {precision:.3f}  R {recall:.3f}  "
            f"F1 {f1(precision, recall):.3f}"
        )


def f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def timed_cpu(pages: list[Page], rounds: int) -> dict[str, float]:
    """CPU seconds a page: the best of some rounds, in turn, so that a busy machine hits all alike.

    Metadata and dates are part of Khabar's figure and not of trafilatura's default call, the base.
    """
    calls: dict[str, Callable[[Page], object]] = {
        **extractors(),
        "base": lambda page: trafilatura.extract(page.html),
    }
    spent: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.process_time()
            for page in pages:
                call(page)
            spent[name].append((time.process_time() - start) / len(pages))
    return {name: min(ones) for name, ones in spent.items()}


def refusals(pages: list[Page], name: str, read: Callable[[Page], Read]) -> None:
    """How many pages of each kind an extractor gives no text for: right for all but articles."""
    kinds: dict[str, list[bool]] = defaultdict(list)
    for page in pages:
        kinds[page.kind].append(not read(page).text)
    told = ", ".join(f"{kind} {sum(ones)}/{len(ones)}" for kind, ones in sorted(kinds.items()))
    print(f"{name:22} without text: {told}")


def reasons(pages: list[Page]) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for page in pages:
        try:
            extract(page.html, page.url)
        except ExtractionError as error:
            counts[page.kind][f"{type(error).__name__}: {error.reason}"] += 1
        else:
            counts[page.kind]["read as an article"] += 1
    for kind, found in sorted(counts.items()):
        print(
            f"{kind} ({found.total()}): " + "; ".join(f"{count} {why}" for why, count in found.most_common())
        )


def memory(pages: list[Page], count: int) -> None:
    """Resident memory while one process reads `count` pages; extraction workers are replaced after 500."""
    steps = max(1, count // 10)
    for done in range(count):
        khabar(pages[done % len(pages)])
        if (done + 1) % steps == 0:
            print(f"    {done + 1:6} pages  {resident():.0f} MB")


def resident() -> float:
    """This process's resident memory in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder with pages/ (default: $KHABAR_DATA)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of timing, the best counts")
    parser.add_argument("--all", action="store_true", help="also what is refused, over all saved pages")
    parser.add_argument("--memory", type=int, metavar="PAGES", help="also memory over so many pages")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    if not (arguments.data / "pages" / "index.jsonl").exists():
        parser.error(f"no pages in {arguments.data}; give their folder with --data or KHABAR_DATA")
    pages = load(arguments.data, everything=arguments.all)
    gold = [page for page in pages if page.truth]
    cpu = timed_cpu(
        [page for page in pages if page.kind in ("article", "amp-twin")][:: 5 if arguments.all else 1],
        arguments.rounds,
    )
    for name, read in extractors().items():
        score(name, gold, {page.id: read(page) for page in gold}, cpu[name], cpu["base"])
    if arguments.all:
        for name, read in extractors().items():
            refusals(pages, name, read)
        reasons(pages)
    if arguments.memory:
        memory(pages, arguments.memory)


if __name__ == "__main__":
    main()
