"""What the pages show, as data: the JSON under ``/api``, and what the templates are given."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from crawler.model.sentence import message_of, sentence_of


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Part(_Model):
    """A run of text; `hit` marks a word of the query."""

    text: str
    hit: bool


class Brief(_Model):
    """An article as lists show it. Times are ISO 8601 with offset, in the site's own zone."""

    id: str
    site: str
    title: str
    url: str
    at: datetime = Field(
        description="When it was published at the latest, or first seen where precision is null; "
        "lists are in its order."
    )
    day: date | None = Field(description="The day of publication, where the page states no time.")
    precision: Literal["minute", "day"] | None
    language: str | None
    story_id: str
    duplicate_of: str | None
    similarity: float | None = Field(description="To the story's first article, 0 to 1.")
    reason: str | None
    repeats: bool = Field(description="Whether it was measured to say nothing that the first does not.")
    removed_at: datetime | None
    revision: int
    edited_at: datetime | None = Field(description="When the latest edit of it was seen.")


class SearchHit(Brief):
    """A match, with a few lines around the first place where the words stand."""

    title_parts: list[Part]
    excerpt: list[Part]
    outlets: int = Field(description="Sites that carry its story.")
    event_id: str | None = Field(description="The event that its story reports; null where none is known.")
    event_outlets: int = Field(description="Sites that report its event, in whatever words.")


class QueryNotice(_Model):
    """What of a query isn't understood, or not done as it was typed."""

    kind: str
    text: str = Field(description="The part of the query that is meant.")
    message: str = Field(description="In English.")


class SiteMatches(_Model):
    """Matches of a site."""

    site: str
    matches: int


class DayMatches(_Model):
    """Matches of a day in Damascus; days without any are left out."""

    day: date
    matches: int


class SearchResult(_Model):
    """A page of matches, newest first."""

    query: str
    notices: list[QueryNotice]
    total: int
    repeats: int = Field(description="Matches that are left out since they only repeat their original.")
    hits: list[SearchHit]
    sites: list[SiteMatches] = Field(description="Matches by site, most first.")
    days: list[DayMatches] = Field(description="Matches by day, in order.")
    older: str | None = Field(description="Give it as `before` for the next page; null on the last.")


class Message(_Model):
    """What a sentence was made from: a message of the catalogues, and what stands in it."""

    key: str
    values: dict[str, "str | Message"]

    @classmethod
    def of(cls, reason: str | None) -> "Message | None":
        """The message of a sentence; None of any other text."""
        message = message_of(reason)
        return None if message is None else cls.model_validate(message)

    def sentence(self, text: str) -> str:
        """The sentence again, whose English text is known."""
        return sentence_of(text, self.model_dump()) or text


class Crawl(_Model):
    """One crawl of a site; without a verdict it still runs."""

    started_at: datetime
    finished_at: datetime | None
    kind: str | None
    outcome: str | None
    verdict: str | None
    reason: str | None = Field(description="Why, in English.")
    reason_message: Message | None = Field(description="What `reason` was made from.")
    healthy: bool
    taken: int
    left: int
    new: int = Field(description="Articles that were new; revised ones are not counted.")
    dispositions: dict[str, int]
    problems: list[str]


class Day(_Model):
    """A day in Damascus."""

    day: date
    articles: int
    duplicates: int


class SiteHealth(_Model):
    """A site and how its crawls go; `state` is ``ok``, ``trouble``, ``running`` or ``never``."""

    id: str
    name: str
    name_en: str
    url: str | None
    state: Literal["ok", "trouble", "running", "never"]
    verdict: str | None = Field(description="The last verdict on its crawls, as `khabar status` shows it.")
    reason: str | None = Field(description="Why, in English.")
    reason_message: Message | None = Field(description="What `reason` was made from.")
    since: datetime | None = Field(description="Since when the verdict is this one.")
    articles: int
    duplicates: int
    removed: int
    quarantined: int
    newest_at: datetime | None
    crawls: list[Crawl] = Field(description="The latest, newest first.")
    days: list[Day] = Field(description="The last 30 days.")


class Overview(_Model):
    """The archive and the health of its sites."""

    articles: int
    duplicates: int
    removed: int
    quarantined: int
    refreshed_at: datetime | None = Field(description="When the index last looked for new crawls.")
    days: list[Day]
    sites: list[SiteHealth]


