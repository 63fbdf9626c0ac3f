"""Comparing an archive with its custody log: what was changed, added or taken away without an entry is named.

Nothing here reads the archive: who verifies feeds in what stands there, and gets findings.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crawler.custody.canonical import time_text
from crawler.custody.entries import (
    ARTICLE_STATES,
    FIRST,
    NOTHING_BEFORE,
    Entry,
    Event,
    EventKind,
    Head,
    entry_sha256,
)
from crawler.html.sentences import sentence

_LOOK = {
    "checked_at": "look_at_another_time",
    "aliases": "found_by_other_addresses",
}
"""Facts of looks, and the messages that say what is wrong where one is another one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as the log says.

    Attributes:
        kind: ``entry``, ``article``, ``wording``, ``opinion`` (of dedup), ``segment``, ``file`` (imported) or
            ``time stamp``.
        subject: Its number, id or name.
        problem: What is wrong, in words.
        site: Whose it is; empty for the log itself.
    """

    kind: str
    subject: str
    problem: str
    site: str = ""


@dataclass(slots=True)
class ArticleState:
    """How an article stood after its last event: its hash, those of its earlier wordings, and the entry."""

    site: str
    sha256: str
    wordings: dict[str, str]
    number: int
    at: datetime
    look: dict[str, str] = field(default_factory=dict)
    """Facts of the last look at it, and its entry; without any for one that an earlier version entered."""
    look_number: int = 0
    look_at: datetime | None = None


@dataclass(slots=True)
class Ledger:
    """What the log says of the archive, as far as it was read.

    Attributes:
        articles: The articles by id.
        withdrawn: Those that left the archive, by id.
        segments: What was appended to segments, by site and name: begin, end, hash, time.
        deleted: Segments that were deleted.
        imports: Files that were imported, by site and path: bytes, hash, time; the last import counts.
        hashes: The hash of each entry.
        stamps: The hashes of the tokens of time stamps, by the number of the entry that was stamped.
    """

    articles: dict[str, ArticleState] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    segments: dict[tuple[str, str], list[tuple[int, int, str, datetime]]] = field(default_factory=dict)
    deleted: set[tuple[str, str]] = field(default_factory=set)
    imports: dict[tuple[str, str], tuple[int, str, datetime]] = field(default_factory=dict)
    hashes: dict[int, str] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)

    def read(self, entries: Iterable[Entry], head: Head | None) -> Iterator[Finding]:
        """Take in the log, and yield what is wrong with the chain.

        Args:
            entries: In the order of their numbers.
            head: The place at which the log is known to have ended once.
        """
        number, previous = FIRST, {NOTHING_BEFORE}
        for entry in entries:
            if entry.number != number:
                missing = f"{number}" if entry.number == number + 1 else f"{number} to {entry.number - 1}"
                yield Finding("entry", missing, sentence("entry_missing"))
            elif entry.previous not in previous:
                yield Finding("entry", str(number), sentence("entry_does_not_follow"))
            if (own := _own_sha256(entry)) != entry.sha256:
                yield Finding("entry", str(entry.number), sentence("entry_changed"))
            # One that was changed is named itself; the next follows it all the same.
            number, previous = entry.number + 1, {entry.sha256, own}
            self.hashes[entry.number] = entry.sha256
            for event in entry.events:
                self._take(entry, event)
        if head is not None and head.number >= number:
            yield Finding("entry", f"{number} to {head.number}", sentence("entries_missing_at_end"))
        elif head is not None and self.hashes.get(head.number) != head.sha256:
            yield Finding("entry", str(head.number), sentence("entry_is_another"))

    def _take(self, entry: Entry, event: Event) -> None:
        facts = event.facts if isinstance(event.facts, dict) else {}
        if event.kind in ARTICLE_STATES:
            wordings = {str(pair[0]): str(pair[-1]) for pair in facts.get("wordings") or () if pair}
            self.articles[event.subject] = ArticleState(
                event.site, str(facts.get("sha256")), wordings, entry.number, entry.at
            )
            self.withdrawn.discard(event.subject)
            self._take_look(entry, event, facts)
        elif event.kind == EventKind.LOOK:
            self._take_look(entry, event, facts)
        elif event.kind == EventKind.WITHDRAWAL:
            self.articles.pop(event.subject, None)
            self.withdrawn.add(event.subject)
        elif event.kind == EventKind.CAPTURE:
            begin, end = facts.get("begin"), facts.get("end")
            if isinstance(begin, int) and isinstance(end, int):
                span = (begin, end, str(facts.get("sha256")), entry.at)
                self.segments.setdefault((event.site, event.subject), []).append(span)
        elif event.kind == EventKind.IMPORT and isinstance(facts.get("bytes"), int):
            imported = (facts["bytes"], str(facts.get("sha256")), entry.at)
            self.imports[(event.site, event.subject)] = imported
        elif event.kind == EventKind.TIME_STAMP:
            self.stamps[event.subject] = str(facts.get("sha256"))
        elif event.kind == EventKind.SEGMENT_DELETED:
            self.deleted.add((event.site, event.subject))

    def _take_look(self, entry: Entry, event: Event, facts: dict[str, Any]) -> None:
        state = self.articles.get(event.subject)
        if state is not None and "aliases" in facts:
            state.look = {name: str(facts[name]) for name in _LOOK if name in facts}
            state.look_number, state.look_at = entry.number, entry.at

    def check_look(self, article_id: str, site: str, look: dict[str, str]) -> Iterator[Finding]:
        """Compare when an article was looked at, and its addresses, with the last event that says so.

        Args:
            article_id: Its id.
            site: Its site.
            look: The facts as they stand in the archive.
        """
        state = self.articles.get(article_id)
        if state is None or not state.look:
            return
        for name, what in _LOOK.items():
            if look.get(name) != state.look.get(name):
                yield Finding("article", article_id, sentence(what, number=state.look_number), site)

    def check_article(
        self, article_id: str, site: str, sha256: str, wordings: dict[str, str]
    ) -> Iterator[Finding]:
        """Compare an article with its last event.

        Args:
            article_id: Its id.
            site: Its site.
            sha256: The hash of what stands in the archive.
            wordings: The hashes of its earlier wordings there.
        """
        state = self.articles.get(article_id)
        if state is None:
            yield Finding("article", article_id, sentence("not_in_log"), site)
            return
        differs = sentence("is_another_than_logged", number=state.number, at=_shown(state.at))
        if sha256 != state.sha256:
            yield Finding("article", article_id, differs, site)
        for key in sorted(state.wordings.keys() | wordings.keys()):
            if key not in wordings:
                yield Finding("wording", key, sentence("missing_in_archive"), site)
            elif key not in state.wordings:
                yield Finding("wording", key, sentence("not_in_log"), site)
            elif wordings[key] != state.wordings[key]:
                yield Finding("wording", key, differs, site)

    def missing_articles(self, present: set[str], site: str | None = None) -> Iterator[Finding]:
        """Yield the articles of the log that are not among those that are present."""
        for article_id, state in self.articles.items():
            if article_id not in present and site in (None, state.site):
                yield Finding("article", article_id, sentence("missing_in_archive"), state.site)

    def check_segment(
        self, site: str, name: str, read: Iterable[bytes], since: datetime | None = None
    ) -> Iterator[Finding]:
        """Compare a segment with what was appended to it.

        Args:
            site: Its site.
            name: Its name.
            read: Its bytes, in pieces.
            since: Hash only what was appended from then on.
        """
        spans = sorted(self.segments.get((site, name), ()))
        data, end = _Pieces(read), 0
        for begin, after, sha256, at in spans:
            if begin != end:
                yield Finding("segment", name, sentence("bytes_not_in_log", begin=end, end=begin), site)
                data.skip(begin - end)
            if since is not None and at < since:
                data.skip(after - begin)
            elif data.sha256(after - begin) != sha256:
                yield Finding("segment", name, sentence("bytes_changed", begin=begin, end=after), site)
            end = after
        if rest := data.rest():
            yield Finding("segment", name, sentence("bytes_not_in_log", begin=end, end=end + rest), site)

    def missing_segments(self, present: set[tuple[str, str]], site: str | None = None) -> Iterator[Finding]:
        """Yield the segments of the log that are neither present nor were deleted by the site's limit."""
        for key in self.segments.keys() - self.deleted - present:
            if site in (None, key[0]):
                yield Finding("segment", key[1], sentence("segment_missing"), key[0])

    def check_import(self, site: str, path: str, read: Iterable[bytes]) -> Iterator[Finding]:
        """Compare a file with what was imported; what was appended to it since is no change.

        Args:
            site: The site into which it was imported.
            path: Where it lies.
            read: Its bytes, in pieces.
        """
        size, sha256, at = self.imports[(site, path)]
        if _Pieces(read).sha256(size) != sha256:
            yield Finding("file", path, sentence("file_is_another", at=_shown(at)), site)

    def check_time_stamp(self, number: int, sha256: str, token: bytes) -> Iterator[Finding]:
        """Compare the hash that was stamped with that of the entry, and the token with the log.

        Args:
            number: The entry that was stamped.
            sha256: Its hash then.
            token: The authority's response.
        """
        if self.stamps.pop(str(number), None) != hashlib.sha256(token).hexdigest():
            yield Finding("time stamp", str(number), sentence("other_token"))
        if self.hashes.get(number) != sha256:
            yield Finding("time stamp", str(number), sentence("stamped_another"))

    def missing_time_stamps(self) -> Iterator[Finding]:
        """Yield the time stamps of the log that were not compared."""
        for number in self.stamps:
            yield Finding("time stamp", number, sentence("is_missing"))


class _Pieces:
    """Bytes that come in pieces, taken in stretches."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""

    def _take(self, size: int) -> Iterator[bytes]:
        while size > 0:
            if not self._rest:
                self._rest = next(self._pieces, b"")
                if not self._rest:
                    return
            piece, self._rest = self._rest[:size], self._rest[size:]
            size -= len(piece)
            yield piece

    def skip(self, size: int) -> None:
        for _ in self._take(size):
            pass

    def sha256(self, size: int) -> str:
        digest = hashlib.sha256()
        for piece in self._take(size):
            digest.update(piece)
        return digest.hexdigest()

    def rest(self) -> int:
        return len(self._rest) + sum(map(len, self._pieces))


def _own_sha256(entry: Entry) -> str:
    try:
        return entry_sha256(entry)
    except (TypeError, ValueError, AttributeError):
        return ""  # a value of another kind stands where a time or a text belongs


def _shown(at: datetime) -> str:
    try:
        return time_text(at)
    except AttributeError:
        return str(at)  # something else was written there
