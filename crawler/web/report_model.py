"""The dedup report's JSON as models, for the description of the API; `crawler.report.json_csv` writes it."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReportMember(_Model):
    """An article as a member of a story."""

    id: str
    site: str
    title: str
    url: str
    at: datetime = Field(description="What puts it in order.")
    published: datetime | date | None = Field(description="What its page states: a time, or a day alone.")
    dated: bool
    original: bool
    duplicate_of: str | None
    similarity: float | None
    reason: str | None
    delay_minutes: float | None = Field(description="Behind the story's first article.")


class ReportPair(_Model):
    """Two articles of one story, or nearly of one."""

    story_id: str
    similarity: float | None
    first: ReportMember | None = Field(description="Null where it lies outside the report.")
    copy_: ReportMember = Field(alias="copy")


class ReportStory(_Model):
    """A story; of an event's stories the first member alone is listed."""

    id: str
    size: int
    sites: int
    first_id: str | None
    members: list[ReportMember]


class ReportEvent(_Model):
    """What several stories report in their own words."""

    id: str
    sites: int
    stories: list[ReportStory]


class ReportTotals(_Model):
    """The headline figures."""

    articles: int
    originals: int
    duplicates: int
    duplicate_share: float
    stories: int
    shared_stories: int
    shared_events: int
    earlier_stories: int
    sites: int
    undated: int
    by_reason: dict[str, int]


class ReportSite(_Model):
    """A site's figures."""

    id: str
    name: str
    name_en: str
    articles: int
    first: int = Field(description="Originals that others repeated.")
    alone: int = Field(description="Originals without a copy.")
    duplicates: int
    originality: float


class ReportFlow(_Model):
    """What one site repeated of another's."""

    first: str
    carrier: str
    count: int
    median_delay_minutes: float | None
    median_similarity: float | None
    examples: list[ReportPair]


class ReportBin(_Model):
    """A bar of the histogram of similarities."""

    low: float
    high: float
    count: int
    exact: int


class ReportDay(_Model):
    """A day in Damascus."""

    day: date
    articles: int
    duplicates: int


class ReportNote(_Model):
    """What a reader should know of a site."""

    site: str
    boilerplate: int | None = Field(description="Paragraphs left out of its articles; null: not counted.")
    quarantined: int
    trouble: str | None
    reason: str | None


class ReportFigures(_Model):
    """The dedup report, as `khabar dedup report --format json` prints it."""

    version: Literal[1]
    generated_at: datetime
    since: datetime | None
    until: datetime | None
    zone: str
    boundary: float | None
    boundary_within: float | None
    totals: ReportTotals
    sites: list[ReportSite]
    flows: list[ReportFlow]
    largest: list[ReportStory]
    recent: list[ReportStory]
    histogram: list[ReportBin]
    unmeasured: int
    borderline: list[ReportPair]
    near_misses: list[ReportPair]
    days: list[ReportDay]
    notes: list[ReportNote]
    events: list[ReportEvent]
