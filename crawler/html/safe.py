"""Values from articles, made safe to show: text on one line, shortened text, links, times in another zone."""

import re
from datetime import datetime, tzinfo
from typing import Final
from urllib.parse import unquote, urlsplit

LONGEST_URL: Final = 2000
"""Characters. Longer URLs are shown as text, not linked: no browser's are longer."""
LONGEST_TITLE: Final = 200
"""Characters of a headline in a list."""

# Control characters, and the embedding, override and isolate marks with which a title could turn the
# text around it. Plain LRM, RLM and ALM stay: they only ever touch their neighbours. Lone surrogates
# cannot be written as UTF-8.
_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SPACES = re.compile(r"\s+")


def single_line(text: str) -> str:
    """One line that is safe to show: no control characters, none that turn the direction."""
    if text.isprintable() and "  " not in text:  # nearly every title, in a tenth of the time
        return text.strip()
    return _SPACES.sub(" ", showable(text)).strip()


def showable(text: str) -> str:
    """A text with blanks for control characters and for those that turn the direction."""
    return _UNSHOWABLE.sub(" ", text)


def cut(text: str, longest: int = LONGEST_TITLE) -> str:
    """A text of at most this many characters; an ellipsis stands for the rest."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def safe_link(url: str | None) -> str | None:
    """The URL if it may become a link (http or https, with a host, not too long), else None."""
    if url is None or len(url) > LONGEST_URL:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def readable_url(url: str) -> str:
    """A URL in letters; as it is where that would hide a blank or a control character."""
    decoded = unquote(url)
    is_plain = decoded.isprintable() and "\ufffd" not in decoded and not any(map(str.isspace, decoded))
    return decoded if is_plain else url


def local(moment: datetime, zone: tzinfo) -> datetime:
    """A time in another zone; as it is where that would leave the years that datetime has (1 to 9999)."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment
