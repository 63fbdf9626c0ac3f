"""Accounting: what became of each address that a source names, and what that says of the source.

Every named address ends in exactly one outcome, so the counts of a source add up to what it named, and those
of a crawl to what its sources named.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from crawler.html.sentences import sentence
from crawler.model.sentence import Sentence
from crawler.parsing.urls import InvalidURLError, host_of


class AddressOutcome(StrEnum):
    """What became of an address that a source names."""

    NEW = "new"
    """A page of the site that was not in the frontier."""
    ALREADY_KNOWN = "already_known"
    """A page of the site that was in the frontier, or that this crawl had met before."""
    EXCLUDED = "excluded"
    """A page of the site that the seed's patterns leave out."""
    OFF_SITE = "off_site"
    """An address at another host, which is not the site's."""
    UNUSABLE = "unusable"
    """No address, or none that may be asked for."""
    OUTSIDE_WINDOW = "outside_window"
    """A page of the site from outside the time that this crawl is about."""
    LISTING = "listing"
    """A page of a sitemap that lists articles, which other addresses name."""
    SITEMAP_READ = "sitemap_read"
    """A sitemap that this crawl asks for."""
    SITEMAP_UNCHANGED = "sitemap_unchanged"
    """A sitemap that is known to say what it said when it was read, and named pages then."""
    SITEMAP_OUTSIDE_WINDOW = "sitemap_outside_window"
    """A sitemap of another time than this crawl is about."""
    SITEMAP_LEFT_OUT = "sitemap_left_out"
    """A sitemap beyond the number that one crawl reads, or of a kind that names no articles."""


USABLE = frozenset(
    {
        AddressOutcome.NEW,
        AddressOutcome.ALREADY_KNOWN,
        AddressOutcome.OUTSIDE_WINDOW,
        AddressOutcome.LISTING,
        AddressOutcome.SITEMAP_UNCHANGED,
        AddressOutcome.SITEMAP_OUTSIDE_WINDOW,
    }
)
"""Outcomes by which a source shows that it still names pages of the site."""

MAX_HOSTS = 20
"""Foreign hosts that are counted by name: a source leads to one or two, a page full of links to dozens."""

OTHER_HOSTS = "*"
"""Stands for the foreign hosts beyond `MAX_HOSTS`."""


@dataclass(slots=True)
class HostCount:
    """How many addresses lie at a foreign host."""

    host: str
    count: int = 0


@dataclass(slots=True)
class AddressCounts:
    """How many addresses came to which outcome, and at which foreign hosts those lie that are off the site.

    Hosts are a list rather than keys: a host's dots would be paths to a query of the store.
    """

    outcomes: dict[str, int] = field(default_factory=dict)
    off_site_hosts: list[HostCount] = field(default_factory=list)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | None) -> "AddressCounts":
        """Read counts back from their JSON form."""
        if not data:
            return cls()
        return cls(dict(data["outcomes"]), [HostCount(**entry) for entry in data["off_site_hosts"]])

    def count(self, outcome: AddressOutcome, number: int = 1) -> None:
        """Count addresses of one outcome; those off the site are counted by `count_off_site`."""
        if number:
            self.outcomes[str(outcome)] = self.outcomes.get(str(outcome), 0) + number

    def count_off_site(self, host: str, number: int = 1) -> None:
        """Count addresses at a foreign host."""
        if number:
            self.count(AddressOutcome.OFF_SITE, number)
            self._count_of(host).count += number

    def _count_of(self, host: str) -> HostCount:
        """The count of a host: its own, or that of all others once `MAX_HOSTS` are counted by name."""
        counts = {entry.host: entry for entry in self.off_site_hosts}
        if host not in counts and len(counts) >= MAX_HOSTS:
            host = OTHER_HOSTS
        if host not in counts:
            counts[host] = HostCount(host)
            self.off_site_hosts.append(counts[host])
        return counts[host]

    def add(self, other: "AddressCounts") -> None:
        """Add other counts to these."""
        for outcome, number in other.outcomes.items():
            if outcome != AddressOutcome.OFF_SITE:
                self.count(AddressOutcome(outcome), number)
        for entry in other.off_site_hosts:
            self.count_off_site(entry.host, entry.count)

    def __getitem__(self, outcome: AddressOutcome) -> int:
        """How many addresses came to this outcome."""
        return self.outcomes.get(str(outcome), 0)

    @property
    def total(self) -> int:
        """How many addresses were counted."""
        return sum(self.outcomes.values())

    @property
    def usable(self) -> int:
        """How many addresses show that the source still names pages of the site."""
        return sum(self[outcome] for outcome in USABLE)

    @property
    def problem(self) -> str | None:
        """What does not add up; None where all does."""
        off_site, by_host = self[AddressOutcome.OFF_SITE], sum(entry.count for entry in self.off_site_hosts)
        if off_site != by_host:
            return f"{off_site} addresses are off the site, {by_host} of them are counted by host"
        negative = [outcome for outcome, number in self.outcomes.items() if number < 0]
        return f"negative counts of {', '.join(negative)}" if negative else None

    @property
    def foreign_hosts(self) -> list[str]:
        """The foreign hosts that are counted by name, the one with most addresses first."""
        by_name = [entry for entry in self.off_site_hosts if entry.host != OTHER_HOSTS]
        return [entry.host for entry in sorted(by_name, key=lambda entry: -entry.count)]


