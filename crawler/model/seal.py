"""A seal on an article: what of it is withheld from everything that is served, why and since when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crawler.errors import KhabarError, UsageError


class SealedField(StrEnum):
    """What of an article a seal withholds."""

    TEXT = "text"
    """The article as a whole: its headline, texts, address and metadata, earlier wordings included."""
    NAMES = "names"
    """The names of persons: its authors and editors, and those that the seal lists."""
    IMAGE = "image"
    """The address of its image."""


_MARKS = {
    SealedField.TEXT: "text_withheld",
    SealedField.NAMES: "names_withheld",
    SealedField.IMAGE: "image_withheld",
}


@dataclass(frozen=True, slots=True)
class Seal:
    """What is withheld of an article.

    Attributes:
        article_id: The article.
        fields: What of it.
        reason: Why, as readers are shown it.
        sealed_at: Since when, aware.
        names: The names of persons that a seal on `SealedField.NAMES` withholds.
    """

    article_id: str
    fields: frozenset[SealedField]
    reason: str
    sealed_at: datetime
    names: tuple[str, ...] = ()

    @property
    def withholds_article(self) -> bool:
        """Whether the article as a whole is withheld."""
        return SealedField.TEXT in self.fields

    @property
    def marks(self) -> list[str]:
        """What an article that is served in part says of that, beside its other marks."""
        return [mark for field, mark in _MARKS.items() if field in self.fields]


class WithheldError(KhabarError):
    """An article is sealed, and is not served.

    Args:
        seal: Its seal.
    """

    def __init__(self, seal: Seal) -> None:
        self.seal = seal
        super().__init__(
            f"the article {seal.article_id} is withheld since {seal.sealed_at:%Y-%m-%d %H:%M} UTC: "
            f"{seal.reason}"
        )


def sealed_fields(text: str) -> frozenset[SealedField]:
    """Read a list of fields as it is typed: ``text,names``.

    Raises:
        UsageError: A word is no field, or there is none.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in words if word not in set(SealedField)]
    if unknown or not words:
        wrong = f"{', '.join(unknown)} is" if unknown else "nothing given is"
        raise UsageError(f"--fields {text}: {wrong} not one of {', '.join(SealedField)}")
    return frozenset(map(SealedField, words))
