"""Whether a text may be stored now, or has to be seen a second time first: the rule, without any store.

A server's own page (a hoster's limit, a move, a wall) is not known by its words. It is known by the site: the
same text under several addresses, where no source speaks of it; or a text that has nothing to do with what is
stored under its address. Such a text waits until a later fetch has it again (`docs/decisions/0038`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.model.article import UnconfirmedReason
from crawler.pipelines.fingerprint import BINS, EMPTY_BIN, Fingerprint, TextSketch, speaks_of
from crawler.storage.page_texts import CONFIRMED_AFTER, PageText, TextHolder
from dedup import compare
from dedup.text.shingles import normalise

MANY = 4
"""Addresses with word for word the same text that no newsroom publishes on purpose; an article in two or
three sections is common."""

LASTS = timedelta(days=7)
"""How long after its first fetch an article can still be withdrawn. What has been stored for longer may have
been cited, and stays for a person to judge."""

UNRELATED = 0.1
"""Share of the shorter text that two articles of one site may have in common: a phrase, a last paragraph."""


NO_WORDS = TextSketch("", (EMPTY_BIN,) * BINS).pack()
"""The sketch of a page without a text."""

EDITED = 0.5
"""Share of the shorter text from which a page is the stored article, edited: no server knows half of an
article."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that is to be stored.

    Attributes:
        mark: Its fingerprint.
        earlier: The text of its page at the fetch before.
        at: When it was fetched.
        likeness: How much of the shorter one it shares with the text that is stored under its address, 0 to
            1; None where nothing is stored there.
        replaces: Whether it has nothing to do with what is stored there.
    """

    mark: Fingerprint
    earlier: PageText | None
    at: datetime
    likeness: float | None = None
    replaces: bool = False

    @property
    def is_edited(self) -> bool:
        """Whether it is the stored article, edited."""
        return self.likeness is not None and self.likeness >= EDITED

    @property
    def first_at(self) -> datetime:
        """Since when the page has had this text."""
        if self.earlier is not None and sketch_of(self.earlier).is_same(self.mark.sketch):
            return min(self.earlier.first_at, self.at)
        return self.at

    @property
    def is_confirmed(self) -> bool:
        """Whether the page had this text at two fetches that lie hours apart."""
        return self.at - self.first_at >= CONFIRMED_AFTER


def sketch_of(text: PageText) -> TextSketch:
    """The sketch of a stored fingerprint."""
    return TextSketch.unpack(text.digest, text.bins)


def page_text(candidate: Candidate, site: str) -> PageText:
    """What is remembered of a candidate's page."""
    mark = candidate.mark
    return PageText(
        digest=mark.sketch.digest,
        bins=mark.sketch.pack(),
        bands=tuple(mark.sketch.bands(site)),
        headline=mark.headline,
        first_at=candidate.first_at,
        last_at=candidate.at,
        published_at=mark.published_at,
        is_vouched=mark.is_vouched,
    )


def unconfirmed(candidate: Candidate, holders: Sequence[TextHolder]) -> UnconfirmedReason | None:
    """Why a text has to wait; None where it may go into the archive.

    Args:
        candidate: The text.
        holders: Other addresses of the site with the same text, but for what changes by itself.
    """
    if holders and not candidate.is_edited and _is_the_servers(candidate, holders):
        return UnconfirmedReason.SHARED
    if candidate.is_confirmed:
        return None
    if candidate.replaces:
        return UnconfirmedReason.REPLACES
    if candidate.likeness is None and candidate.mark.is_contradicted:
        return UnconfirmedReason.CONTRADICTED
    return None


def to_withdraw(candidate: Candidate, holders: Sequence[TextHolder]) -> list[TextHolder]:
    """Of the addresses that share an unconfirmed text, those whose article has to leave the archive.

    An article that was seen twice, hours apart, stays; so does one that its source speaks of, unless many
    addresses share it.
    """
    many = _same_words(candidate, holders) + 1 >= MANY
    stored = [holder for holder in holders if holder.stored and (many or not holder.text.is_vouched)]
    return [holder for holder in stored if _can_be_withdrawn(holder.text, candidate.at)]


def _can_be_withdrawn(text: PageText, at: datetime) -> bool:
    return text.last_at - text.first_at < CONFIRMED_AFTER and at - text.first_at < LASTS


def likeness(stored_text: str, text: str) -> float:
    """The share of the shorter of two texts that both have, 0 to 1."""
    return compare(text, stored_text).containment if stored_text and text else 0.0


def is_another_text(stored_title: str, stored_text: str, title: str, text: str) -> bool:
    """Whether a page has nothing to do with the article that is stored under its address.

    An article rewritten from its first word to its last under the headline it had is the site's own, if the
    headline speaks of it. A server's page may repeat the headline, and speaks of something else.

    Args:
        stored_title: The stored headline.
        stored_text: The stored text.
        title: The headline that the page has now.
        text: Its text.
    """
    if likeness(stored_text, text) >= UNRELATED or speaks_of(stored_title, text):
        return False
    same_headline = normalise(stored_title) == normalise(title) or speaks_of(stored_title, title)
    return bool(text) or not same_headline


def _is_the_servers(candidate: Candidate, holders: Sequence[TextHolder]) -> bool:
    """Whether a text that several addresses share is a page of the server's, and no article."""
    mark = candidate.mark
    if mark.is_coherent and mark.published_at is not None and not candidate.replaces:
        # An article with its own time under a headline that speaks of it: copies are for dedup.
        return False
    same_words = _same_words(candidate, holders)
    if _is_vouched_for(mark, holders):
        return same_words + 1 >= MANY and not candidate.is_confirmed
    if not same_words and _has_own_date(candidate, holders):
        return False
    if candidate.replaces or not candidate.is_confirmed:
        return True
    # Seen twice under a few new addresses: one article in several sections.
    return len(holders) + 1 >= MANY


def _is_vouched_for(mark: Fingerprint, holders: Sequence[TextHolder]) -> bool:
    """Whether its source, its own headline, or one time for all its addresses speaks for a text."""
    headlines = {holder.text.headline for holder in holders}
    if mark.is_vouched or (mark.is_coherent and mark.headline not in headlines):
        return True
    if mark.published_at is None or headlines != {mark.headline}:
        return False
    times = {holder.text.published_at for holder in holders}
    return times == {mark.published_at}


def _same_words(candidate: Candidate, holders: Sequence[TextHolder]) -> int:
    return sum(holder.text.digest == candidate.mark.sketch.digest for holder in holders)


def _has_own_date(candidate: Candidate, holders: Sequence[TextHolder]) -> bool:
    """Whether a text is a bulletin among others that are stored: each with its own figures and day."""
    own = candidate.mark.published_at
    if own is None or not all(holder.stored for holder in holders):
        return False
    times = (holder.text.published_at for holder in holders)
    return own.date() not in {time.date() for time in times if time is not None}
