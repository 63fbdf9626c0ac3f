"""Extract one page by hand: from a file, from stdin, or from the web."""

import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from protego import Protego

from crawler.article import Article
from crawler.config import Settings
from crawler.errors import KhabarError, UsageError
from crawler.fetch.tls import certificate_problem, tls_context
from crawler.sites import Site

ROBOTS_BYTES = 512 * 1024
"""RFC 9309 asks for at least 500 KiB of robots.txt to be read."""


def read_source(source: str, settings: Settings, *, tls: str = "verify") -> tuple[bytes, str | None]:
    """Return the bytes of a page and the URL it was finally fetched from, if it was fetched.

    Args:
        source: A file's path, ``-`` for stdin, or an http(s) URL, whose robots.txt is obeyed.
        settings: Size limit, time limit and User-Agent.
        tls: What the site's seed says: ``unverified`` takes any certificate.

    Raises:
        UsageError: The file does not exist or cannot be read.
        KhabarError: The page cannot be fetched, or is too large.
    """
    if source == "-":
        return sys.stdin.buffer.read(settings.max_page_bytes + 1), None
    if urlsplit(source).scheme in ("http", "https"):
        return _fetch(source, settings, tls)
    path = Path(source)
    try:
        with path.open("rb") as file:
            return file.read(settings.max_page_bytes + 1), None
    except OSError as error:
        raise UsageError(
            f"{source}: {error.strerror or error}; give a file, an http(s) URL, or - for stdin"
        ) from None


def extract_source(
    source: str, settings: Settings, *, url: str | None = None, site: Site | None = None
) -> Article:
    """Extract the article of a file, of stdin, or of a URL.

    Raises:
        UsageError: The source cannot be read.
        KhabarError: It cannot be fetched, is too large, or is no article; the message says which.
    """
    from crawler.extraction import (
        ExtractionError,
        extract,
    )  # it takes a second to import, which only this command has to pay

    html, fetched_from = read_source(source, settings, tls=site.tls if site else "verify")
    if len(html) > settings.max_page_bytes:
        raise KhabarError(
            f"{source}: larger than {settings.max_page_bytes} bytes; KHABAR_MAX_PAGE_BYTES sets the limit"
        )
    address = url or fetched_from or (site.url if site else "https://page.invalid/article")
    try:
        return extract(html, address, site=site)
    except ExtractionError as error:
        # The address may be made up, and what the reader gave is named already.
        raise KhabarError(f"{source}: {error.message}") from None
    except KhabarError as error:
        raise KhabarError(f"{source}: {error}") from None


def _fetch(url: str, settings: Settings, tls: str) -> tuple[bytes, str]:
    robots_url = urljoin(url, "/robots.txt")
    try:
        robots, _ = _get(robots_url, settings, ROBOTS_BYTES, tls)
    except urllib.error.HTTPError as error:
        robots = b"" if error.code < 500 else b"User-agent: *\nDisallow: /"  # RFC 9309, section 2.3.1
        error.close()
    except OSError as error:
        raise KhabarError(f"{url}: {_trouble(error)}") from None
    if not Protego.parse(robots.decode("utf-8", "replace")).can_fetch(url, settings.user_agent):
        raise KhabarError(f"{url}: the site's robots.txt forbids it")
    try:
        return _get(url, settings, settings.max_page_bytes + 1, tls)
    except urllib.error.HTTPError as error:
        error.close()
        raise KhabarError(f"{url}: the site answered with status {error.code}") from None
    except OSError as error:
        raise KhabarError(f"{url}: {_trouble(error)}") from None


def _trouble(error: OSError) -> str:
    if (why := certificate_problem(error)) is not None:
        accepted = 'tls = "unverified" in its site\'s seed, named with --site, accepts it'
        return f"its certificate cannot be verified: {why}; {accepted}"
    return f"cannot be reached: {getattr(error, 'reason', error)}"


def _get(url: str, settings: Settings, most: int, tls: str) -> tuple[bytes, str]:
    request = urllib.request.Request(url, headers={"User-Agent": settings.user_agent})  # noqa: S310  # http(s) only
    secured = tls_context(tls)
    with urllib.request.urlopen(request, timeout=settings.fetch_timeout, context=secured) as response:  # noqa: S310
        return response.read(most), response.geturl()
