"""What `extract` raises: each class says what the caller should do with the page, its reason says why.

All of them survive pickling, so they can be raised in a worker process.
"""

from crawler.errors import KhabarError
from crawler.model.article import NotArticleReason

__all__ = [
    "Blocked",
    "EmptyBody",
    "ExtractionError",
    "NotAnArticle",
    "NotArticleReason",
    "NotHtml",
    "Unavailable",
]


class ExtractionError(KhabarError):
    """No article could be made of a page. The base of all that `extract` raises.

    Args:
        reason: Why; decide by it.
        url: The page's address, where known.
        detail: A more exact message for people than the reason's value, where more is known.
    """

    def __init__(self, reason: NotArticleReason, url: str | None = None, detail: str | None = None) -> None:
        super().__init__(reason, url, detail)
        self.reason = reason
        self.url = url
        self.detail = detail

    @property
    def message(self) -> str:
        """Why, as a short English phrase for a log line."""
        return self.detail or self.reason.value

    def __str__(self) -> str:
        return f"{self.url}: {self.message}" if self.url else self.message


class NotHtml(ExtractionError):  # noqa: N818 - named for what the page is
    """The bytes are no HTML page: a picture, a PDF, an archive, JSON, bytes of no known text encoding.

    Don't store it and don't try again: count the page as no article. Links to such files are better excluded
    in the site's seed.
    """


class NotAnArticle(ExtractionError):  # noqa: N818 - named for what the page is
    """An HTML page that holds no article: a listing, a home page, a tag page, a soft 404, a redirect stub.

    Don't store it. Its links may still be worth following; it need not be fetched again as an article.
    """


class EmptyBody(NotAnArticle):
    """A page of the right kind with nothing to read in it: a video, a gallery or a broken template.

    Don't store it. Should many pages of a site end so, the site has changed its layout or needs a `body`
    selector in its seed: keep the page for a person to look at.
    """


class Blocked(ExtractionError):  # noqa: N818 - named for what the page is
    """The site shows a challenge, a login or a "forbidden" page instead of the article.

    Slow down or stop crawling the site, and try the page again later; never count it as removed.
    """


class Unavailable(ExtractionError):  # noqa: N818 - named for what the page is
    """The server shows a page about its own trouble, as if it were the article: maintenance, a lost database.

    Try the page again later; never count it as removed, nor as an article.
    """
