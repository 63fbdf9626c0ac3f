"""The search form: what a person asks the archive for, on the command line, on the page and in the API."""

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from crawler.errors import UsageError
from crawler.html.sentences import sentence
from crawler.model.period import Period, parse_period
from crawler.model.sentence import Sentence, quoted
from crawler.storage.search import Filters

WORDS: Final = {
    "duplicates": ("no", "yes", "only"),
    "state": ("removed", "edited"),
    "order": ("newest", "best"),
}
"""The words that a field of the form may have, beside none."""

ROW_LIMIT: Final = 1 << 63
"""Row numbers of the index are below this, as SQLite's are."""


def wrong_choice(name: str, value: str, choices: Iterable[str]) -> Sentence:
    """The sentence on a value that is none of those that a field may have."""
    return sentence("usage_not_one_of", name=name, value=quoted(value), choices=", ".join(choices))


def _check_word(word: str | None, info: ValidationInfo) -> str:
    words = WORDS[info.field_name or ""]
    if word and word not in words:
        raise UsageError(wrong_choice(info.field_name or "", word, words))
    return word or ""


_Word = BeforeValidator(_check_word)


class SearchForm(BaseModel):
    """A search as it was typed; a field that is empty was not given.

    Raises:
        UsageError: A word that is none of its field's; the message says which.
    """

    model_config = ConfigDict(frozen=True)

    q: str = Field(
        "",
        description="Words, “phrases”, -word, word*, OR, AND, parentheses; author: site: section: tag: "
        "title: before: after:. Empty: everything.",
        examples=["جسر", 'انفجار "ريف دمشق" -site:sana'],
    )
    site: str = Field("", description="A site's id.", examples=["ugarit"])
    language: str = Field("", description="ISO 639 code, such as ar.", examples=["ar"])
    since: str = Field("", description="First day in Damascus.", examples=["2024-12-01"])
    until: str = Field("", description="Last day.", examples=["2024-12-04"])
    duplicates: Annotated[Literal["", "no", "yes", "only"], _Word] = Field(
        "",
        description="no (without copies that only repeat their original), yes or only; without it no, "
        "and yes where a state is asked for.",
    )
    state: Annotated[Literal["", "removed", "edited"], _Word] = Field(
        "", description="removed by their site, or edited."
    )
    order: Annotated[Literal["", "newest", "best"], _Word] = Field(
        "", description="newest (as without it) or best, by BM25."
    )
    before: str = Field("", description="`older` of the page before.")

    @property
    def best_first(self) -> bool:
        """Whether the best matches come first, and not the newest."""
        return self.order == "best"

    @property
    def is_narrowed(self) -> bool:
        """Whether it asks for less than everything."""
        return any((self.q, self.site, self.since, self.until, self.language, self.state))

    @property
    def before_row(self) -> int | None:
        """Where the page begins; None for the first one.

        Raises:
            UsageError: `before` is no row.
        """
        try:
            row = int(self.before) if self.before else None
        except ValueError:
            row = ROW_LIMIT
        if row is not None and abs(row) >= ROW_LIMIT:
            raise UsageError(sentence("usage_not_a_page", name="before", value=quoted(self.before)))
        return row

    def period(self, option_prefix: str = "") -> Period:
        """When the articles were published.

        Args:
            option_prefix: What stands before a field's name where it was typed, for the message.

        Raises:
            UsageError: A bound cannot be read, or the period ends before it begins.
        """
        return parse_period(
            self.since,
            self.until,
            since_name=f"{option_prefix}since",
            until_name=f"{option_prefix}until",
        )

    def filters(self, period: Period | None = None) -> Filters:
        """What the list is narrowed to.

        Args:
            period: The period, where it was read already.

        Raises:
            UsageError: A bound of the period cannot be read.
        """
        period = self.period() if period is None else period
        # Who asks for what was taken down, or edited, asks for duplicates of it as well.
        duplicates = self.duplicates or ("yes" if self.state else "no")
        return Filters(
            site=self.site or None,
            language=self.language or None,
            since=period.since,
            until=period.until,
            duplicates={"no": False, "yes": None, "only": True}[duplicates],
            removed=self.state == "removed",
            edited=self.state == "edited",
        )

    def without_page(self) -> dict[str, Any]:
        """The fields, without the page of the list."""
        return self.model_dump(exclude={"before"})