class SourceVerdict(StrEnum):
    """How a source of discovery is."""

    OK = "ok"
    """It names pages of the site."""
    FAILED = "failed"
    """It gave no answer that can be read."""
    EMPTY = "empty"
    """It answered, and names nothing."""
    EXCLUDED = "excluded"
    """All that it names is left out by the seed's patterns."""
    UNUSABLE = "unusable"
    """Nothing that it names is an address that can be asked for."""
    MOVED = "moved"
    """It leads off the site, and names nothing that is on it."""


@dataclass(frozen=True, slots=True)
class SourceFinding:
    """The verdict on a source, a sentence that says why unless it is ok, and the host that it leads to."""

    verdict: SourceVerdict
    reason: str | None = None
    host: str | None = None


def judge_source(counts: AddressCounts, foreign_answer: str | None = None) -> SourceFinding:
    """Judge a source by what it named, not by that it answered.

    Args:
        counts: What became of all addresses that the source and its further pages and sitemaps named.
        foreign_answer: The foreign host that the source redirects to; None: it answered from the site.
    """
    if counts.usable:
        return SourceFinding(SourceVerdict.OK)
    hosts = counts.foreign_hosts
    if off_site := counts[AddressOutcome.OFF_SITE]:
        key = "all_off_site_at" if hosts else "all_off_site"
        reason = sentence(key, addresses=_addresses(off_site), hosts=", ".join(hosts[:3]))
        return SourceFinding(SourceVerdict.MOVED, reason, next(iter(hosts), foreign_answer))
    if foreign_answer:
        reason = sentence("leads_elsewhere", host=foreign_answer)
        return SourceFinding(SourceVerdict.MOVED, reason, foreign_answer)
    for outcome, (verdict, key) in _NOTHING_USABLE.items():
        if number := counts[outcome]:
            return SourceFinding(verdict, sentence(key, addresses=_addresses(number)))
    return SourceFinding(SourceVerdict.EMPTY, sentence("names_no_page"))


_NOTHING_USABLE = {
    AddressOutcome.EXCLUDED: (SourceVerdict.EXCLUDED, "all_excluded"),
    AddressOutcome.UNUSABLE: (SourceVerdict.UNUSABLE, "none_usable"),
}


def _addresses(number: int) -> Sentence:
    """So many addresses, in words."""
    key = "one_address" if number == 1 else "n_addresses"
    return sentence(key, number=number)


def foreign_host(url: str) -> str:
    """The host under which an address off the site is counted."""
    try:
        return host_of(url)
    except InvalidURLError:
        return OTHER_HOSTS
