"""Pages whose story is a film or pictures, and the words that stand with them."""

from lxml.html import HtmlElement

from crawler.extraction.metadata.jsonld import node_types
from crawler.extraction.metadata.meta import Metadata

MIN_PICTURES = 3
"""Pictures of the smallest gallery."""
MIN_WORDS = 4
"""Words of the shortest caption that says something."""

_TYPES = frozenset(
    {"videoobject", "imagegallery", "mediagallery", "imageobject", "audioobject", "podcastepisode"}
)
_PLAYERS = (
    *("youtube.com/embed", "youtube-nocookie.com", "player.vimeo.com", "dailymotion.com/embed"),
    *("facebook.com/plugins", "jwplatform", "jwplayer", "brightcove", "kaltura", "rumble.com/embed"),
    *("soundcloud.com/player", "ok.ru/videoembed"),
)
"""Addresses of players that pages embed."""


def shows_media(body: HtmlElement, metadata: Metadata) -> bool:
    """Whether a page shows a film, a recording or a gallery.

    Args:
        body: Its body, as served.
        metadata: Its own statements.
    """
    kind = (metadata.first("og:type") or "").lower()
    if kind.startswith("video") or metadata.first("og:video", "og:video:url"):
        return True
    nodes = (*metadata.linked_data.articles, *metadata.linked_data.by_id.values())
    if any(_TYPES & set(node_types(node)) or "video" in node for node in nodes):
        return True
    if next(body.iter("video", "audio", "amp-youtube", "amp-video"), None) is not None:
        return True
    frames = (f"{frame.get('src', '')} {frame.get('data-src', '')}" for frame in body.iter("iframe"))
    if any(player in address for address in frames for player in _PLAYERS):
        return True
    return sum(1 for _ in body.iter("figure")) >= MIN_PICTURES


def media_caption(summary: str | None) -> list[str]:
    """What such a page says of itself, in place of a story; empty where that is little."""
    return [summary] if summary and len(summary.split()) >= MIN_WORDS else []
