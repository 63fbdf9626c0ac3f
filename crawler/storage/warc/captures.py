"""What is to be written of a page: its exchanges, and what was made of them."""

from dataclasses import dataclass, field

from crawler.model.article import Hints
from crawler.storage.warc.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Conversion:
    """A page that no server sent: made of an answer.

    Attributes:
        content: Its bytes, UTF-8.
        post_id: By which number the answer names the post that it was made of; None: a browser drew it.
        requests: What the browser asked for while it drew it.
    """

    content: bytes
    post_id: int | None = None
    requests: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class PartCapture:
    """A further page of an article, and the redirects that led to it."""

    url: str
    exchange: Exchange
    redirects: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class PageCapture:
    """A page, with all that belongs to its capture.

    Attributes:
        article_id: The article that was read in it; None: it is in quarantine.
        url: Its address.
        exchange: The answer that it came with, or was made of.
        hints: What its source said of it.
        redirects: The exchanges that led to it, in order.
        parts: The further pages of its article, in order.
        conversion: The page itself, where no server sent it.
    """

    article_id: str | None
    url: str
    exchange: Exchange
    hints: Hints = field(default_factory=Hints)
    redirects: tuple[Exchange, ...] = ()
    parts: tuple[PartCapture, ...] = ()
    conversion: Conversion | None = None
