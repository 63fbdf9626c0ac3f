"""The fingerprint of a page's text: what tells a site's article from a server's own page, without the text.

It is made in the worker that reads the page, and is all that later pages are compared with.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

from crawler.model.article import Article, Hints
from crawler.pipelines.coherence import contradicts, is_vouched_for, speaks_of
from crawler.pipelines.text_sketch import TextSketch, normalised, sketch_text

FROM_OUTSIDE = frozenset({"feed", "sitemap", "url", "listing"})
"""Sources of a date that are not the page itself."""


_ARTICLE = re.compile(
    rb"""<article\b|article:(?:published|modified)_time|og:type["'][^<>]{0,80}\barticle\b"""
    rb"""|"@type"\s{0,9}:\s{0,9}\[?\s{0,9}"[A-Za-z]{0,20}(?:Article|Posting)"""
    rb"""|itemtype=["'][^"'<>]{0,80}(?:Article|Posting)\b""",
    re.IGNORECASE,
)
"""What a page that is meant as an article says of itself, and a server's own page hardly ever."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is compared of two pages of a site.

    Attributes:
        sketch: Of the text.
        headline: Hex digits of a hash of the page's own headline.
        published_at: When the page itself says that it was published.
        is_vouched: Its source, or the words of its address, speak of this text.
        is_coherent: Its own headline speaks of this text.
        is_contradicted: Its source said something that has nothing to do with it, and its markup does not say
            that it is an article.
    """

    sketch: TextSketch
    headline: str
    published_at: datetime | None = None
    is_vouched: bool = False
    is_coherent: bool = False
    is_contradicted: bool = False


def fingerprint(article: Article, hints: Hints, url: str, html: bytes) -> Fingerprint | None:
    """Make the fingerprint of an article; None where it has neither text nor headline.

    Args:
        article: What extraction made of the page.
        hints: What the page's source said of it.
        url: The address that was asked for.
        html: The page.
    """
    headlines = [headline for headline in (article.title, hints.title) if headline]
    sketch = sketch_text(article.text, headlines, _path(url))
    if sketch is None:
        return None
    return Fingerprint(
        sketch=sketch,
        headline=hashlib.sha256(normalised(article.title).encode()).hexdigest()[:16],
        published_at=None if article.date_source in FROM_OUTSIDE else article.published_at,
        is_vouched=is_vouched_for(hints, url, article.text),
        is_coherent=speaks_of(article.title, article.text),
        is_contradicted=contradicts(hints, article.title, article.text) and not _ARTICLE.search(html),
    )


def _path(url: str) -> str:
    try:
        return unquote(urlsplit(url).path)
    except ValueError:
        return ""
