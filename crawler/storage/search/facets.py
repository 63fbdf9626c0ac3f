"""The words of the index that say of an article what it is, beside the words that it has.

A text's own words hold no colon, so that nobody types such a word by chance.
"""

import re
from typing import Final

EVERYTHING: Final = '"a:"'
"""A facet that every article has: FTS5 has no NOT without something before it."""
NOTHING: Final = '"z:"'
"""A facet that no article has."""

AUTHOR, SECTION, TAG = "au:", "se:", "ta:"
"""What stands before each word of an author's name, a section, a tag: their words are facets, too."""


def facet(kind: str, value: str) -> str:
    """The word of the index that says of an article that it is of this site, language or kind."""
    return f"{kind}:{re.sub('[^a-z0-9]+', '-', value.lower())}"
