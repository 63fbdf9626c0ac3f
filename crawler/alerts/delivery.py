"""How the word gets out: a POST of JSON, a feed in a file, or whatever Apprise reaches."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from crawler.alerts.rules import FEED_SCHEMES
from crawler.errors import UsageError
from crawler.files import replaced_file
from crawler.html.feeds import Entry, Feed, atom, json_feed
from crawler.html.safe import single_line
from crawler.model.period import iso_minute
from crawler.operations.crawling.webhook import post_json
from crawler.storage.alert_outbox import AlertEvent

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
    body = f"{event.url}\n{iso_minute(event.at)}\n{event.id}"
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
    # Atom asks for a URI; JSON Feed's ids are what receivers of the same events know them by.
    is_atom = scheme == "atom"
    entries = [_entry(event, _tag(event.id) if is_atom else event.id) for event in latest]
    feed = Feed(id=_tag(alert), title=f"Khabar: {alert}", entries=entries)
    data = atom(feed) if is_atom else json_feed(feed)
    with replaced_file(Path(path).expanduser()) as draft:
        draft.write_bytes(data)


def _entry(event: AlertEvent, id_: str) -> Entry:
    return Entry(
        id=id_,
        title=headline(event),
        page=event.url,
        original="",
        author=event.site,
        updated=event.at,
        published=event.at,
        summary=f"{event.kind}: {event.site}",
        tags=(event.kind,),
    )


def _tag(name: str) -> str:
    """An id that no other feed has (RFC 4151)."""
    return f"tag:khabar.invalid,2026:{name}"
