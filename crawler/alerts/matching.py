"""What happened to the articles that a saved search matches."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from crawler.alerts.rules import AlertKind, AlertRule
from crawler.operations.archive.read import Archive
from crawler.storage.alert_outbox import AlertEvent
from crawler.storage.search import Filters, Hit
from crawler.storage.stored_article import ArticleReader

LOOK_BACK: Final = timedelta(days=30)
"""How old an article may be that is told as new: a backfill of last year is no news."""


def events_of(rule: AlertRule, archive: Archive, since: datetime, now: datetime) -> list[AlertEvent]:
    """What a saved search has to tell; what was told before is among it.

    Args:
        rule: The saved search.
        archive: The archive, its search index up to date.
        since: What happened before is left out, aware.
        now: The present time, aware.
    """
    events: list[AlertEvent] = []
    recent = _matches(rule, archive, Filters(since=now - LOOK_BACK))
    kinds = set(rule.kinds)
    if AlertKind.NEW in kinds:
        events += _new(rule, archive, recent, since)
    if kinds & {AlertKind.FIRST, AlertKind.OUTLETS}:
        events += _carried(rule, archive, recent, since, now)
    if AlertKind.EDITED in kinds:
        for hit in _matches(rule, archive, Filters(edited=True)):
            if hit.edited is not None and hit.edited >= since:
                events.append(_event(rule, AlertKind.EDITED, hit, hit.revision, hit.edited))
    if AlertKind.REMOVED in kinds:
        for hit in _matches(rule, archive, Filters(removed=True)):
            if hit.removed is not None and hit.removed >= since:
                second = int(hit.removed.timestamp())
                events.append(_event(rule, AlertKind.REMOVED, hit, second, hit.removed))
    return events


def _matches(rule: AlertRule, archive: Archive, filters: Filters) -> list[Hit]:
    return [hit for hit in archive.matches(rule.query, filters) if not rule.sites or hit.site in rule.sites]


def _new(rule: AlertRule, archive: Archive, hits: list[Hit], since: datetime) -> Iterator[AlertEvent]:
    headers = ArticleReader(archive.stores().db).headers([hit.id for hit in hits])
    for hit in hits:
        header = headers.get(hit.id)
        if header is not None and header.first_seen_at >= since:
            yield _event(rule, AlertKind.NEW, hit, 1, header.first_seen_at)


def _carried(
    rule: AlertRule, archive: Archive, hits: list[Hit], since: datetime, now: datetime
) -> Iterator[AlertEvent]:
    """Stories that a site had first, and stories that many carry, each told once."""
    outlets = archive.outlets([hit.story for hit in hits])
    for hit in hits:
        count = outlets.get(hit.story, 1)
        # The moment at which the last of them came is not kept: it is seen now.
        if hit.duplicate_of is None and hit.at >= since and count > 1 and AlertKind.FIRST in rule.kinds:
            yield _event(rule, AlertKind.FIRST, hit, 0, now)
        if hit.duplicate_of is None and rule.outlets is not None and count >= rule.outlets:
            yield _event(rule, AlertKind.OUTLETS, hit, rule.outlets, now)


def _event(rule: AlertRule, kind: AlertKind, hit: Hit, number: int, at: datetime) -> AlertEvent:
    return AlertEvent(rule.name, str(kind), hit.id, number, hit.site, hit.title, hit.url, at)
