"""The terms on which a site's REST interface answers: with names or not, and how many posts at once.

Sites refuse what WordPress allows. What a refusal names is asked for; where it names nothing, less and less
is asked for, until what every WordPress gives.
"""

from dataclasses import dataclass, replace

from crawler.discovery.wordpress import POSTS_AT_ONCE
from crawler.discovery.wordpress_paging import allowed_page_size, smaller_page_size

BAD_REQUEST = 400
"""What WordPress answers to a parameter that it does not allow."""

TOO_MUCH = frozenset({413, 414, 422, 500, 502, 504})
"""What servers answer whose memory or time does not suffice for a hundred posts, or that have limits of their
own: asked for fewer, many of them answer."""

MODEST_PAGE_SIZE = 20
"""How many posts are asked for after such an answer, once: a server that cannot give these is ill."""

CAPPED = 0.5
"""An answer with at most this share of the posts that were asked for, while more follow, is a capped one; a
plugin that hides single posts leaves more of them."""

SMALLEST_CAP = 5
"""Nobody caps answers at fewer posts; where fewer come, the others are gone."""


@dataclass(frozen=True, slots=True)
class RequestTerms:
    """What a request asks for: names with the posts or not, and how many posts at most."""

    embed: bool = True
    page_size: int = POSTS_AT_ONCE

    def after_refusal(self, status: int, body: bytes, *, is_first_page: bool) -> "RequestTerms | None":
        """The terms to try after a refusal; None: there are none, and the refusal stands.

        Args:
            status: The answer's status.
            body: Its body.
            is_first_page: A later page is refused where there is none, which is the end of a walk.
        """
        if status in TOO_MUCH:
            return replace(self, page_size=MODEST_PAGE_SIZE) if self.page_size > MODEST_PAGE_SIZE else None
        if status != BAD_REQUEST:
            return None
        if allowed := allowed_page_size(body, self.page_size):
            return replace(self, page_size=allowed)
        if not is_first_page:
            return None
        if self.embed:
            return replace(self, embed=False)
        smaller = smaller_page_size(self.page_size)
        return replace(self, page_size=smaller) if smaller else None

    def after_answer(self, rows: int, requested: int, *, more_exist: bool) -> "RequestTerms":
        """The terms that an answer shows to be the site's: one that gives few of many has a cap.

        Args:
            rows: How many entries it held.
            requested: How many it was to hold.
            more_exist: Whether the site has more of what was asked for.
        """
        is_capped = more_exist and SMALLEST_CAP <= rows <= CAPPED * requested
        return replace(self, page_size=rows) if is_capped else self
