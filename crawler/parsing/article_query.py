"""Which parameter of a query chooses the article (``?p=123``, ``news.php?newsid=5``, ``?id=436:slug``).

The one list of them: links are judged by it, and a page's own word on its address.
"""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl

ARTICLE_PARAMETERS = frozenset(
    {"p", "id", "nid", "newsid", "news_id", "news", "article", "articleid", "article_id", "aid", "story",
     "storyid", "story_id", "post", "postid", "post_id", "page_id", "itemid", "item_id", "item", "sid",
     "contentid", "content_id"}
)  # fmt: skip
"""Names of such parameters, in lower case."""

MAX_PARAMETERS = 50
"""Parameters of a query that are looked at."""

# Joomla writes the number and the article's name as one value.
_NUMBER = re.compile(r"([0-9]{1,20})(?:[:-][^:]+)?\Z")
# Joomla's lists have numbers and names of the same form; what the query shows is said by `view`.
_LIST_VIEWS = frozenset({"category", "categories", "featured", "section", "archive", "tag", "author"})


def chooses_article(parameter: str) -> bool:
    """Whether a parameter of this name chooses an article by its number, as "p" and "newsid" do."""
    return parameter.lower() in ARTICLE_PARAMETERS


def article_numbers(query: str) -> dict[str, str]:
    """The parameters of a query that choose an article, and their values, which are or begin with a number.

    Args:
        query: As it stands in the address.
    """
    pairs = parse_qsl(query)[:MAX_PARAMETERS]
    if any(name.lower() == "view" and value.lower() in _LIST_VIEWS for name, value in pairs):
        return {}
    return {name: value for name, value in pairs if chooses_article(name) and _NUMBER.match(value)}


def has_own_number(numbers: Iterable[str]) -> bool:
    """Whether one of these values can only be an article's: a long number, or one with a name.

    A short number alone may be a section's.
    """
    return any(len(number) >= 4 for number in numbers)
