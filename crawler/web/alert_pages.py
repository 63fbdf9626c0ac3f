"""The data of the page of alerts: the saved searches that ran, and what each matched."""

from typing import Final

from crawler.errors import UsageError
from crawler.html.sentences import sentence
from crawler.model.sentence import quoted
from crawler.operations.archive.alert_events import begun_alerts, latest_events
from crawler.operations.archive.read import Archive
from crawler.operations.archive.search_form import wrong_choice
from crawler.storage.alert_outbox import AlertEvent
from crawler.web import models
from crawler.web.site_names import SiteNames

MATCHES: Final = 50
"""Matches on a page."""


class AlertPages:
    """Reads what the page of alerts shows.

    Args:
        archive: The archive.
        names: Names and zones of the sites.
    """

    def __init__(self, archive: Archive, names: SiteNames) -> None:
        self._archive = archive
        self._names = names

    def alerts(self, alert: str = "", before: str = "") -> models.Alerts:
        """The saved searches and a page of what they matched; `alerts`, the index `alert_at`.

        Args:
            alert: Only this saved search's; empty for all.
            before: `older` of the page before.

        Raises:
            UsageError: No saved search has this name, or `before` cannot be read.
        """
        begun = begun_alerts(self._archive)
        if alert and alert not in begun:
            raise UsageError(wrong_choice("alert", alert, sorted(begun)))
        events = {name: latest_events(self._archive, name) for name in sorted(begun)}
        chosen = [event for name, matched in events.items() if alert in ("", name) for event in matched]
        chosen.sort(key=lambda event: (event.at, event.id), reverse=True)
        start = _start(before)
        return models.Alerts(
            searches=[
                models.SavedSearch(name=name, since=begun[name], matches=len(matched))
                for name, matched in events.items()
            ],
            matches=[self._match(event) for event in chosen[start : start + MATCHES]],
            older=str(start + MATCHES) if len(chosen) > start + MATCHES else None,
        )

    def _match(self, event: AlertEvent) -> models.AlertMatch:
        return models.AlertMatch.model_validate(
            {
                "id": event.id,
                "alert": event.alert,
                "kind": event.kind,
                "at": self._names.local(event.site, event.at),
                "article": event.article_id,
                "site": event.site,
                "title": event.title,
                "url": event.url,
            }
        )


def _start(before: str) -> int:
    if not before:
        return 0
    if not before.isascii() or not before.isdecimal() or len(before) > 9:
        raise UsageError(sentence("usage_not_a_page", name="before", value=quoted(before)))
    return int(before)
