"""Which articles of the archive an export is about, and what it passed over."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from crawler.errors import UsageError
from crawler.model.period import ANY_TIME, Period
from crawler.storage.stored_article import ArticleReader, SearchableArticle

STATES: Final = ("removed", "edited")

REPEATS: Final = "copies that only repeat their original"
"""Why most articles are passed over."""


@dataclass(slots=True)
class LeftOut:
    """What was passed over, by why, and from when to when those lie that stand outside the period."""

    counts: Counter[str] = field(default_factory=Counter)
    earliest: datetime | None = None
    latest: datetime | None = None

    def note_outside(self, moment: datetime) -> None:
        """Count an article that stands outside the period at `moment`."""
        self.counts["outside the period"] += 1
        self.earliest = min(self.earliest or moment, moment)
        self.latest = max(self.latest or moment, moment)


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for; a field that is None or false does not narrow it.

    Attributes:
        site: Only this site.
        language: Only this language, an ISO 639 code.
        state: removed or edited.
        period: Only what was published in it; see `crawler.model.period.publication_moment`.
        changed_since: Only what was first seen, edited or taken down since then, aware.
        matches: Only these ids, the matches of a query.
        repeats: Whether copies are wanted, too, that say nothing that their original does not.
    """

    site: str | None = None
    language: str | None = None
    state: str | None = None
    period: Period = ANY_TIME
    changed_since: datetime | None = None
    matches: frozenset[str] | None = None
    repeats: bool = False

    def __post_init__(self) -> None:
        """Check the words.

        Raises:
            UsageError: A state that there is not.
        """
        if self.state is not None and self.state not in STATES:
            raise UsageError(f"--state {self.state}: it is one of {', '.join(STATES)}")

    def articles(
        self, reader: ArticleReader, left_out: LeftOut
    ) -> Iterator[tuple[str, list[SearchableArticle]]]:
        """Yield the articles of each site in turn, in order of publication.

        Args:
            reader: Reads the archive.
            left_out: Counts what is passed over.
        """
        if withheld := reader.count_withheld(self.site):
            left_out.counts["withheld: khabar seal --list"] = withheld
        for site in [self.site] if self.site else reader.sites():
            chosen = []
            for article in reader.searchable_of_site(site):
                if article.placed_at not in self.period:
                    left_out.note_outside(article.placed_at)
                elif (reason := self._passed_over(article)) is not None:
                    left_out.counts[reason] += 1
                else:
                    chosen.append(article)
            chosen.sort(key=lambda article: (article.placed_at, article.id))
            yield site, chosen

    def _passed_over(self, article: SearchableArticle) -> str | None:
        """Why an article of the period is passed over; None: it is not."""
        if self.matches is not None and article.id not in self.matches:
            return "no match of the query"
        if self.language is not None and article.language != self.language:
            return "in another language"
        if self.state == "removed" and article.removed_at is None:
            return "not removed"
        if self.state == "edited" and article.revision < 2:
            return "not edited"
        if self.changed_since is not None and _changed_at(article) < self.changed_since:
            return "not changed since then"
        if article.repeats and not self.repeats:
            return REPEATS
        return None


def _changed_at(article: SearchableArticle) -> datetime:
    """When an article was first seen, edited or taken down last."""
    moments = (article.first_seen_at, article.revised_at, article.removed_at)
    return max(moment for moment in moments if moment is not None)
