"""The rival that is made for news: news-please as a library, over the addresses of the sites' sitemaps.

    .venv-news-please/bin/python benchmarks/news_please.py OUTPUT SECONDS SITE…

Runs in an environment of its own (`make rivals`). Its crawler takes sites by host name without a port, so its
documented library call `NewsPlease.from_urls` is measured, with the sitemaps read for it. Ends after so many
seconds with what it has.
"""

import json
import re
import sys
import time
import urllib.request
from itertools import zip_longest
from pathlib import Path

BATCH = 50
"""Addresses a call: it fetches those of different hosts side by side, then extracts them one by one."""


def addresses(base: str) -> list[str]:
    """All pages that a site's sitemaps name."""
    index = urllib.request.urlopen(f"{base}sitemap.xml").read().decode()  # noqa: S310
    found: list[str] = []
    for url in re.findall("<loc>(.*?)</loc>", index):
        found += re.findall("<loc>(.*?)</loc>", urllib.request.urlopen(url).read().decode())  # noqa: S310
    return found


def main() -> None:
    from newsplease import NewsPlease  # type: ignore[import-not-found]  # installed by `make rivals`

    output, seconds, *sites = sys.argv[1:]
    ends = time.monotonic() + float(seconds)
    by_turns = zip_longest(*(addresses(site) for site in sites))
    urls = [url for turn in by_turns for url in turn if url]
    with Path(output).open("w", encoding="utf-8") as file:
        for start in range(0, len(urls), BATCH):
            if time.monotonic() > ends:
                break
            for url, article in NewsPlease.from_urls(urls[start : start + BATCH]).items():
                # Where it cannot read a page, it gives an empty dictionary instead.
                if getattr(article, "maintext", None):
                    row = {"url": url, "title": article.title, "text": article.maintext}
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
