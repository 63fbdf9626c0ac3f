"""Site: a news site as its seed file describes it, validated."""

import ipaddress
import re
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from itertools import chain
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic.config import JsonDict

from crawler.model.period import NEWSROOM_ZONE, ZONE
from crawler.model.seed_types import (
    DELAY_BOUNDS,
    Css,
    Delay,
    Host,
    Hours,
    Interval,
    JmesPath,
    OneOrMore,
    Pattern,
    Text,
    Url,
    Zone,
)
from crawler.parsing.urls import InvalidURLError, absolute_url, host_of


class Listing(BaseModel):
    """A page that lists articles, and how many of the pages after it to read as well."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    url: Url
    pages: Annotated[int, Field(ge=1, le=1000)] = 1


class JsonListing(BaseModel):
    """An interface that lists articles as JSON, and where in its answers they are: expressions in JMESPath.

    `items` is the list of articles; `link`, `title`, `text` and `date` are fields of one of them; `next` is
    the address of the following page.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    url: Url
    items: JmesPath = "@"
    link: JmesPath
    title: JmesPath | None = None
    text: JmesPath | None = None
    date: JmesPath | None = None
    next: JmesPath | None = None


TABLES: dict[str, type[BaseModel]] = {"listings": Listing, "json": JsonListing}
"""The keys of a seed whose values are tables, and what these hold."""


def zone_of(site_id: str, sites: Mapping[str, "Site"]) -> ZoneInfo:
    """The zone in which times of a site are shown; that of Damascus for a site without a seed."""
    return sites[site_id].zone if site_id in sites else ZONE


def names_of(sites: Mapping[str, "Site"]) -> dict[str, list[str]]:
    """What each site is called beside its id: its names in both languages, and its host."""
    return {
        id_: [name for name in (site.name, site.name_en, site.host) if name] for id_, site in sites.items()
    }


