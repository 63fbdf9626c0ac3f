"""One run of the saved searches: what happened goes into the outbox, and from there to the destinations."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crawler.alerts.delivery import check_destination, is_feed, send, write_feed
from crawler.alerts.matching import events_of
from crawler.alerts.rules import AlertRule
from crawler.errors import KhabarError
from crawler.operations.archive.alert_events import served_events
from crawler.operations.archive.read import Archive
from crawler.storage.alert_outbox import AlertOutbox, queue_of
from crawler.storage.schema import ensure_schema


@dataclass(slots=True)
class AlertReport:
    """How a saved search went: events that are new, deliveries that were sent and that wait, problems."""

    alert: str
    new: int = 0
    sent: int = 0
    waiting: int = 0
    problems: list[str] = field(default_factory=list)


def run_alerts(
    archive: Archive, rules: Sequence[AlertRule], now: datetime | None = None
) -> list[AlertReport]:
    """Ask every saved search, and tell its destinations what is new.

    The first run of a search tells nothing: what there is already is no news.

    Args:
        archive: The archive.
        rules: The saved searches.
        now: The present time, aware.

    Raises:
        UsageError: A destination cannot be understood; nothing was sent.
        StoreUnavailableError: The store is away.
    """
    for rule in rules:
        for destination in rule.to:
            check_destination(destination)
    ensure_schema(archive.stores().db)
    archive.refresh()
    return [_run(archive, rule, now or datetime.now(UTC)) for rule in rules]


def _run(archive: Archive, rule: AlertRule, now: datetime) -> AlertReport:
    report = AlertReport(rule.name)
    outbox = AlertOutbox(archive.stores().db)
    since = outbox.begin(rule.name, now)
    events = outbox.new_of(events_of(rule, archive, since, now))
    outbox.add(events, [queue_of(rule.name, each) for each in rule.to if not is_feed(each)])
    report.new = len(events)
    report.problems += _write_feeds(archive, rule, now)
    for destination in rule.to:
        try:
            if not is_feed(destination):
                _deliver(archive, outbox, rule, destination, report)
        except KhabarError as error:
            report.problems.append(str(error))
    return report


def rewrite_feeds(archive: Archive, rules: Sequence[AlertRule]) -> list[str]:
    """Write the feeds of saved searches anew, as their events may be served now; nothing is sent.

    Args:
        archive: The archive.
        rules: The saved searches.

    Returns:
        Which could not be written, and why.
    """
    now = datetime.now(UTC)
    return [problem for rule in rules for problem in _write_feeds(archive, rule, now)]


def _write_feeds(archive: Archive, rule: AlertRule, now: datetime) -> list[str]:
    """A feed is made of the outbox each time: whole and in order whatever was killed before."""
    problems = []
    events = served_events(archive, AlertOutbox(archive.stores().db).latest(rule.name, now))
    for destination in filter(is_feed, rule.to):
        try:
            write_feed(destination, rule.name, events)
        except KhabarError as error:
            problems.append(str(error))
    return problems


def _deliver(
    archive: Archive, outbox: AlertOutbox, rule: AlertRule, destination: str, report: AlertReport
) -> None:
    """Tell one destination, in order: what cannot be sent keeps back what happened after it."""
    waiting = outbox.waiting(queue_of(rule.name, destination))
    for place, delivery in enumerate(waiting):
        if not outbox.claim(delivery, datetime.now(UTC)):
            report.waiting += len(waiting) - place
            return
        # None: it was sealed since it matched, and nobody is told of it.
        event = next(iter(served_events(archive, [delivery.event])), None)
        problem = send(event, destination, archive.settings.user_agent) if event is not None else None
        if problem is not None:
            outbox.give_back(delivery, problem)
            scheme = destination.partition(":")[0]
            report.problems.append(f"{scheme}: {problem}; attempt {delivery.attempts + 1}, tried again")
            report.waiting += len(waiting) - place
            return
        outbox.mark_sent(delivery, datetime.now(UTC))
        report.sent += event is not None
