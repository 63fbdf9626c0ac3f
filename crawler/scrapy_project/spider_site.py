"""The site that a spider of another project crawls."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from pydantic import ValidationError
from scrapy.crawler import Crawler

from crawler.errors import UsageError
from crawler.fetch.safety import ALLOW_PRIVATE
from crawler.model.seeds import problem_line
from crawler.model.site import Site

SITE: Final = "KHABAR_SITE"
"""Scrapy setting: the keys of a seed (docs/seeds.md) for the spider's site, and its `id`."""


def site_of(crawler: Crawler) -> Site:
    """The site of a crawler's spider.

    Raises:
        UsageError: What the setting says is wrong, or neither it nor the spider names an address.
    """
    spider = crawler.spider
    if isinstance(site := getattr(spider, "site", None), Site):
        return site
    keys = crawler.settings.get(SITE) or {}
    if not isinstance(keys, Mapping):
        raise UsageError(f"{SITE} is no dict of a seed's keys, such as {{'id': 'my-site', 'url': …}}")
    name = str(spider.name) if spider is not None else "spider"
    values = {
        "id": re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-"),
        "name": name,
        "url": _home(spider),
        "private": crawler.settings.getbool(ALLOW_PRIVATE),
        **keys,
    }
    if not values["url"]:
        raise UsageError(
            f"no address of the spider's site is known; give it start_urls or allowed_domains, or set {SITE}"
        )
    try:
        return Site(**values)
    except ValidationError as error:
        lines = [f"{SITE}: {problem_line(item)}" for item in error.errors(include_url=False)]
        raise UsageError("; ".join(lines)) from None


def _home(spider: object) -> str | None:
    """The home page by the spider's first address or its first domain."""
    for url in getattr(spider, "start_urls", None) or ():
        parts = urlsplit(str(url))
        if parts.scheme in ("http", "https") and parts.netloc:
            return f"{parts.scheme}://{parts.netloc}/"
    domains = list(getattr(spider, "allowed_domains", None) or ())
    return f"https://{domains[0]}/" if domains else None
