"""Record a page and what extraction makes of it, as a fixture that tests compare with later versions."""

import gzip
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from crawler.errors import KhabarError, UsageError
from crawler.model.article import Article
from crawler.model.site import Site
from crawler.operations.extract import read_source
from crawler.operations.extraction_worker import extract_within_time
from crawler.parsing.urls import page_id
from crawler.settings import Settings

NOT_NAME = re.compile(r"[^\w-]+")
MOST_NAME = 60


def article_fields(article: Article) -> dict[str, Any]:
    """An article as JSON holds it: times as ISO 8601."""
    data = asdict(article)
    for name in ("published_at", "modified_at"):
        data[name] = data[name].isoformat() if data[name] else None
    return data


def record(
    source: str, folder: Path, settings: Settings, sites: Mapping[str, Site], *, url: str | None = None
) -> Path:
    """Save a page and the result of its extraction side by side.

    Args:
        source: A URL, whose robots.txt is obeyed, a file's path, or ``-`` for stdin.
        folder: Where ``<name>.html.gz`` and ``<name>.json`` go; made where it is missing.
        settings: Size limit, time limit and User-Agent of a fetch.
        sites: The seeds; the page's site is found among them by its address.
        url: The address that a saved page came from.

    Returns:
        The path of the JSON file, which is to be read through and put right before it is relied on.

    Raises:
        UsageError: A saved page without its address, or a folder that cannot be written.
        KhabarError: The page cannot be fetched.
    """
    # Another address than a web one belongs to no site.
    seed = next((site for site in sites.values() if site.owns(source)), None)
    page = read_source(source, settings, seed)
    address = url or page.url
    if address is None:
        raise UsageError(f"{source}: give the address it came from with --url; dates and links depend on it")
    site = next((site for site in sites.values() if site.owns(address)), None)
    now = datetime.now(UTC).replace(microsecond=0)
    data = {
        "url": address,
        "site": site.id if site else None,
        "fetched_at": now.isoformat(),
        "expected": outcome(
            lambda: extract_within_time(
                page.html, address, settings, site=site, charset=page.charset, now=now
            )
        ),
    }
    path = folder / f"{_name(address)}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".html.gz").write_bytes(gzip.compress(page.html, mtime=0))
        path.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written: {error.strerror or error}") from None
    return path


def compare(path: Path, sites: Mapping[str, Site]) -> dict[str, tuple[Any, Any]]:
    """Extract a recorded page again and tell what is otherwise than recorded.

    Args:
        path: The JSON file of a recorded page.
        sites: The seeds.

    Returns:
        Field → recorded value, value now; empty where all is the same.
    """
    from crawler.extraction import extract  # it takes a second to import, which only this has to pay

    data = json.loads(path.read_text("utf-8"))
    html = gzip.decompress(path.with_suffix(".html.gz").read_bytes())
    site, fetched_at = sites.get(data["site"] or ""), datetime.fromisoformat(data["fetched_at"])
    current = outcome(lambda: extract(html, data["url"], site=site, now=fetched_at))
    expected: dict[str, Any] = data["expected"]
    # An empty field and one that did not exist yet when the page was recorded say the same.
    return {
        name: (expected.get(name), current.get(name))
        for name in sorted({*expected, *current})
        if (expected.get(name) or None) != (current.get(name) or None)
    }


def outcome(extraction: Callable[[], Article]) -> dict[str, Any]:
    """What extraction makes of a page: the article's fields, or the name and reason of the exception."""
    try:
        return article_fields(extraction())
    except KhabarError as error:
        return {"raises": type(error).__name__, "reason": getattr(error, "reason", str(error))}


def _name(url: str) -> str:
    parts = urlsplit(url)
    last = NOT_NAME.sub("-", unquote(parts.path.rstrip("/").rsplit("/", 1)[-1])).strip("-")
    host = (parts.hostname or "page").removeprefix("www.")
    return f"{host}-{last[:MOST_NAME] or 'page'}-{page_id(url)[:8]}"
