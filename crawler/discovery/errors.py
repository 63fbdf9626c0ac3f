"""What parsers of sources raise: an answer that is not what its source should give."""

from collections.abc import Mapping
from typing import ClassVar

from crawler.errors import KhabarError
from crawler.html.sentences import sentence


class SourceError(KhabarError):
    """What was served is not of the source's kind. Try the site's next source.

    Args:
        url: Where it was served.
        reason: Why: one of `REASONS`, or where the class has none, the words for people themselves.
    """

    REASONS: ClassVar[Mapping[str, str]] = {}
    """The message for people for each reason."""

    def __init__(self, url: str, reason: str) -> None:
        why = sentence(self.REASONS[reason]) if self.REASONS else reason
        super().__init__(sentence("problem_of_page", url=url, reason=why))
        self.url = url
        self.reason = reason

    def __reduce__(self) -> tuple[type["SourceError"], tuple[str, str]]:
        """Let the error cross process borders."""
        return type(self), (self.url, self.reason)