class QuarantinedPage(_Model):
    """A page in quarantine."""

    url: str
    reason: str = Field(description="Why, in English.")
    reason_message: Message | None = Field(description="What `reason` was made from.")
    fetched_at: datetime
    bytes: int


class SitePage(SiteHealth):
    """A site with its crawls, its latest articles and its pages in quarantine."""

    latest: list[Brief]
    quarantine: list[QuarantinedPage]


class Stretch(_Model):
    """Words that both versions share, that only one has, or that differ."""

    kind: Literal["same", "cut", "added", "changed"]
    old: list[str]
    new: list[str]


class Wording(_Model):
    """An earlier wording of an article, and what the wording after it changed."""

    revision: int
    title: str
    text: str
    seen_from: datetime
    seen_until: datetime
    text_sha256: str | None
    html_sha256: str | None
    title_changes: list[Stretch]
    changes: list[Stretch] = Field(description="From this wording to the next.")


class Absence(_Model):
    """A time in which its site had taken an article down."""

    removed_at: datetime
    returned_at: datetime


class Reading(_Model):
    """What Khabar had read in an article's page until it read the same page better."""

    revision: int
    read_until: datetime
    text_sha256: str
    html_sha256: str | None
    title_changes: list[Stretch]
    changes: list[Stretch] = Field(description="From this reading to how the revision reads now.")


class Capture(_Model):
    """A page as it was fetched, kept in a WARC file on the machine that serves this."""

    captured_at: datetime
    html_sha256: str = Field(description="SHA-256 of its bytes.")
    file: str = Field(description="The WARC file, in the data folder.")
    offset: int = Field(description="Where its record begins in the file.")
    revision: int | None = Field(description="The wording that was read in it; null if none that is stored.")


class Withheld(_Model):
    """What of an article is sealed: withheld from all that is served."""

    fields: list[str] = Field(description="text (the whole article), names, image.")
    reason: str
    since: datetime


class Apart(_Model):
    """A mark by a person: this article and another are not the same story."""

    id: str = Field(description="The other article.")
    article: Brief | None = Field(description="The same; null where the archive does not show it.")
    marked_at: datetime
    note: str | None


class EventReason(_Model):
    """What two stories of one event have in common."""

    kind: Literal["names", "places", "dead", "wounded", "words"]
    words: list[str]


class EventStory(_Model):
    """Another story of an event, and why it is taken for one of it."""

    story_id: str
    first: Brief = Field(description="Its first article.")
    outlets: int = Field(description="Sites that carry it.")
    like: str | None = Field(description="The article that it was compared with.")
    probability: float | None = Field(description="How likely both report one event, 0 to 1.")
    reasons: list[EventReason]
    hours_apart: float | None = Field(description="Hours between the two; null where one is not dated.")


class Event(_Model):
    """The event that a story reports, where others report it in their own words."""

    id: str
    outlets: int = Field(description="Sites that report it.")
    stories: list[EventStory] = Field(description="The other stories, the earliest first.")
    more: int = Field(description="Stories that are not listed.")


class Article(Brief):
    """An article with its earlier wordings, its story and its neighbours."""

    text: str
    withheld: Withheld | None = Field(description="What of it is not shown, why and since when.")
    authors: list[str]
    editors: list[str] = Field(description="who edited or translated it")
    agency: str | None
    section: str | None
    tags: list[str]
    summary: str | None
    published_at: datetime | None
    published_day: date | None = Field(
        description="As `day`, where the page names a day that cannot be, too."
    )
    published_precision: str | None
    date_source: str | None
    modified_at: datetime | None
    date_flags: list[str] = Field(description="Doubts about its date, such as `contradicted`.")
    marks: list[str] = Field(description="Properties of its text, such as `paywalled` or `uncertain_text`.")
    absences: list[Absence] = Field(description="When it had been taken down before, and came back.")
    readings: list[Reading]
    aliases: list[str]
    first_seen_at: datetime
    checked_at: datetime | None = Field(description="When its page was last fetched, changed or not.")
    captures: list[Capture] = Field(description="The raw pages kept of it, oldest first.")
    captures_complete: bool = Field(
        serialization_alias="captures_known",
        description="Whether all that is kept of its site has been looked through.",
    )
    html_sha256: str | None = Field(description="SHA-256 of the raw page that this wording was read from.")
    text_sha256: str
    revisions: list[Wording]
    older_revisions: int = Field(description="Still earlier wordings, which are kept and not listed here.")
    story: list[Brief] = Field(description="All members of its story, in the order of time, itself included.")
    apart: list[Apart] = Field(description="What a person told it apart from, the latest first.")

    event: Event | None = Field(description="The event that its story reports, if others do, too.")
    earlier: Brief | None = Field(description="What its site published just before.")
    later: Brief | None


