"""What a site repeats: how many of its pages had a paragraph, counted in Redis while it is crawled.

Two generations of counts are kept for each site. When the newer one has seen `GENERATION` pages it becomes
the older one, and what was the older one is forgotten: memory is bounded, and a template that a site gave up
is forgotten after two generations. Losing the counts costs nothing but learning them again.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from redis import Redis

GENERATION = 400
"""Pages of a generation: at twelve paragraphs a page some 5,000 counts, half a megabyte for each site."""
MIN_PAGES = 10
MIN_SHARE = 0.5
"""A paragraph is the template's when at least so many pages had it, and when those counted leave no doubt
that more than this part of all pages do. What slips through extraction stands on nearly every page; an
agency's background paragraph, a story carried again and again, the closing sentence of a daily report, do
not."""
CONFIDENCE = 1.96
"""Standard deviations of that doubt: 95 of 100 intervals hold the true share. Ten of twelve pages are enough,
14 of 26 are not: which of a small site's pages are counted first must not decide."""
NEW_CHARS = 40
"""A page without a new paragraph of at least this length is another page's copy, and proves nothing."""
REMEMBERED_TEXT = 3
"""Times after which a paragraph's wording is kept, to be shown."""
SHOWN_CHARS = 300

_LEARN = """
local now, before, words = KEYS[1], KEYS[2], KEYS[3]
local generation, new_chars, remember = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local fresh = false
for i = 4, #ARGV, 3 do
  if tonumber(ARGV[i + 1]) >= new_chars and redis.call('HEXISTS', now, ARGV[i]) == 0
      and redis.call('HEXISTS', before, ARGV[i]) == 0 then
    fresh = true
  end
end
if not fresh then return 0 end
for i = 4, #ARGV, 3 do
  local count = redis.call('HINCRBY', now, ARGV[i], 1)
  if count == remember then redis.call('HSET', words, ARGV[i], ARGV[i + 2]) end
end
local pages = redis.call('HINCRBY', now, 'pages', 1)
if pages >= generation then
  redis.call('RENAME', now, before)
  local known = redis.call('HKEYS', words)
  for _, key in ipairs(known) do
    if redis.call('HEXISTS', before, key) == 0 then redis.call('HDEL', words, key) end
  end
end
return pages
"""

_TEMPLATE = """
local counts = {}
for _, key in ipairs(KEYS) do
  local all = redis.call('HGETALL', key)
  for i = 1, #all, 2 do counts[all[i]] = (counts[all[i]] or 0) + tonumber(all[i + 1]) end
end
local pages = counts['pages'] or 0
counts['pages'] = nil
local least = math.max(tonumber(ARGV[1]), tonumber(ARGV[2]) * pages)
local reply = {tostring(pages)}
for key, count in pairs(counts) do
  if count >= least then
    reply[#reply + 1] = key
    reply[#reply + 1] = tostring(count)
  end
end
return reply
"""
"""Redis sums the counts itself: of thousands, the few that may make a template are all that is sent."""


@dataclass(frozen=True, slots=True)
class Template:
    """The keys of the paragraphs that are the template's, and how many articles of the site are counted."""

    keys: frozenset[str]
    pages: int


@dataclass(frozen=True, slots=True)
class Repeated:
    """A paragraph that a site repeats: on how many of the pages counted, and its wording if known."""

    key: str
    count: int
    pages: int
    text: str
    removed: bool


class BoilerplateCounts:
    """The counts of one site.

    Args:
        client: Redis; answers are bytes.
        site: The site's id.
    """

    def __init__(self, client: Redis, site: str) -> None:
        self._client = client
        # The braces keep a site's keys in one slot of a Redis Cluster, as a script needs them.
        self._keys = [f"khabar:boilerplate:{{{site}}}:{part}" for part in ("now", "before", "words")]

    def learn(self, blocks: Sequence[tuple[str, str]]) -> bool:
        """Count the paragraphs of one new article; returns whether it was counted.

        An article that has nothing of its own, such as one story on several pages, is not.

        Args:
            blocks: Key and wording of each paragraph.
        """
        return self.learn_all([blocks]) > 0

    def learn_all(self, articles: Iterable[Sequence[tuple[str, str]]]) -> int:
        """Count the paragraphs of new articles, in order and in one request; returns how many were counted.

        Args:
            articles: Key and wording of each paragraph, by article.

        Raises:
            redis.exceptions.OutOfMemoryError: Redis has no memory left; some may have been counted.
        """
        pipeline = self._client.pipeline(transaction=False)
        for blocks in articles:
            if not blocks:
                continue
            arguments: list[str | int | float] = [GENERATION, NEW_CHARS, REMEMBERED_TEXT]
            for key, text in blocks:
                arguments += [key, len(text), text[:SHOWN_CHARS]]
            pipeline.eval(_LEARN, 3, *self._keys, *arguments)
        return sum(map(bool, pipeline.execute()))

    def template(self) -> Template:
        """What is the template's by all that is counted now."""
        first, *frequent = self._client.eval(_TEMPLATE, 2, *self._keys[:2], MIN_PAGES, MIN_SHARE)
        pages, counts = int(first), zip(frequent[::2], frequent[1::2], strict=True)
        return Template(
            frozenset(_text(key) for key, count in counts if _is_template(int(count), pages)), pages
        )

    def learned(self) -> frozenset[str]:
        """The keys of the paragraphs that are the template's."""
        return self.template().keys

    def repeated(self, min_pages: int = REMEMBERED_TEXT) -> list[Repeated]:
        """The paragraphs that at least `min_pages` pages had, most frequent first."""
        counts, pages = self._counts()
        words = self._client.hgetall(self._keys[2])
        paragraphs = [
            Repeated(key, count, pages, _text(words.get(key.encode())), _is_template(count, pages))
            for key, count in counts.items()
            if count >= min_pages
        ]
        return sorted(paragraphs, key=lambda paragraph: (-paragraph.count, paragraph.key))

    def forget(self) -> None:
        """Forget all counts."""
        self._client.delete(*self._keys)

    def _counts(self) -> tuple[dict[str, int], int]:
        counts: dict[str, int] = {}
        for name in self._keys[:2]:
            for key, count in self._client.hgetall(name).items():
                key = _text(key)
                counts[key] = counts.get(key, 0) + int(count)
        return counts, counts.pop("pages", 0)


def template_of(pages: Sequence[Sequence[tuple[str, str]]]) -> frozenset[str]:
    """The keys of the paragraphs that are the template's, by articles that are looked at together.

    The rule is that of the counts: an article without a longer paragraph of its own proves nothing.

    Args:
        pages: Key and wording of each paragraph, by article.
    """
    seen: set[str] = set()
    counts: Counter[str] = Counter()
    counted = 0
    for blocks in pages:
        if any(key not in seen and len(text) >= NEW_CHARS for key, text in blocks):
            counted += 1
            counts.update({key for key, _ in blocks})
        seen.update(key for key, _ in blocks)
    return frozenset(key for key, count in counts.items() if _is_template(count, counted))


def _is_template(count: int, pages: int) -> bool:
    return count >= MIN_PAGES and _lowest_share(count, pages) >= MIN_SHARE


def _lowest_share(count: int, pages: int) -> float:
    """The lower end of the score interval of a share (Wilson, 1927), 0 to 1."""
    share, square = count / pages, CONFIDENCE**2
    doubt = CONFIDENCE * math.sqrt(share * (1 - share) / pages + square / (4 * pages**2))
    return (share + square / (2 * pages) - doubt) / (1 + square / pages)


def _text(value: bytes | str | None) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value or ""
