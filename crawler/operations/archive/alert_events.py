"""What saved searches matched, as it may be told and shown now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from crawler.operations.archive.read import Archive
from crawler.storage.alert_outbox import AlertEvent, AlertOutbox
from crawler.storage.stored_article import ArticleReader


def begun_alerts(archive: Archive) -> dict[str, datetime]:
    """Since when each saved search has been asked, by its name; those that ran once.

    Raises:
        StoreUnavailableError: The store is away.
    """
    return archive.ask(lambda stores: AlertOutbox(stores.db).begun())


def latest_events(archive: Archive, alert: str) -> list[AlertEvent]:
    """What a saved search matched in the last 30 days and may be served, newest first.

    Raises:
        StoreUnavailableError: The store is away.
    """
    now = datetime.now(UTC)
    return served_events(archive, archive.ask(lambda stores: AlertOutbox(stores.db).latest(alert, now)))


def served_events(archive: Archive, events: Sequence[AlertEvent]) -> list[AlertEvent]:
    """The events as they may be served now: none of withheld articles, the rest as seals leave them."""
    ids = [event.article_id for event in events]
    headers = archive.ask(lambda stores: ArticleReader(stores.db).headers(ids))
    return [
        replace(event, title=header.title, url=header.url)
        for event in events
        if (header := headers.get(event.article_id)) is not None
    ]
