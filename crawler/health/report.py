"""CrawlReport: how a crawl and its sources went, as the process prints it and the store keeps it."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from crawler.discovery.accounting import (
    AddressCounts,
    AddressOutcome,
    SourceFinding,
    SourceVerdict,
    judge_source,
)
from crawler.html.sentences import sentence
from crawler.model.article import Disposition
from crawler.model.crawl import CrawlKind, CrawlOutcome, SourceKind, Verdict
from crawler.model.sentence import message_of, sentence_of

KIND_MESSAGES = {
    SourceKind.FEED: "kind_feed",
    SourceKind.SITEMAP: "kind_sitemap",
    SourceKind.LISTING: "kind_listing",
    SourceKind.JSON: "kind_json",
    SourceKind.WORDPRESS: "kind_wordpress",
    SourceKind.DATE_ARCHIVE: "kind_archive",
    SourceKind.COMMAND: "kind_named",
    SourceKind.LINK: "kind_link",
    SourceKind.IMPORT: "kind_import",
}
"""The messages that name the kinds of sources."""

_SENTENCES = ("error", "note")
"""The sentences in the report of a source."""


@dataclass(slots=True)
class SourceReport:
    """What one source of discovery answered.

    `found` addresses were named and `new` of them were pages not seen before; `addresses` counts what became
    of each. `unchanged`: the source has not changed since its pages were put into the frontier. `error` is
    what is wrong with it. `note` is no failure but should be known: why a source was not read to its end, or
    not at all. `verdict` judges what the source and all that it leads to named; None: it is a
    part of another source, or was not read to its end. `moved_to` is the foreign host that it leads to.
    `failing_since` (ISO 8601) is since when it has named no page.
    """

    url: str
    kind: SourceKind
    found: int = 0
    new: int = 0
    unchanged: bool = False
    error: str | None = None
    note: str | None = None
    addresses: AddressCounts = field(default_factory=AddressCounts)
    verdict: SourceVerdict | None = None
    moved_to: str | None = None
    failing_since: str | None = None

    def add(self, addresses: AddressCounts) -> None:
        """Account for addresses that the source named."""
        self.addresses.add(addresses)
        self.found += addresses.total
        self.new += addresses[AddressOutcome.NEW]

    def note_that(self, key: str, **values: str | int) -> None:
        """Note what a message says (`crawler.html.sentences.sentence`)."""
        self.note = sentence(key, **values)

    def conclude(self, finding: SourceFinding | None = None) -> None:
        """Take a verdict on the source; None: by its own counts."""
        finding = finding or judge_source(self.addresses)
        self.verdict, self.moved_to = finding.verdict, finding.host
        if finding.verdict is not SourceVerdict.OK:
            self.error = finding.reason

    @property
    def names_pages(self) -> bool:
        """Whether it names pages of the site, or did before and has not changed."""
        return self.addresses.usable > 0 or (self.unchanged and self.verdict in (None, SourceVerdict.OK))

    @property
    def problem(self) -> str | None:
        """A sentence about what is wrong with the source; None where nothing is."""
        if self.error is None:
            return None
        values = {"kind": sentence(KIND_MESSAGES[self.kind]), "url": self.url, "error": self.error}
        if not self.failing_since:
            return sentence("source_problem", **values)
        return sentence("source_problem_since", since=self.failing_since[:16].replace("T", " "), **values)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON; ``messages`` is what its sentences were made from."""
        return {**asdict(self), "messages": {name: message_of(getattr(self, name)) for name in _SENTENCES}}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "SourceReport":
        """Read a report back from its JSON form."""
        verdict, messages = data.get("verdict"), data.get("messages") or {}
        return cls(
            **{
                **{name: value for name, value in data.items() if name != "messages"},
                **{name: sentence_of(data.get(name), messages.get(name)) for name in _SENTENCES},
                "kind": SourceKind(data["kind"]),
                "addresses": AddressCounts.from_dict(data.get("addresses")),
                "verdict": SourceVerdict(verdict) if verdict else None,
            }
        )


