"""The rival that is made for news: news-please as a library, over the addresses of the sites' sitemaps.

    .venv-news-please/bin/python benchmarks/news_please.py OUTPUT SECONDS SITE…

Runs in an environment of its own (`make rivals`). Its own `from_urls` brings none of these pages, so its
library call `NewsPlease.from_html` is measured: sixteen threads read sitemaps and fetch the pages
for it, which costs it nothing but the extraction. Ends after so many seconds with what it has.
"""

import json
import re
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path

FETCHERS = 16
"""As many requests at once as the plain script makes."""


def fetch(url: str) -> tuple[str, str]:
    """A page with its address."""
    return url, urllib.request.urlopen(url).read().decode()  # noqa: S310


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
    with Path(output).open("w", encoding="utf-8") as file, ThreadPoolExecutor(FETCHERS) as pool:
        for url, html in pool.map(fetch, urls):
            if time.monotonic() > ends:
                pool.shutdown(wait=False, cancel_futures=True)
                break
            article = NewsPlease.from_html(html, url=url)
            if article is not None and article.maintext:
                row = {"url": url, "title": article.title, "text": article.maintext}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
