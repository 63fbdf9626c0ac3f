"""Whether any request leaves early: a crawl of sites that log when they were asked, counted over all pairs.

    python -m benchmarks.politeness [--pages 90]

Twenty-four sites, one for each combination of a seed's delay, a Crawl-delay and answers that ask for a pause:
2,000 requests and more. Takes some minutes, mostly of waiting; exits 1 if a request was early.
"""

import argparse
import itertools
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from crawler.model.job import Job
from crawler.model.site import Site
from crawler.operations.crawling.crawl import crawl
from crawler.settings import Settings
from crawler.storage import embedded

SEED_DELAYS = (None, 0.0, 0.15)
SETTING = 0.1
CRAWL_DELAYS = (None, 0.1, 0.15, 0.2)
PAUSE_EVERY = (0, 20)
"""One in so many pages answers 429 at first; 0: none."""

RETRY_AFTER = 1
"""Seconds, whole ones as the header wants them."""

UNDER_WAY = 0.05
"""Seconds after an answer in which a request may arrive that had left before it."""

PARAGRAPH = "أعلنت البلدية يوم الأحد افتتاح السوق القديم بعد أعمال ترميم استمرت عامين كاملين في المدينة. "


def title_of(number: int) -> str:
    """A made-up headline."""
    return f"خبر رقم {number} من المدينة القديمة اليوم"


@dataclass
class LoggedSite:
    """A site of one combination, and when it was asked."""

    seed_delay: float | None
    crawl_delay: float | None
    pause_every: int
    pages: int
    moments: list[float] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    @property
    def delay(self) -> float:
        """Seconds that lie between two requests."""
        own = SETTING if self.seed_delay is None else self.seed_delay
        return max(own, self.crawl_delay or 0.0)

    def answer(self, path: str) -> tuple[int, str]:
        """Status and body for a path."""
        if path == "/robots.txt":
            rule = f"Crawl-delay: {self.crawl_delay}\n" if self.crawl_delay else ""
            return 200, f"User-agent: *\n{rule}Disallow:\n"
        if path == "/":
            links = (f'<h2><a href="/akhbar/{n}0001">{title_of(n)}</a></h2>' for n in range(self.pages))
            return 200, f"<html lang=ar><body>{''.join(links)}</body></html>"
        number = int(path.rsplit("/", 1)[-1][:-4] or 0)
        if self.pause_every and number % self.pause_every == 0 and path not in self.refused:
            self.refused.add(path)
            self.pauses.append(time.monotonic())
            return 429, "later"
        title = title_of(number)
        story = f"<article><h1>{title}</h1>" + f"<p>{PARAGRAPH * 3}</p>" * 3 + "</article>"
        return 200, f"<html lang=ar><head><title>{title}</title></head><body>{story}</body></html>"

    def early(self) -> list[float]:
        """Gaps that are shorter than they may be, and requests in a pause."""
        gaps = [later - earlier for earlier, later in itertools.pairwise(self.moments)]
        short = [gap for gap in gaps if gap < self.delay]
        within = [
            moment - pause
            for pause in self.pauses
            for moment in self.moments
            if UNDER_WAY < moment - pause < RETRY_AFTER
        ]
        return short + within


def serve(site: LoggedSite) -> ThreadingHTTPServer:
    """Serve a site on a free loopback port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.moments.append(time.monotonic())
            status, text = site.answer(self.path)
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            if status == 429:
                self.send_header("Retry-After", str(RETRY_AFTER))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def combinations(pages: int) -> Iterator[LoggedSite]:
    """A site for each combination."""
    for seed_delay, crawl_delay, pause_every in itertools.product(SEED_DELAYS, CRAWL_DELAYS, PAUSE_EVERY):
        yield LoggedSite(seed_delay, crawl_delay, pause_every, pages)


def main() -> int:
    """Crawl all combinations and print what was early."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=90)
    sites = list(combinations(parser.parse_args().pages))
    servers = [serve(site) for site in sites]
    jobs = [
        Job(
            site=Site.model_validate(
                {
                    "id": f"paced-{number}",
                    "name": "موقع مصنوع",
                    "url": f"http://127.0.0.1:{server.server_port}/",
                    "private": True,
                    "delay": site.seed_delay,
                }
            )
        )
        for number, (site, server) in enumerate(zip(sites, servers, strict=True))
    ]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), delay=SETTING, concurrent_sites=4)
        try:
            list(crawl(jobs, settings))
        finally:
            embedded.stop(settings)
    for site in sites:
        early = site.early()
        worst = f", the worst {min(early):.3f} s" if early else ""
        print(
            f"seed {site.seed_delay}, setting {SETTING}, Crawl-delay {site.crawl_delay}, "
            f"{len(site.pauses)} pauses: {len(early)} of {len(site.moments)} requests early{worst}"
        )
    total = sum(len(site.moments) for site in sites)
    early_total = sum(len(site.early()) for site in sites)
    print(f"{early_total} of {total} requests were early")
    return 1 if early_total else 0


if __name__ == "__main__":
    sys.exit(main())
