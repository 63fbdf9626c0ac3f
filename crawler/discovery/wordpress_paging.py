"""Pagination of WordPress's REST interface: what follows an answer, and how many posts one may hold.

The headers are those of the REST API Handbook, "Pagination". Sites change both: plugins cap answers, refuse
large ones with a status of 400, leave headers out or hide single posts.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crawler.parsing.json_text import parse_json

DEFAULT_PAGE_SIZE = 10
"""What WordPress gives where nobody says how many: no site refuses it."""

PAGE_SIZES = (50, 20, DEFAULT_PAGE_SIZE)
"""What is asked for, one after the other, where a site refuses more and does not say how many it allows."""

MOST_BARREN = 10
"""Answers in a row without a post that was not seen, after which a walk ends although the site says that
there are more: at a hundred posts an answer, no site hides a thousand of them at one place."""

LONGEST_EXPLANATION = 20_000
"""Bytes of a refusal that are looked at: an error in JSON is short, a firewall's page is not."""

_NUMBER = re.compile(r"\d{1,9}")
_NEXT = re.compile(r"""<[^<>]*>[^<>,]*?\brel\s*=\s*(?:next\b|["'][^"'<>]*\bnext\b)""", re.IGNORECASE)
_PARAMETER = "per_page"

DEEPEST = 10
"""Levels of an error that are looked at; real ones have three."""


@dataclass(frozen=True, slots=True)
class Extent:
    """What the headers of one answer say about how much there is; None where they do not say.

    `total` counts posts and `pages` answers, of all that match the request. `has_next`: a ``Link`` header
    names a next page.
    """

    total: int | None = None
    pages: int | None = None
    has_next: bool = False

    def follows(self, rows: int, page: int, page_size: int) -> bool | None:
        """Whether more follows an answer; None where the headers are silent.

        Args:
            rows: How many entries the answer holds.
            page: Its number, from 1.
            page_size: How many entries a whole answer holds.
        """
        if self == SILENT:
            return None
        # Where posts are hidden or answers capped, one of the two says less than the other.
        has_more_posts = (self.total or 0) > (page - 1) * page_size + rows
        return self.has_next or has_more_posts or (self.pages or 0) > page


SILENT = Extent()
"""What headers say that say nothing."""


def read_extent(headers: Mapping[str, str]) -> Extent:
    """Read the headers of an answer.

    Args:
        headers: ``X-WP-Total``, ``X-WP-TotalPages`` and ``Link``, by their names in lower case; several
            ``Link`` headers are joined by a comma.
    """
    return Extent(
        total=_count(headers.get("x-wp-total")),
        pages=_count(headers.get("x-wp-totalpages")),
        has_next=_NEXT.search(headers.get("link", "")[:LONGEST_EXPLANATION]) is not None,
    )


def allowed_page_size(body: bytes, page_size: int) -> int | None:
    """How many posts a refusal allows in one answer; None where it does not say.

    Whatever the words and the shape of the error: the largest number below the one that was asked for, in
    what is said of the parameter or, if nothing is, in a short error as a whole.

    Args:
        body: The error's body.
        page_size: How many posts were asked for.
    """
    if len(body) > LONGEST_EXPLANATION:
        return None
    text = body.decode("utf-8-sig", "replace")
    error = parse_json(text)
    if error is None:
        return _largest([text], page_size) if _PARAMETER in text else None
    leaves = list(_leaves(error))
    about_size = [leaf for is_about_size, leaf in leaves if is_about_size]
    return _largest(about_size, page_size) or _largest([leaf for _, leaf in leaves], page_size)


def smaller_page_size(page_size: int) -> int | None:
    """The next smaller number of posts to ask for, where a refusal names none; None: there is none."""
    return next((size for size in PAGE_SIZES if size < page_size), None)


def _count(value: str | None) -> int | None:
    match = _NUMBER.fullmatch((value or "").strip())
    return int(match[0]) if match else None


def _leaves(value: object, is_about_size: bool = False, depth: int = 0) -> Iterator[tuple[bool, str]]:
    """The texts and numbers of an error, and whether each is about the number of posts in an answer."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        yield is_about_size or _PARAMETER in str(value), str(value)
    elif depth <= DEEPEST:
        for name, inner in _members(value):
            yield from _leaves(inner, is_about_size or _PARAMETER in name, depth + 1)


def _members(value: object) -> Iterator[tuple[str, object]]:
    """What an object or a list holds, by name; the status repeats the answer's own, and is left out."""
    if isinstance(value, dict):
        yield from ((str(name), value[name]) for name in value if name != "status")
    elif isinstance(value, list):
        yield from (("", entry) for entry in value)


def _largest(texts: list[str], page_size: int) -> int | None:
    numbers = map(int, _NUMBER.findall(_decimals(" ".join(texts))))
    return max((number for number in numbers if 1 < number < page_size), default=None)


def _decimals(text: str) -> str:
    """The text with the digits of every script as ASCII's: an Arabic site may say «20» as «٢٠»."""
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in text)
