"""The newsroom: all made-up sites, served at once, with their truth and everything a test does to them."""

import json
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from crawler.demo.edition import Edition
from crawler.demo.layouts import LAYOUTS
from crawler.demo.plan import Draft, plan_newsroom
from crawler.demo.profiles import PROFILES, SECTIONS, Profile
from crawler.demo.server import LoggedRequest, SiteServer
from crawler.demo.truth import DemoArticle, DemoPage, DemoSite, Kind
from crawler.model.period import ZONE

_SECOND: Final = timedelta(seconds=1)


class Newsroom:
    """Four small made-up Arabic news sites on loopback, open while the context lasts.

    With the same seed, `now` and ports the same pages are served, byte for byte.

    Args:
        pages_per_site: Articles of each site; None for the hand-written stories and the daily reports
            (about thirty a site), more are generated.
        seed: Decides who prints what and when, and what is generated.
        now: Aware; articles reach back a fortnight from here. None for the current time.
        latency: Seconds before each answer.
        ports: One for each site; 0 picks a free one.
        crawl_delay: Seconds that robots.txt asks for, or None.
        compress: Send gzip to those who accept it.
        rest: The site that WordPress makes offers its REST interface.
        profiles: The sites.
    """

    def __init__(
        self,
        pages_per_site: int | None = None,
        seed: int = 1,
        now: datetime | None = None,
        latency: float = 0.0,
        *,
        ports: Sequence[int] | None = None,
        crawl_delay: float | None = None,
        compress: bool = True,
        rest: bool = False,
        profiles: Sequence[Profile] = PROFILES,
    ) -> None:
        moment = now or datetime.now(UTC)
        if moment.tzinfo is None:
            raise ValueError("now needs a time zone")
        self.now = moment.astimezone(ZONE).replace(microsecond=0)
        self._profiles = tuple(profiles)
        self._pages_per_site = pages_per_site
        self._seed = seed
        self._latency = latency
        self._ports = tuple(ports) if ports is not None else (0,) * len(self._profiles)
        if len(self._ports) != len(self._profiles):
            raise ValueError(f"{len(self._profiles)} sites need as many ports, not {len(self._ports)}")
        self._crawl_delay = crawl_delay
        self._compress = compress
        self._rest = rest
        self._lock = threading.Lock()
        self._opened = datetime.now(UTC)
        self._changed = self.now
        self._stack = ExitStack()
        self._servers: dict[str, SiteServer] = {}
        self._editions: dict[str, Edition] = {}
        self.sites: list[DemoSite] = []
        """The sites, in the order of `profiles`; filled when the newsroom opens."""

    def __enter__(self) -> Self:
        self.sites.clear()
        with ExitStack() as stack:
            drafts = plan_newsroom(self._profiles, self._seed, self.now, self._pages_per_site)
            for index, (profile, port) in enumerate(zip(self._profiles, self._ports, strict=True)):
                server = SiteServer(port, self._latency, self._compress)
                stack.callback(server.down)
                layout = LAYOUTS[profile.family]
                own = [draft for draft in drafts if draft.site == index]
                edition = Edition(profile, server.url, layout.address, own)
                server.layout = layout(edition, self.now, self._crawl_delay)
                server.layout.rest = self._rest
                self._servers[profile.id] = server
                self._editions[profile.id] = edition
                self.sites.append(
                    DemoSite(profile.id, profile.name, profile.name_en, server.url, server.port)
                )
                server.up()
            self._stack = stack.pop_all()
        self._opened = datetime.now(UTC)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def articles(self) -> list[DemoArticle]:
        """The truth: every article of every site as it stands, including those that were removed."""
        return [article for edition in self._editions.values() for article in edition.articles()]

    @property
    def other_pages(self) -> list[DemoPage]:
        """Pages that are no articles, some of every sort and site."""
        return [
            page for server in self._servers.values() if server.layout for page in server.layout.other_pages()
        ]

    @property
    def requests(self) -> dict[str, list[LoggedRequest]]:
        """What each site was asked so far, by the site's id."""
        return {site: server.requests() for site, server in self._servers.items()}

    def forget_requests(self) -> None:
        """Empty the logs of all sites."""
        for server in self._servers.values():
            server.forget_requests()

    def write_seeds(self, folder: Path) -> None:
        """Write one seed a site into a folder, which is made where it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        for site in self.sites:
            layout = self._servers[site.id].layout
            if layout is not None:
                write_seed(folder / f"{site.id}.toml", site, layout.seed())

    def edit(
        self,
        url: str,
        *,
        title: str | None = None,
        paragraphs: Sequence[str] | None = None,
        at: datetime | None = None,
    ) -> DemoArticle:
        """Change what an article says, and with it the page's ETag and time of modification.

        Args:
            url: The article's.
            title: The new headline, or None to keep it.
            paragraphs: The new text, or None to keep it.
            at: When it is changed; None for the time that has passed in the newsroom.

        Raises:
            KeyError: There is no such article.
        """
        fields: dict[str, object] = {}
        if title is not None:
            fields["title"] = title
        if paragraphs is not None:
            fields["paragraphs"] = tuple(paragraphs)
        return self._edition_of(url).change(url, at or self._moment(), **fields)

    def remove(self, url: str, status: int = 410) -> DemoArticle:
        """Take an article down: its page answers `status`, and nothing lists it any more."""
        return self._edition_of(url).change(url, None, removed=status)

    def restore(self, url: str) -> DemoArticle:
        """Bring a removed article back as it was."""
        return self._edition_of(url).change(url, None, removed=None)

    def publish(
        self,
        site: DemoSite | str,
        title: str,
        paragraphs: Sequence[str],
        *,
        section: str = "محليات",
        author: str | None = None,
        story: str | None = None,
        published_at: datetime | None = None,
    ) -> DemoArticle:
        """Publish a new article; its texts are printed as they are given.

        Args:
            site: Where.
            title: The headline.
            paragraphs: The text.
            section: One of the sites' sections.
            author: None for the desk.
            story: What it has in common with articles of other sites.
            published_at: None for the time that has passed in the newsroom.

        Raises:
            ValueError: There is no such section.
        """
        if section not in SECTIONS:
            raise ValueError(f"unknown section {section!r}; one of {', '.join(SECTIONS)}")
        edition = self._editions[_id(site)]
        draft = Draft(
            site=list(self._editions).index(_id(site)),
            title=title,
            paragraphs=tuple(paragraphs),
            published_at=(published_at or self._moment()).astimezone(ZONE),
            section=section,
            author=author or (edition.profile.authors[-1] if edition.profile.authors else None),
            kind=Kind.NEWS,
            story=story,
            edits=(),
            follows=None,
            source_line=None,
        )
        return edition.add(draft)

    def down(self, site: DemoSite | str) -> None:
        """Refuse connections to a site."""
        self._servers[_id(site)].down()

    def up(self, site: DemoSite | str) -> None:
        """Serve a site again, on the port that it had."""
        self._servers[_id(site)].up()

    def _edition_of(self, url: str) -> Edition:
        return self._editions[self._site_of(url)]

    def _site_of(self, url: str) -> str:
        for site in self.sites:
            if url.startswith(site.url):
                return site.id
        raise KeyError(f"{url} belongs to none of {', '.join(site.url for site in self.sites)}")

    def _moment(self) -> datetime:
        """Now, as clocks in the newsroom show it; later than every earlier answer by a second at least."""
        with self._lock:
            passed = self.now + (datetime.now(UTC) - self._opened)
            self._changed = max(passed, self._changed + _SECOND).replace(microsecond=0)
            return self._changed


def _id(site: DemoSite | str) -> str:
    return site.id if isinstance(site, DemoSite) else site


def write_seed(path: Path, site: DemoSite, sources: Mapping[str, object]) -> None:
    """Write a seed: the site's names and address, `sources` as given, and leave to crawl loopback at once."""
    values = {
        "name": site.name,
        "name_en": site.name_en,
        "url": site.url,
        **sources,
        "private": True,
        "delay": 0,
    }
    lines = [f"{key} = {_toml(value)}" for key, value in values.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    # JSON's strings, numbers and truth values are TOML's as well.
    return json.dumps(value, ensure_ascii=False)
