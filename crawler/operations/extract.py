"""Extract one page by hand: from a file, from stdin, or from the web."""

import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from crawler.errors import KhabarError, UsageError
from crawler.extraction.errors import ExtractionError
from crawler.fetch.client import PoliteFetcher
from crawler.model.article import Article
from crawler.model.site import Site
from crawler.operations.extraction_worker import extract_within_time
from crawler.settings import Settings


@dataclass(frozen=True, slots=True)
class PageSource:
    """The bytes of a page; `url` and `charset` (of its header) are those of the answer, if it was fetched."""

    html: bytes
    url: str | None = None
    charset: str | None = None


def read_source(source: str, settings: Settings, site: Site | None = None) -> PageSource:
    """Read a page from a file, from stdin, or from the web.

    Args:
        source: A file's path, ``-`` for stdin, or an http(s) URL, whose robots.txt is obeyed.
        settings: Size limit, time limit, pause and User-Agent.
        site: The seed of the page's site: its `tls`, `private` and `delay` hold.

    Raises:
        UsageError: The file does not exist or cannot be read.
        KhabarError: The page cannot be fetched, or is too large.
    """
    if source == "-":
        return PageSource(sys.stdin.buffer.read(settings.max_page_bytes + 1))
    if urlsplit(source).scheme in ("http", "https"):
        return _fetch(source, settings, site)
    path = Path(source)
    try:
        with path.open("rb") as file:
            return PageSource(file.read(settings.max_page_bytes + 1))
    except OSError as error:
        raise UsageError(
            f"{source}: {error.strerror or error}; give a file, an http(s) URL, or - for stdin"
        ) from None


def _fetch(url: str, settings: Settings, site: Site | None) -> PageSource:
    if site is not None and site.delay is not None:
        settings = settings.model_copy(update={"delay": site.delay})
    fetcher = PoliteFetcher(
        settings,
        private=site.private if site else False,
        tls=site.tls if site else "verify",
        typed_url=url,
    )
    page = fetcher.get(url)
    return PageSource(page.body, page.url, page.charset)


def extract_source(
    source: str, settings: Settings, *, url: str | None = None, site: Site | None = None
) -> Article:
    """Extract the article of a file, of stdin, or of a URL.

    Raises:
        UsageError: The source cannot be read.
        KhabarError: It cannot be fetched, is too large, or is no article; the message says which.
    """
    page = read_source(source, settings, site)
    if len(page.html) > settings.max_page_bytes:
        raise KhabarError(
            f"{source}: larger than {settings.max_page_bytes} bytes; KHABAR_MAX_PAGE_BYTES sets the limit"
        )
    address = url or page.url or (site.url if site else "https://page.invalid/article")
    try:
        return extract_within_time(page.html, address, settings, site=site, charset=page.charset)
    except ExtractionError as error:
        # The address may be made up, and what the reader gave is named already.
        raise KhabarError(f"{source}: {error.message}") from None
