"""Site: a news site as its seed file describes it, validated."""

import ipaddress
import re
import tomllib
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from crawler.errors import SeedError, UsageError
from crawler.model.seed_types import (
    Css,
    Delay,
    Host,
    Hours,
    Interval,
    OneOrMore,
    Pattern,
    Text,
    Url,
    Zone,
    nearest,
)
from crawler.parsing.urls import InvalidURLError, absolute_url, host_of

SITE_ID: Final = re.compile(r"\A[a-z0-9][a-z0-9-]*\Z")


class Listing(BaseModel):
    """A page that lists articles, and how many of the pages after it to read as well."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    url: Url
    pages: Annotated[int, Field(ge=1, le=1000)] = 1


def _listing(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


class Site(BaseModel):
    """A news site, as its seed says it is. Frozen and picklable.

    Patterns (`article`, `exclude`) are regular expressions, searched in a URL's path and query with its
    escapes undone, so that they can be written in Arabic. `prune`, `article`, `exclude` and `boilerplate`
    may be one text or several.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
    """The seed file's stem."""
    name: Text
    name_en: Text | None = None
    url: Url
    hosts: Annotated[tuple[Host, ...], OneOrMore] = ()
    """Other hosts on which the outlet publishes today, with all hosts under them."""
    formerly: Annotated[tuple[Host, ...], OneOrMore] = ()
    """Hosts that it has moved away from: an article whose path stayed keeps its id."""
    feeds: tuple[Url, ...] = ()
    sitemaps: tuple[Url, ...] = ()
    wordpress: bool = Field(default=False, strict=True)
    """The site is known to offer WordPress's REST interface."""
    listings: tuple[Annotated[Listing, BeforeValidator(_listing)], ...] = ()
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "ar"
    timezone: Zone = "Asia/Damascus"
    """How times without a zone are read, and how times of this site are shown."""
    article: Annotated[tuple[Pattern, ...], OneOrMore] = ()
    """What the address of an article looks like; none: judged by shape."""
    exclude: Annotated[tuple[Pattern, ...], OneOrMore] = ()
    """What is never fetched."""
    every: Interval = timedelta(hours=1)
    """How often the site is crawled."""
    hours: Hours = None
    """The hours of the day, in the site's zone, in which scheduled crawls happen; None: all of them."""
    delay: Delay = None
    """Seconds between two requests; None: the installation's setting."""
    prune: Annotated[tuple[Css, ...], OneOrMore] = ()
    """Blocks to drop from a page before its text is taken."""
    body: Css | None = None
    """Where the text of an article stands, for the site where that can't be found out."""
    boilerplate: Annotated[tuple[Text, ...], OneOrMore] = ()
    """Phrases whose paragraphs are dropped."""
    media: bool = Field(default=False, strict=True)
    """Films and galleries without a text are kept, with their caption as the text."""
    tls: Literal["verify", "unverified"] = "verify"
    """Whether certificates are verified; ``unverified`` takes any, for this site alone."""
    private: bool = Field(default=False, strict=True)
    """The site lives at a private or loopback address, so requests there are allowed."""
    enabled: bool = Field(default=True, strict=True)
    notes: str | None = None

    @model_validator(mode="after")
    def _private_is_said(self) -> "Site":
        if not self.private:
            named = {"url": (self.url,), "feeds": self.feeds, "sitemaps": self.sitemaps}
            for key, urls in {**named, "listings": tuple(item.url for item in self.listings)}.items():
                for url in urls:
                    if _is_private(url):
                        raise ValueError(f"{key}: {url} is a private address; allowed with: private = true")
        return self

    @property
    def host(self) -> str:
        """The host of `url`, lower case, IDNA, with its port where that is not the scheme's own."""
        return host_of(self.url)

    @property
    def zone(self) -> ZoneInfo:
        """The site's own time zone."""
        return ZoneInfo(self.timezone)

    def owns(self, url: str) -> bool:
        """Whether a URL belongs to the outlet: one of its hosts or one under it, or a source's host.

        ``www.`` makes no difference. A malformed URL belongs to nobody.
        """
        try:
            host = host_of(url).removeprefix("www.")
        except InvalidURLError:
            return False
        own, sources = _hosts(self)
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
        """Whether the seed's patterns say that a URL is an article's; None: the seed has no such pattern."""
        return _matches(self.article, url) if self.article else None

    def excludes(self, url: str) -> bool:
        """Whether the seed says that a URL is never to be fetched."""
        return _matches(self.exclude, url)


