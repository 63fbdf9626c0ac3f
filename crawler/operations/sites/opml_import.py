"""Sites out of a feed reader's list: each is looked at as `khabar sites add` does it, and gets a seed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from crawler.errors import KhabarError, UsageError
from crawler.model.site import Site
from crawler.operations.sites.add import refuse_duplicate, seed_path, seed_text, site_id_of, write_seed
from crawler.operations.sites.survey import home_address
from crawler.operations.sites.survey_report import Survey
from crawler.parsing.encoding import decode
from crawler.parsing.markup import MarkupError, parse_xml
from crawler.parsing.urls import url_key

LARGEST: Final = 5_000_000
"""Bytes of a list: that of a reader with ten thousand feeds is smaller."""


@dataclass(frozen=True, slots=True)
class ListedSite:
    """A site of the list: what it is called there, and its home page."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class TakenSite:
    """What became of a site of the list: `path` is its seed; without one, `problem` says why it has none."""

    title: str
    url: str
    path: Path | None = None
    problem: str | None = None


def read_opml(data: bytes) -> list[ListedSite]:
    """The sites that an OPML file lists, each once.

    An entry without a home page has its feed's host for one: feed readers leave `htmlUrl` out at will.

    Raises:
        UsageError: It is no OPML, it is too large, or it lists no site.
    """
    if len(data) > LARGEST:
        raise UsageError(f"a list of more than {LARGEST:,} bytes is no list of feeds")
    try:
        root = parse_xml(decode(data).encode())
    except (MarkupError, etree.XMLSyntaxError):
        raise UsageError("it is not XML, and so no OPML") from None
    if root.tag != "opml":
        raise UsageError(f"it is XML of another kind (<{str(root.tag)[:40]}>), not OPML")
    sites: dict[str, ListedSite] = {}
    for outline in root.iter("outline"):
        url = (outline.get("htmlUrl") or "").strip() or _home_of((outline.get("xmlUrl") or "").strip())
        if url:
            title = outline.get("title") or outline.get("text") or url
            sites.setdefault(url_key(url), ListedSite(" ".join(title.split()), url))
    if not sites:
        raise UsageError("it lists no site: no entry has a htmlUrl or an xmlUrl")
    return list(sites.values())


def take_sites(
    listed: Iterable[ListedSite],
    folder: Path,
    seeds: Iterable[Site],
    look: Callable[[str], Survey],
    *,
    private: bool = False,
    dry_run: bool = False,
) -> Iterator[TakenSite]:
    """Look at each site and write its seed; what cannot be taken does not keep the others from it.

    Args:
        listed: The sites.
        folder: The folder of seeds.
        seeds: The seeds that are there.
        look: Looks at a home page.
        private: Whether the sites live at private addresses.
        dry_run: Write nothing.
    """
    sites = list(seeds)
    for each in listed:
        try:
            # What is sure to fail fails before the site is asked.
            refuse_duplicate(home_address(each.url), sites)
            survey = look(each.url)
            refuse_duplicate(survey.url, sites)
            if not survey.has_article:
                raise UsageError(f"no article could be read at {survey.url}")
            path = seed_path(folder, site_id_of(survey.url))
            if not dry_run:
                sites.append(write_seed(path, seed_text(survey, private=private)))
        except KhabarError as error:
            yield TakenSite(each.title, each.url, problem=str(error))
        else:
            yield TakenSite(each.title, each.url, path)


def _home_of(feed: str) -> str:
    """The home page of the host of a feed; empty for what is no web address."""
    parts = urlsplit(feed)
    return f"{parts.scheme}://{parts.netloc}/" if parts.scheme in ("http", "https") and parts.netloc else ""