class CarriedStory(_Model):
    """A story of a day, with all of its articles in the order of time."""

    id: str
    outlets: int = Field(description="Sites that carry it.")
    members: list[Brief]


class Change(_Model):
    """An edit or a removal: when it was seen, and the article as it is now."""

    kind: Literal["edited", "removed"]
    at: datetime
    article: Brief


class Changes(_Model):
    """What was edited or taken down, the latest first."""

    changes: list[Change]
    older: str | None = Field(description="Give it as `before` for the next page; null on the last.")


class SavedSearch(_Model):
    """A saved search of `khabar alerts`."""

    name: str
    since: datetime = Field(description="Since when it has been asked; what happened before is not told.")
    matches: int = Field(description="What it matched in the last 30 days.")


class AlertMatch(_Model):
    """Something that a saved search matched, and the article as it may be shown now."""

    id: str = Field(description="The same as in its webhooks and feeds.")
    alert: str
    kind: Literal["new", "edited", "removed", "first", "outlets"]
    at: datetime = Field(description="When it happened, or was seen.")
    article: str = Field(description="The article's id.")
    site: str
    title: str
    url: str


class Alerts(_Model):
    """The saved searches, and what they matched in the last 30 days, the latest first."""

    searches: list[SavedSearch]
    matches: list[AlertMatch]
    older: str | None = Field(description="Give it as `before` for the next page; null on the last.")


class Today(_Model):
    """A day in Damascus: its stories by how many sites carry them, and the latest changes of the archive."""

    day: date
    is_today: bool
    articles: int
    sites: int = Field(description="Sites that published on the day.")
    shared_stories: int = Field(description="Stories that more than one site published on the day.")
    stories: list[CarriedStory]
    edited: list[Change]
    removed: list[Change]
    refreshed_at: datetime | None


class AlignedPart(_Model):
    """A part of two texts laid side by side, as either has it; empty where it has nothing there."""

    kind: Literal["same", "changed", "only_first", "only_second"]
    first: str
    second: str


class Explanation(_Model):
    """Why two articles are copies or not, as `khabar dedup explain` says it."""

    duplicate: bool
    reason: str = Field(description="Why, seen from the first article.")
    similarity: float = Field(description="Share of the shorter text that the other has, 0 to 1.")
    words: dict[Literal["ar", "en"], list[str]] = Field(description="The same in words, by language.")
    parts: list[AlignedPart] = Field(description="Both texts side by side.")


class Difference(_Model):
    """Two articles, word by word."""

    first: Brief
    second: Brief
    title_changes: list[Stretch]
    changes: list[Stretch]
    explanation: Explanation | None = Field(description="Null where an article is not served any more.")


class CarriedPair(_Model):
    """A story's first article, and another site's copy."""

    first: Brief
    copy_: Brief = Field(serialization_alias="copy")


class Carried(_Model):
    """What one site carried of another's, newest first."""

    first: str
    carrier: str
    since: datetime | None = Field(description="The copies appeared from then on.")
    until: datetime | None = Field(description="They appeared before then.")
    last_day: date | None = Field(description="The last day in Damascus on which they appeared.")
    pairs: list[CarriedPair]
    older: str | None = Field(description="Give it as `before` for the next page; null on the last.")


class First(_Model):
    """Who had a story first, and how sure that is."""

    article: str
    site: str
    certain: bool = Field(description="Its minute is known, and no other site can have been earlier.")
    rivals: list[Brief] = Field(description="Articles of other sites that may have been earlier.")


class Story(_Model):
    """A story: its articles in the order of time, and two of them word by word."""

    id: str
    outlets: int = Field(description="Sites that carry it.")
    first: First
    members: list[Brief]
    more: int = Field(description="Members that are not listed.")
    event: Event | None = Field(description="The event that it reports, if other stories do, too.")
    difference: Difference | None


class Problem(_Model):
    """What is wrong with a request, or with the archive."""

    error: str = Field(description="In English.")
    message: Message | None = Field(None, description="What `error` was made from, where it is one message.")
