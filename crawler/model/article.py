"""The words everyone shares: an article, what was known of it beforehand, and how a page ends."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from crawler.model.crawl import SourceKind
from crawler.model.sentence import Sentence


class Disposition(StrEnum):
    """How one taken page ended. Each page of a crawl ends in exactly one of these."""

    STORED = "stored"
    """A new article, unlike anything seen before."""
    DUPLICATE = "duplicate"
    """A new article, stored and marked as a near-duplicate of an earlier one."""
    REVISED = "revised"
    """A known article whose text or title changed; the earlier wording is kept as a revision."""
    UNCHANGED = "unchanged"
    """A stored article with the same text as before (also HTTP 304)."""
    NOT_ARTICLE = "not_article"
    """A page that is no article: a listing, a home page, a video without text."""
    QUARANTINED = "quarantined"
    """A page that extraction could not cope with; its bytes are kept for a person to look at."""
    BLOCKED = "blocked"
    """The site refuses us: 401, 403, 429, 451, a challenge or a login page."""
    GONE = "gone"
    """404 or 410."""
    FAILED = "failed"
    """No answer, or a broken one; the page is tried again later."""
    UNCONFIRMED = "unconfirmed"
    """A page whose text waits until it is fetched again, hours later: other addresses of the site have the
    same text, or it has nothing to do with what is stored. Nothing stored is touched; the page is tried
    again."""
    REFUSED = "refused"
    """We decline to fetch it: robots.txt, an unsafe address, a size or redirect limit."""


class NotArticleReason(StrEnum):
    """Why no article could be made of a page.

    Code decides by the member. Its value is a short English phrase for log lines and counts.
    """

    FEED = "a feed"
    SITEMAP = "a sitemap"
    REDIRECT = "a redirect"
    NOT_FOUND = "a page that says it was not found"
    LISTING = "a listing"
    HOME = "a home page"
    ABOUT_SITE = "a page about the site, not a story"
    NOTICE = "a line of text, not a story"
    SUBSCRIBERS_ONLY = "a text for subscribers only"
    EMPTY_PAGE = "an empty page"
    NO_CONTENT = "a page without content"
    NO_HEADLINE = "a page without a headline"
    NO_TEXT = "no text"
    SCRIPT_SHELL = "a page whose text only a script would bring"
    """An application's shell: nothing to read in the markup, and nothing in the data beside it."""

    BINARY = "binary data, not a page"
    MEDIA = "a media file, not a page"
    KNOWN_FILE = "a file of another kind, not a page"
    NO_HTML = "no HTML could be read in it"

    CHALLENGE = "a bot challenge or firewall page"
    GEO_BLOCKED = "not available in the country that we ask from"
    LOGIN = "a login page"
    RATE_LIMITED = "too many requests, says a page"
    SERVER_TROUBLE = "a page about the server's trouble"

    BROKEN = "could not be read"
    """Extraction itself failed on the page."""

    @property
    def sentence(self) -> Sentence:
        """The phrase, which can be told in another language."""
        return Sentence(self.value, f"cause_{self.name.lower()}")


class UnconfirmedReason(StrEnum):
    """Why a page's text waits to be confirmed; each value is a phrase for people."""

    SHARED = "other addresses of the site say the same"
    REPLACES = "it shares nearly nothing with the stored article"
    CONTRADICTED = "it has nothing to do with what its source calls it"
    REDIRECTED = "other addresses of the site lead to the same page"
    INCOMPLETE = "a further page of the article is missing"

    @property
    def sentence(self) -> Sentence:
        """The phrase, which can be told in another language."""
        return Sentence(self.value, f"waits_{self.name.lower()}")


class ArticleMark(StrEnum):
    """What is to be known of an article's text before it is relied on."""

    PAYWALLED = "paywalled"
    """The page states that not all of its article is free: the text may be a teaser."""
    LIVE_BLOG = "live_blog"
    """A text that grows while something happens."""
    CUT = "cut"
    """The page was larger than what is read of one: its text may end too early."""
    UNCERTAIN_TEXT = "uncertain_text"
    """What was read is not what the page's own data, or its feed, have as its text."""
    UNSIFTED = "unsifted"
    """A text of too many lines to judge each: headlines of other articles may be in it."""
    CORRECTED = "corrected"
    """The text carries a notice of correction."""
    MACHINE_TRANSLATED = "machine_translated"
    SPONSORED = "sponsored"
    """Paid for by whom it speaks of."""
    MEDIA = "media"
    """A film, a recording or pictures: the text is its caption."""


class DatePrecision(StrEnum):
    """How exact a time of publication is."""

    MINUTE = "minute"
    DAY = "day"


def latest_publication(
    published_at: datetime | None, precision: str | None, seen_at: datetime
) -> datetime | None:
    """The latest moment at which an article can have been published: by it the first of a story is found.

    A date without a time stands for the day's beginning, which would put its article before all that were
    published on that day. It counts as the day's end, or as the second when it was first seen, if that was
    earlier.

    Args:
        published_at: The time of publication, aware; for a date without a time its first moment.
        precision: A `DatePrecision`, or None where it is not known.
        seen_at: When the article was first seen, aware.
    """
    if published_at is None or precision != DatePrecision.DAY:
        return published_at
    return max(
        published_at, min(published_at + timedelta(days=1, seconds=-1), seen_at.replace(microsecond=0))
    )


@dataclass(frozen=True, slots=True)
class Hints:
    """What a source of discovery already knew of a page, before anyone fetched it.

    Times are aware datetimes. `text` is the full text of a feed entry, as plain paragraphs. `post_id` is the
    number under which WordPress's REST interface gives the page.
    """

    title: str | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    authors: tuple[str, ...] = ()
    summary: str | None = None
    text: str | None = None
    post_id: int | None = None


@dataclass(frozen=True, slots=True)
class Discovered:
    """A URL that a source of discovery says exists.

    `source_url` is the address of a source whose times of change have to prove themselves; None: they are
    believed.
    """

    url: str
    source: SourceKind
    hints: Hints = field(default_factory=Hints)
    source_url: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A page's article: what `crawler.extraction.extract` returns.

    `text` is paragraphs joined by a blank line, Unicode NFC, without the headline. `published_at` and
    `modified_at` are aware datetimes; `date_source` names where the publication time was read
    (for example ``json-ld``, ``meta``, ``time``, ``feed``, ``url``, ``text``), and is None without one.
    `date_flags` names what had to be settled, such as ``future`` or ``modified-before-published``.
    `authors` wrote it, `editors` edited or translated it, as the page states. `language` is an ISO 639-1
    code, or None where it cannot be recognised.
    """

    url: str
    title: str
    text: str
    canonical_url: str
    authors: list[str] = field(default_factory=list)
    published_at: datetime | None = None
    published_precision: DatePrecision | None = None
    date_source: str | None = None
    modified_at: datetime | None = None
    language: str | None = None
    section: str | None = None
    tags: list[str] = field(default_factory=list)
    image: str | None = None
    summary: str | None = None
    editors: list[str] = field(default_factory=list)
    agency: str | None = None
    date_flags: list[str] = field(default_factory=list)
    marks: list[ArticleMark] = field(default_factory=list)

    @property
    def text_sha256(self) -> str:
        """Hex SHA-256 of headline and text: changes when, and only when, one of them does."""
        return hashlib.sha256(f"{self.title}\n\n{self.text}".encode("utf-8", "surrogatepass")).hexdigest()