@lru_cache(maxsize=1024)
def _known_hosts(urls: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(host_of(url).removeprefix("www.") for url in urls)


def _hosts(site: Site) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The outlet's own hosts, and those of its sources."""
    sources = (*site.feeds, *site.sitemaps, *(item.url for item in site.listings))
    return (*_known_hosts((site.url,)), *site.hosts, *site.formerly), _known_hosts(sources)


def _is_under(host: str, home: str) -> bool:
    return host == home or (host.endswith(f".{home}") and not _is_address(home))


def _matches(patterns: tuple[str, ...], url: str) -> bool:
    if not patterns:
        return False
    parts = urlsplit(url)
    target = unquote(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return any(re.search(pattern, target) for pattern in patterns)


def _is_address(host: str) -> bool:
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


def load_site(path: Path) -> Site:
    """Read one seed.

    Args:
        path: A TOML file; its stem becomes the site's id.

    Raises:
        SeedError: One line for each problem: file, key, what is wrong, what is allowed.
    """
    site, problems = _read(path)
    if site is None:
        raise SeedError("\n".join(problems))
    return site


def check_seed(path: Path, text: str) -> None:
    """Make sure that a seed file of this name could hold this text.

    Raises:
        SeedError: It is no valid seed; one line for each problem.
    """
    _, problems = _parse(path, text)
    if problems:
        raise SeedError("\n".join(problems))


def load_sites(folder: Path) -> dict[str, Site]:
    """Read all seeds of a folder, by id, in the order of their ids.

    Args:
        folder: Where the ``*.toml`` files lie; everything else in it is left alone.

    Raises:
        SeedError: The folder is missing or has no seeds, or seeds are invalid: all problems of all files,
            one a line.
    """
    if not folder.is_dir():
        raise SeedError(f"{folder}: no such folder of seeds; give one with --seeds DIR")
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise SeedError(f"{folder}: no seeds; a seed is a file NAME.toml with at least name and url")
    sites: dict[str, Site] = {}
    problems: list[str] = []
    for path in paths:
        site, found = _read(path)
        problems += found
        if site is not None:
            sites[site.id] = site
    if problems:
        raise SeedError("\n".join(problems))
    return sites


def select_sites(sites: dict[str, Site], ids: Iterable[str] = ()) -> list[Site]:
    """The sites of these ids, each once, in the order given; without ids every enabled site.

    A site that is named is taken even where it is not enabled.

    Raises:
        UsageError: Ids that no seed has; the message suggests near ones.
    """
    wanted = list(dict.fromkeys(ids))
    unknown = [site_id for site_id in wanted if site_id not in sites]
    if unknown:
        lines = [f"unknown site {site_id!r}{nearest(site_id, sites)}" for site_id in unknown]
        raise UsageError("; ".join(lines) + "; `khabar sites list` shows all")
    return (
        [sites[site_id] for site_id in wanted]
        if wanted
        else [site for site in sites.values() if site.enabled]
    )


def _read(path: Path) -> tuple[Site | None, list[str]]:
    """A seed, or None and what is wrong with it."""
    if not SITE_ID.match(path.stem):
        return None, [
            f"{path}: the file's name is the site's id; allowed: lower-case letters, digits and hyphens"
        ]
    if path.parent.resolve() != path.resolve().parent:
        return None, [f"{path}: leads out of the folder of seeds; put the file itself there"]
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return None, [f"{path}: not UTF-8 text at byte {error.start}; save it as UTF-8"]
    except OSError as error:
        return None, [f"{path}: cannot be read: {error.strerror}"]
    return _parse(path, text)


def _parse(path: Path, text: str) -> tuple[Site | None, list[str]]:
    """The text of a seed as a site, or None and what is wrong with it."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [f"{path}: not valid TOML: {error}"]
    if "id" in table:
        return None, [f"{path}: id: not a key of a seed; the file's name is the site's id"]
    try:
        return Site(id=path.stem, **table), []
    except ValidationError as error:
        return None, [f"{path}: {_problem(item)}" for item in error.errors(include_url=False)]


_ALLOWED: Final[dict[str, str]] = {
    "name": "text",
    "name_en": "text",
    "url": "a web address in quotes",
    "hosts": "a list of hosts such as news.example.org",
    "formerly": "a list of hosts such as old.example.org",
    "feeds": "a list of web addresses",
    "sitemaps": "a list of web addresses",
    "wordpress": "true or false",
    "listings": "a list of web addresses, or of {url = …, pages = 1 to 1000}",
    "language": "an ISO 639 code such as ar, en or ku",
    "timezone": "an IANA name such as Asia/Damascus",
    "article": "a regular expression, or a list of them",
    "exclude": "a regular expression, or a list of them",
    "every": "a duration from 5m to 30d",
    "hours": 'a span of the day such as "01:00-06:30"',
    "delay": "seconds from 0 to 600, or a duration up to 10m",
    "prune": "a CSS selector, or a list of them",
    "body": "a CSS selector",
    "boilerplate": "a phrase, or a list of them",
    "media": "true or false",
    "tls": '"verify" or "unverified"',
    "private": "true or false",
    "enabled": "true or false",
    "notes": "text",
}
"""What each key of a seed may hold, in words: for messages."""


def _problem(item: Any) -> str:  # pydantic's ErrorDetails
    """One line for one of pydantic's findings: the key, what is wrong, what is allowed."""
    key = ".".join(str(part) for part in item["loc"])
    top = str(item["loc"][0]) if item["loc"] else ""
    kind, message = item["type"], item["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        known = _ALLOWED if len(item["loc"]) == 1 else Listing.model_fields
        last = str(item["loc"][-1])
        return f"{key}: unknown key{nearest(last, known)}; allowed: {', '.join(known)}"
    if kind == "missing":
        return f"{key}: missing; allowed: {_ALLOWED.get(top, 'text')}"
    if kind == "value_error":
        return f"{key}: {message}" if key else message
    if kind == "tuple_type":
        message = "not a list"
    return f"{key}: {message[0].lower()}{message[1:]}; allowed: {_ALLOWED.get(top, 'see the documentation')}"
