"""One site's articles as they stand now: what its pages are rendered from, and what an editor changes."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from crawler.demo.plan import Draft
from crawler.demo.profiles import Profile
from crawler.demo.truth import DemoArticle

RELATED: Final = 4
"""How many other articles a page links to."""


def route(url: str) -> str:
    """Path and query of a URL with the escapes undone: by this the server knows its pages."""
    parts = urlsplit(url)
    path = unquote(parts.path) or "/"
    return f"{path}?{parts.query}" if parts.query else path


class Edition:
    """The articles of one site. Thread-safe.

    Args:
        profile: Whose articles.
        base: The site's URL, ending in a slash.
        address: Gives an article's path from its number, title, section and time.
        drafts: What has been published so far, oldest first.
    """

    def __init__(
        self,
        profile: Profile,
        base: str,
        address: Callable[[int, str, str, datetime], str],
        drafts: Iterable[Draft],
    ) -> None:
        self.profile = profile
        self.base = base
        self._address = address
        self._lock = threading.RLock()
        self._by_route: dict[str, DemoArticle] = {}
        self._order: list[str] = []
        self._listed: list[DemoArticle] | None = None
        self._next_id = profile.first_id
        self.version = 0
        """Grows with every change, so that what was rendered before can be told from what is true now."""
        for draft in drafts:
            self.add(draft)
        self._founding = tuple(self.articles())

    def add(self, draft: Draft) -> DemoArticle:
        """Publish one more article."""
        with self._lock:
            number = self._next_id
            # Editors number drafts as well, so the numbers of what is published have gaps.
            self._next_id += 1 + number % 3
            path = self._address(number, draft.title, draft.section, draft.published_at)
            if route(self.base + path) in self._by_route:
                path = f"{path.rstrip('/')}-{number}/"
            article = DemoArticle(
                site=self.profile.id,
                id=number,
                url=self.base + path,
                title=draft.title,
                paragraphs=draft.paragraphs,
                published_at=draft.published_at,
                modified_at=draft.published_at,
                precision=self.profile.precision,
                author=draft.author,
                section=draft.section,
                kind=draft.kind,
                story=draft.story,
                edits=draft.edits,
                follows=draft.follows,
                source_line=draft.source_line,
                optional=(draft.source_line,) if draft.source_line else (),
            )
            key = route(article.url)
            self._by_route[key] = article
            self._order.append(key)
            self._touch()
            return article

    def change(self, url: str, at: datetime | None, **fields: Any) -> DemoArticle:
        """Change fields of an article; `at` becomes its time of modification.

        Raises:
            KeyError: The site has no article at this URL.
        """
        with self._lock:
            key = route(url)
            if key not in self._by_route:
                raise KeyError(f"{self.profile.id} has no article at {url}")
            article = replace(self._by_route[key], **fields)
            if at is not None:
                article = replace(article, modified_at=at)
            self._by_route[key] = article
            self._touch()
            return article

    def _touch(self) -> None:
        self._listed = None
        self.version += 1

    def at(self, target: str) -> DemoArticle | None:
        """The article of a route, whether removed or not."""
        return self._by_route.get(target)

    def articles(self) -> list[DemoArticle]:
        """All articles, in the order in which they were published, with those since removed."""
        with self._lock:
            return [self._by_route[key] for key in self._order]

    def listed(self, section: str | None = None) -> list[DemoArticle]:
        """The articles that the site links to, newest first."""
        with self._lock:
            if self._listed is None:
                standing = [article for article in self.articles() if article.removed is None]
                self._listed = sorted(standing, key=lambda article: article.published_at, reverse=True)
            if section is None:
                return self._listed
            return [article for article in self._listed if article.section == section]

    def related(self, article: DemoArticle) -> list[DemoArticle]:
        """Other articles that a page links to, as they first were: a page changes with its article alone."""
        if not (size := len(self._founding)):
            return []
        picked = (self._founding[(article.id * 7 + step * 5) % size] for step in range(RELATED + 1))
        return [other for other in dict.fromkeys(picked) if other.url != article.url][:RELATED]
