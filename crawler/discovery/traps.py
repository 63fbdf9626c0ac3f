"""Crawler traps: calendars, faceted listings, session ids; links of one shape, without end or articles.

A trap makes ever new addresses from one template. So links are counted by shape, which is what the template
fixes; a shape of which many were tried and none gave an article is followed no further.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.html.sentences import sentence

TRIED = 25
"""Pages of one shape that may give no article, before its links are left: a section of videos or of galleries
has one now and then."""

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^-_\s]+")
_LONG = 4
"""Words of a slug: a segment with so many is a headline, and another in each article."""


@dataclass(slots=True)
class _Shape:
    followed: int = 0
    tried: int = 0
    articles: int = 0
    waiting: list[tuple[str, int]] = field(default_factory=list)

    @property
    def is_trap(self) -> bool:
        return self.tried >= TRIED and not self.articles


class Traps:
    """What became of the links of each shape in one crawl.

    Of a shape that has given no article yet, `TRIED` links are followed at once; the rest waits for what
    becomes of them.
    """

    def __init__(self) -> None:
        self._shapes: dict[str, _Shape] = {}
        self._seen: set[str] = set()

    def ended(self, url: str, *, followed: bool, article: bool) -> None:
        """Count a page that ended: whether a link led there, and whether it was an article of its own."""
        shape = self._shapes.setdefault(shape_of(url), _Shape())
        shape.tried += followed
        shape.articles += article

    def admit(self, links: Iterable[str], depth: int) -> list[tuple[str, int]]:
        """Return the links to follow now, addresses with their depth; the others wait, or are left out."""
        for url in links:
            if url not in self._seen:
                self._seen.add(url)
                self._shapes.setdefault(shape_of(url), _Shape()).waiting.append((url, depth))
        return self.release()

    def release(self) -> list[tuple[str, int]]:
        """Release and return the links that no longer have to wait."""
        free: list[tuple[str, int]] = []
        for shape in self._shapes.values():
            room = len(shape.waiting) if shape.articles else TRIED - shape.followed
            if not shape.is_trap and room > 0:
                taken, shape.waiting = shape.waiting[:room], shape.waiting[room:]
                shape.followed += len(taken)
                free += taken
        return free

    def release_if_idle(self) -> list[tuple[str, int]]:
        """The same once the crawl is idle: all links that were followed have ended, or were known before."""
        for shape in self._shapes.values():
            shape.followed = shape.tried
        return self.release()

    def sentences(self) -> list[str]:
        """A sentence for each trap that links were left out of."""
        sentences: list[str] = []
        for name, shape in self._shapes.items():
            if left := len({url for url, _ in shape.waiting}):
                sentences.append(sentence("links_to_nothing", shape=name, tried=shape.tried, left=left))
        return sentences


def shape_of(url: str) -> str:
    """What all addresses of one template have in common: numbers and slugs are a star, values left out.

    Names of parameters that narrow a listing make a shape together, whatever their order.
    """
    parts = urlsplit(url)
    segments = [_segment(segment) for segment in unquote(parts.path).split("/")]
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return f"{'/'.join(segments)}?{'&'.join(names)}" if names else "/".join(segments)


def _segment(segment: str) -> str:
    stem, dot, suffix = segment.rpartition(".")
    if dot and stem and len(suffix) <= 5 and suffix.isalpha():
        return f"{_segment(stem)}.{suffix}"
    return "*" if len(_WORD.findall(segment)) >= _LONG else _NUMBER.sub("*", segment)