def _listing(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


def _key(
    allowed: str,
    description: str,
    default: object = ...,
    *,
    absent: str | None = None,
    name: str | None = None,
) -> Any:
    """A key of a seed file.

    Args:
        allowed: What it may hold, for messages.
        description: What it means, in Markdown, for docs/seeds.md.
        default: Its value where the seed does not have it; without one it is required.
        absent: What holds where the seed does not have it, for docs/seeds.md; None: the default.
        name: What the seed calls it; None: as the field.
    """
    extra: JsonDict = {"allowed": allowed, "absent": absent}
    return Field(default, description=description, json_schema_extra=extra, alias=name)


def _switch(description: str, *, default: bool = False) -> Any:
    """A key of a seed file that is true or false."""
    extra: JsonDict = {"allowed": "true or false", "absent": None}
    return Field(default, description=description, strict=True, json_schema_extra=extra)


class Site(BaseModel):
    """A news site, as its seed describes it. Frozen and picklable.

    Patterns (`article`, `exclude`) are regular expressions, searched in a URL's path and query with its
    escapes undone, so that they can be written in Arabic. `prune`, `article`, `exclude` and `boilerplate`
    may be one text or several.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
    """The seed file's stem."""
    name: Text = _key("text", "the site's name, in its own language")
    name_en: Text | None = _key("text", "its name in English", None)
    url: Url = _key("a web address in quotes", "address of the home page")
    hosts: Annotated[tuple[Host, ...], OneOrMore] = _key(
        "a list of hosts such as news.example.org",
        'other hosts on which the outlet publishes today, such as `["news.example.org"]`; hosts under each, '
        "and under that of `url`, belong to it, too",
        (),
    )
    formerly: Annotated[tuple[Host, ...], OneOrMore] = _key(
        "a list of hosts such as old.example.org",
        "hosts that it has moved away from: they belong to it still, and an article keeps its id over the "
        "move where its path stayed or the old address leads to the new one",
        (),
    )
    feeds: tuple[Url, ...] = _key("a list of web addresses", "addresses of RSS, Atom or JSON feeds", ())
    sitemaps: tuple[Url, ...] = _key(
        "a list of web addresses",
        "addresses of sitemaps",
        (),
        absent="none: those that robots.txt names, if no other source names a page, and in every backfill; "
        "those of categories, tags and authors only where nothing else names an article",
    )
    wordpress: bool = _switch(
        "the site offers WordPress's REST interface at `/wp-json/`; needless where its pages name it"
    )
    listings: tuple[Annotated[Listing, BeforeValidator(_listing)], ...] = _key(
        "a list of web addresses, or of {url = …, pages = 1 to 1000}",
        'pages that list articles: an address, or `{url = "…", pages = 3}`',
        (),
    )
    json_listings: tuple[JsonListing, ...] = _key(
        "a list of {url = …, items = …, link = …, title = …, text = …, date = …, next = …}",
        "interfaces that list articles as JSON, with JMESPath expressions for what their answers hold: "
        '`{url = "…", items = "data.posts", link = "url"}`, see below',
        (),
        name="json",
    )
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = _key(
        "an ISO 639 code such as ar, en or ku", "ISO 639 code of what it mostly writes", "ar"
    )
    timezone: Zone = _key(
        "an IANA name such as Asia/Damascus",
        "IANA zone in which it writes times without one, and in which its times are shown",
        NEWSROOM_ZONE,
    )
    article: Annotated[tuple[Pattern, ...], OneOrMore] = _key(
        "a regular expression, or a list of them",
        "regular expressions: what an article's path looks like",
        (),
        absent="judged by shape",
    )
    exclude: Annotated[tuple[Pattern, ...], OneOrMore] = _key(
        "a regular expression, or a list of them", "regular expressions: what is never fetched", ()
    )
    every: Interval = _key(
        "a duration from 5m to 30d",
        'how often to crawl: `"30m"`, `"1h"`, `"1d"`',
        timedelta(hours=1),
        absent='`"1h"`',
    )
    hours: Hours = _key(
        'a span of the day such as "01:00-06:30"',
        "the hours of the day, in the site's zone, for scheduled crawls: "
        '`"01:00-06:30"`, also over midnight',
        None,
        absent="all",
    )
    delay: Delay = _key(
        DELAY_BOUNDS,
        "least seconds between any two requests; a longer Crawl-delay in robots.txt goes before it",
        None,
        absent="`KHABAR_DELAY`, or what robots.txt asks for",
    )
    prune: Annotated[tuple[Css, ...], OneOrMore] = _key(
        "a CSS selector, or a list of them", "CSS of blocks to drop before the text is taken", ()
    )
    body: Css | None = _key(
        "a CSS selector", "CSS of the element that holds the text", None, absent="found by itself"
    )
    boilerplate: Annotated[tuple[Text, ...], OneOrMore] = _key(
        "a phrase, or a list of them", "phrases whose paragraphs are dropped", ()
    )
    media: bool = _switch("films and galleries without a text are kept, with their caption as the text")
    render: bool = _switch(
        "its pages are drawn by scripts: each is built in a browser; needs Chromium and "
        "`pip install 'khabar[render]'`"
    )
    tls: Literal["verify", "unverified"] = _key(
        '"verify" or "unverified"',
        "`\"unverified\"` accepts this site's bad certificate (expired, another host's, incomplete)",
        "verify",
    )
    private: bool = _switch("the site lives at a private or loopback address")
    enabled: bool = _switch("crawled by `--all`", default=True)
    notes: str | None = _key("text", "a remark for people", None)

    @model_validator(mode="after")
    def _require_private(self) -> "Site":
        if not self.private:
            for key, urls in {"url": (self.url,), **self.sources}.items():
                for url in filter(_is_private, urls):
                    raise ValueError(f"{key}: {url} is a private address; allowed with: private = true")
        return self

    @property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """The addresses of the sources that the seed names, by key."""
        return {
            "feeds": self.feeds,
            "sitemaps": self.sitemaps,
            "listings": tuple(listing.url for listing in self.listings),
            "json": tuple(listing.url for listing in self.json_listings),
        }

    @property
    def host(self) -> str:
        """The host of `url`, lower case, IDNA, with its port where that is not the scheme's own."""
        return host_of(self.url)

    @property
    def zone(self) -> ZoneInfo:
        """The site's own time zone."""
        return ZoneInfo(self.timezone)

    def delay_or(self, default: float) -> float:
        """Seconds between two requests: the seed's, else the installation's (`Settings.delay`)."""
        return default if self.delay is None else self.delay

    def owns(self, url: str) -> bool:
        """Whether a URL belongs to the outlet: one of its hosts or one under it, or a source's host.

        ``www.`` makes no difference. A malformed URL belongs to no site.
        """
        try:
            host = host_of(url).removeprefix("www.")
        except InvalidURLError:
            return False
        own, sources = hosts_of(self)
        return host in sources or any(_is_under(host, home) for home in own)

    def former_urls(self, url: str) -> list[str]:
        """The addresses that a page of the outlet had before it moved: the same path on each former host.

        Args:
            url: An absolute address on one of its hosts of today.
        """
        try:
            host = host_of(url).removeprefix("www.")
        except InvalidURLError:
            return []
        parts = urlsplit(url)
        return [parts._replace(netloc=former).geturl() for former in self.formerly if former != host]

    def is_article_url(self, url: str) -> bool | None:
        """Whether a URL is an article's by the seed's patterns; None: the seed has no such pattern."""
        return _matches(self.article, url) if self.article else None

    def excludes(self, url: str) -> bool:
        """Whether the seed excludes a URL from fetching."""
        return _matches(self.exclude, url)


@lru_cache(maxsize=1024)
def _hosts_of(urls: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(host_of(url).removeprefix("www.") for url in urls)


def hosts_of(site: Site) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The outlet's own hosts, and those of its sources."""
    sources = tuple(chain.from_iterable(site.sources.values()))
    return (*_hosts_of((site.url,)), *site.hosts, *site.formerly), _hosts_of(sources)


def _is_under(host: str, home: str) -> bool:
    return host == home or (host.endswith(f".{home}") and not is_address(home))


def _matches(patterns: tuple[str, ...], url: str) -> bool:
    if not patterns:
        return False
    parts = urlsplit(url)
    target = unquote(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return any(re.search(pattern, target) for pattern in patterns)


def is_address(host: str) -> bool:
    """Whether a host, with or without a port, is an IP address."""
    try:
        ipaddress.ip_address(host.rsplit(":", 1)[0] if host.count(":") == 1 else host.strip("[]"))
    except ValueError:
        return False
    return True


def _is_private(url: str) -> bool:
    name = urlsplit(absolute_url(url)).hostname or ""
    try:
        return not ipaddress.ip_address(name).is_global
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