@dataclass(slots=True)
class CrawlReport:
    """How a crawl of one site went; what the child prints last and `crawls` keeps.

    `addresses` adds up what became of the addresses that all sources named, `links` accounts for those that
    followed links lead to; `discovered` counts the new pages of both. `left` counts pages that are still to
    be done. `shared` counts pages that wait since other addresses of the site have the same text, or lead to
    the same page; `shared_text` is the text of one of them. `shells` counts pages whose text only
    their scripts would bring; `is_rendered` says that a browser runs these.
    `verdict_message` is what `verdict_reason` was made from (`crawler.model.sentence`).
    `became_duplicates` counts articles stored before that are duplicates of one that came in this crawl and
    was published earlier: they are not among the pages that ended as ``duplicate``.
    """

    site: str
    kind: CrawlKind = CrawlKind.MANUAL
    outcome: CrawlOutcome = CrawlOutcome.FINISHED
    reason: str | None = None
    taken: int = 0
    left: int = 0
    discovered: int = 0
    requests: int = 0
    seconds: float = 0.0
    dispositions: dict[str, int] = field(default_factory=dict)
    addresses: AddressCounts = field(default_factory=AddressCounts)
    links: AddressCounts = field(default_factory=AddressCounts)
    sources: list[SourceReport] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    became_duplicates: int = 0
    shared: int = 0
    shared_text: str | None = None
    shells: int = 0
    is_rendered: bool = False
    verdict: Verdict = Verdict.OK
    verdict_reason: str | None = None
    verdict_message: dict[str, Any] | None = None

    def conclude(self, verdict: Verdict, reason: str | None) -> None:
        """Take the verdict on the crawl and the sentence that says why."""
        self.verdict, self.verdict_reason = verdict, reason
        self.verdict_message = message_of(reason)

    def count(self, disposition: Disposition) -> int:
        """How many pages ended so."""
        return self.dispositions.get(str(disposition), 0)

    @property
    def names_pages(self) -> bool:
        """Whether any source names pages of the site."""
        return any(source.names_pages for source in self.sources)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON, with what its sentences were made from (``…_message``, ``…_messages``)."""
        return {
            **asdict(self),
            "sources": [source.as_dict() for source in self.sources],
            "reason_message": message_of(self.reason),
            "problem_messages": list(map(message_of, self.problems)),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "CrawlReport":
        """Read a report back from its JSON form."""
        fields = {name: value for name, value in data.items() if not name.endswith("_messages")}
        message = fields.pop("reason_message", None)
        return cls(
            **{
                **fields,
                "reason": sentence_of(data.get("reason"), message),
                "verdict_reason": sentence_of(data.get("verdict_reason"), data.get("verdict_message")),
                "problems": problems_of(data),
                "kind": CrawlKind(data["kind"]),
                "outcome": CrawlOutcome(data["outcome"]),
                "verdict": Verdict(data["verdict"]),
                "addresses": AddressCounts.from_dict(data.get("addresses")),
                "links": AddressCounts.from_dict(data.get("links")),
                "sources": [SourceReport.from_dict(source) for source in data.get("sources", ())],
            }
        )

    def add_up(self) -> str | None:
        """Add the sources' counts up to the crawl's; returns what does not add up, None where all does."""
        self.addresses = AddressCounts()
        for source in self.sources:
            self.addresses.add(source.addresses)
        return next(self._contradictions(), None)

    def _contradictions(self) -> Iterator[str]:
        for source in self.sources:
            if source.addresses.problem:
                yield f"{source.url}: {source.addresses.problem}"
            if source.found != source.addresses.total:
                yield f"{source.url}: {source.found} addresses named, {source.addresses.total} accounted for"
            if source.new != source.addresses[AddressOutcome.NEW]:
                yield f"{source.url}: {source.new} new pages, {source.addresses[AddressOutcome.NEW]} counted"
        new = self.addresses[AddressOutcome.NEW] + self.links[AddressOutcome.NEW]
        if new != self.discovered:
            yield f"{self.discovered} pages were discovered, {new} are accounted for by a source or a link"


def problems_of(record: Mapping[str, Any]) -> list[str]:
    """The sentences about what went wrong in a crawl, from its report as JSON or its record in the store."""
    problems = record.get("problems") or ()
    messages = record.get("problem_messages") or [None] * len(problems)
    return [
        sentence_of(problem, message) or problem for problem, message in zip(problems, messages, strict=False)
    ]
