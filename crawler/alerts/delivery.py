"""How the word gets out: a POST of JSON, a feed in a file, or whatever Apprise reaches."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from lxml import etree

from crawler.alerts.rules import FEED_SCHEMES
from crawler.errors import UsageError
from crawler.files import replaced_file
from crawler.html.safe import single_line
from crawler.operations.crawling.webhook import post_json
from crawler.storage.alert_outbox import AlertEvent

_NOT_XML: Final = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")

ATOM: Final = "http://www.w3.org/2005/Atom"

FEED_LENGTH: Final = 100
"""Events in a feed, the newest."""

WORDS: Final = {
    "new": ("New", "جديد"),
    "edited": ("Edited", "عُدّل"),
    "removed": ("Taken down", "حُذف"),
    "first": ("Had it first", "سبق إليه"),
    "outlets": ("Carried by many", "تناقلته مواقع"),
}
"""Each kind in English and Arabic."""


def is_feed(destination: str) -> bool:
    """Whether a destination is a file with the latest events."""
    return destination.partition(":")[0] in FEED_SCHEMES


def check_destination(destination: str) -> None:
    """Make sure that a destination can be told of something.

    Raises:
        UsageError: It needs a library that is not installed, or cannot be understood.
    """
    if not is_feed(destination) and urlsplit(destination).scheme not in ("http", "https"):
        _notifier(destination)


def headline(event: AlertEvent) -> str:
    """An event as one line for people, in English and Arabic."""
    english, arabic = WORDS[event.kind]
    return f"{english} · {arabic}: {single_line(event.title)} ({event.site})"


def send(event: AlertEvent, destination: str, user_agent: str) -> str | None:
    """Tell a destination of an event; returns what went wrong, without the address, which may hold a key.

    Args:
        event: The event.
        destination: A web address, or one of Apprise's.
        user_agent: Who we are.
    """
    if urlsplit(destination).scheme in ("http", "https"):
        message = {
            "text": f"{headline(event)} {event.url}",
            "id": event.id,
            "alert": event.alert,
            "kind": event.kind,
            "article_id": event.article_id,
            "site": event.site,
            "title": event.title,
            "url": event.url,
            "at": event.at.isoformat(),
        }
        # Sent again after a crash, it has the same key: the receiver can tell.
        return post_json(destination, message, user_agent, {"Idempotency-Key": event.id})
    body = f"{event.url}\n{event.at:%Y-%m-%d %H:%M} UTC"
    is_sent = _notifier(destination).notify(title=headline(event), body=body)
    return None if is_sent else "it could not be sent"


def _notifier(destination: str) -> Any:
    """Apprise's notifier of an address.

    Raises:
        UsageError: Apprise is not installed, or does not know the address.
    """
    try:
        import apprise
    except ImportError:
        scheme = destination.partition(":")[0]
        raise UsageError(f"{scheme}: needs Apprise: pip install 'khabar[alerts]'") from None
    notifier = apprise.Apprise()
    if not notifier.add(destination):
        raise UsageError(f"{destination.partition(':')[0]}: Apprise does not understand this address")
    return notifier


def write_feed(destination: str, alert: str, events: Sequence[AlertEvent]) -> None:
    """Write the latest events of a saved search as a feed.

    Args:
        destination: ``atom:PATH`` or ``jsonfeed:PATH``.
        alert: The saved search's name.
        events: Newest first.

    Raises:
        KhabarError: The file cannot be written.
    """
    scheme, _, path = destination.partition(":")
    latest = events[:FEED_LENGTH]
    data = _atom(alert, latest) if scheme == "atom" else _json_feed(alert, latest)
    with replaced_file(Path(path).expanduser()) as draft:
        draft.write_bytes(data)


def _atom(alert: str, events: Sequence[AlertEvent]) -> bytes:
    """An Atom feed (RFC 4287)."""
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    updated = events[0].at if events else datetime.fromtimestamp(0, UTC)
    for name, text in (("id", _tag(alert)), ("title", f"Khabar: {alert}"), ("updated", updated.isoformat())):
        _element(feed, name, text)
    _element(_element(feed, "author"), "name", "Khabar")
    for event in events:
        entry = _element(feed, "entry")
        _element(entry, "id", _tag(event.id))
        _element(entry, "title", headline(event))
        _element(entry, "updated", event.at.isoformat())
        if event.url.startswith(("http://", "https://")):
            _element(entry, "link").set("href", _xml_text(event.url))
        _element(entry, "summary", f"{event.kind}: {event.site}")
    return bytes(etree.tostring(feed, encoding="utf-8", xml_declaration=True))


def _element(parent: Any, name: str, text: str | None = None) -> Any:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}")
    element.text = None if text is None else _xml_text(text)
    return element


def _xml_text(text: str) -> str:
    """Text without what XML 1.0 has no place for: control characters and halves of characters."""
    return _NOT_XML.sub(" ", text)


def _json_feed(alert: str, events: Sequence[AlertEvent]) -> bytes:
    """A JSON Feed (version 1.1)."""
    items = [
        {
            "id": event.id,
            "title": _xml_text(headline(event)),
            "content_text": f"{event.kind}: {event.site}",
            "date_published": event.at.isoformat(),
            "tags": [event.kind],
            **({"url": _xml_text(event.url)} if event.url.startswith(("http://", "https://")) else {}),
        }
        for event in events
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": f"Khabar: {alert}", "items": items}
    return json.dumps(feed, ensure_ascii=False).encode()


def _tag(name: str) -> str:
    """An id that no other feed has (RFC 4151)."""
    return f"tag:khabar.invalid,2026:{name}"
