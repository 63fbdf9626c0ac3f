"""Coverage: whether a site's sitemaps reach back as far as a window of time."""

from collections.abc import Iterable

from crawler.discovery.sitemap import SitemapLink
from crawler.discovery.window import Window, page_span, sitemap_span
from crawler.model.article import Discovered

REACHES_BACK = 20
"""Pages from before the window by which sitemaps show that they reach back so far: more than the «من نحن» and
"Contact" of every site, which are older than all its news."""


class Coverage:
    """What the sitemaps of one crawl name from before its window.

    Args:
        window: The time of publication that is wanted.
    """

    def __init__(self, window: Window) -> None:
        self._border = window.since or window.until
        self._older = 0
        self._failed = False

    def note_sitemap(self, pages: Iterable[Discovered], links: Iterable[SitemapLink]) -> None:
        """Note what a sitemap names; a further one that is of an earlier time by its name counts in full."""
        if self._border is None:
            return
        for page in pages:
            span, hints = page_span(page.url), page.hints
            moment = hints.published_at or (span.end if span else hints.modified_at)
            self._older += moment is not None and moment < self._border
        for link in links:
            named = sitemap_span(link.url)
            self._older += REACHES_BACK * (named is not None and named.end <= self._border)

    def note_failed(self) -> None:
        """Note that a sitemap could not be read: what it names is unknown."""
        self._failed = True

    @property
    def reaches_back(self) -> bool:
        """Whether the sitemaps show that they name what was published before the window, and so within it."""
        return self._older >= REACHES_BACK and not self._failed
