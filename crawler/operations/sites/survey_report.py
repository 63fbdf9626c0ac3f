"""What a look at a site shows: its sources, sample articles, and what somebody ought to check."""

from dataclasses import dataclass, field

from crawler.discovery.accounting import AddressCounts, judge_source
from crawler.discovery.home import HomePage
from crawler.model.article import Article


@dataclass(slots=True)
class Sample:
    """An article as it was extracted, or why there is none."""

    url: str
    article: Article | None = None
    problem: str | None = None
    is_shell: bool = False
    """Whether its text only comes when its scripts run."""


@dataclass(slots=True)
class Survey:
    """What a look at a site shows. `unsure` are sentences for the person who checks the seed."""

    url: str
    home: HomePage
    feeds: list[str] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)
    listings: list[str] = field(default_factory=list)
    wordpress: bool = False
    delay: float | None = None
    tls: str = "verify"
    is_shell: bool = False
    """Whether the home page shows nothing before its scripts run."""
    samples: list[Sample] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    requests: int = 0
    addresses: AddressCounts = field(default_factory=AddressCounts)
    """What became of the addresses that the sources name: `moved_to` is told from them."""

    @property
    def needs_rendering(self) -> bool:
        """Whether the site's pages are drawn by scripts."""
        return self.is_shell or (bool(self.samples) and all(sample.is_shell for sample in self.samples))

    @property
    def has_article(self) -> bool:
        """Whether at least one article could be read."""
        return any(sample.article is not None for sample in self.samples)

    @property
    def moved_to(self) -> str | None:
        """The foreign host that the sources lead to, where they name nothing on the site."""
        return judge_source(self.addresses).host

    @property
    def language(self) -> str | None:
        """What the site writes: what its articles are in, else what its home page says."""
        read = [sample.article.language for sample in self.samples if sample.article]
        languages = [language for language in read if language]
        return max(set(languages), key=languages.count) if languages else self.home.language
