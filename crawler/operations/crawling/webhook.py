"""Tell that a site turned bad or good again: a line for the log, and a POST to the webhook, once a change.

The changes are kept in the store until they have been told, so that a process that dies loses none. Telling
happens in a thread of its own and in bounded time: no crawl ever waits for it.
"""

import json
import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any

from pymongo.errors import PyMongoError

from crawler.errors import KhabarError
from crawler.health.verdict import HEALTHY
from crawler.settings import Settings
from crawler.storage.connect import open_mongodb
from crawler.storage.site_state import HealthChange, claim_changes, give_back

TIMEOUT = 10.0
"""Seconds one POST may take; a receiver takes a fraction of one."""

PATIENCE = 15.0
"""Seconds the end of a crawl waits for what is still to be told; the rest is told by the next one."""

logger = logging.getLogger(__name__)


class Announcer:
    """Tells of changes of health, in a thread of its own.

    Args:
        settings: Where the store is, and the webhook's address.
        tell: Given a sentence about each change.
    """

    def __init__(self, settings: Settings, tell: Callable[[str], None]) -> None:
        self._settings = settings
        self._tell = tell
        self._requested = threading.Event()
        self._closing = threading.Event()
        # A daemon: a receiver that neither answers nor refuses must not keep the program from ending.
        self._thread = threading.Thread(target=self._work, name="webhook", daemon=True)
        self._thread.start()

    def look(self) -> None:
        """Look for changes soon; returns at once."""
        self._requested.set()

    def close(self) -> None:
        """Tell what is still to be told, but wait no longer than `PATIENCE` for it."""
        self._closing.set()
        self._requested.set()
        self._thread.join(PATIENCE)

    def _work(self) -> None:
        while True:
            self._requested.wait()
            closing = self._closing.is_set()
            self._requested.clear()
            try:
                self._announce()
            except (PyMongoError, KhabarError) as error:
                logger.warning("Changes of health could not be read: %s", error)
            if closing:
                return

    def _announce(self) -> None:
        client = open_mongodb(self._settings)
        try:
            db = client[self._settings.mongodb_database]
            for change in claim_changes(db):
                if not change.again:
                    self._tell(sentence(change))
                problem = self._post(change)
                if problem:
                    self._tell(f"The webhook was not told of {change.site}: {problem}")
                    give_back(db, change)
        finally:
            client.close()

    def _post(self, change: HealthChange) -> str | None:
        """Send a change to the webhook; returns what went wrong, without the address, which holds a key."""
        if self._settings.webhook_url is None:
            return None
        url = self._settings.webhook_url.get_secret_value()
        return post_json(url, message(change), self._settings.user_agent)


def post_json(
    url: str, data: Mapping[str, Any], user_agent: str, headers: Mapping[str, str] | None = None
) -> str | None:
    """Send a POST of JSON; returns what went wrong, without the address, which may hold a key.

    Args:
        url: An http or https address.
        data: What to send.
        user_agent: Who we are.
        headers: Further headers.
    """
    request = urllib.request.Request(  # noqa: S310  # whoever sets the address allows http and https alone
        url,
        data=json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"),
        headers={"Content-Type": "application/json", "User-Agent": user_agent, **(headers or {})},
        method="POST",
    )
    outcome: list[str | None] = []

    def send() -> None:
        try:
            # The answer's body is not read: whoever sends one without end keeps nobody.
            with _OPENER.open(request, timeout=TIMEOUT):
                outcome.append(None)
        except urllib.error.HTTPError as error:
            error.close()
            outcome.append(f"it answers with status {error.code}")
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            outcome.append(f"{type(reason).__name__}: it cannot be reached")

    # The timeout above is one for each read; a receiver that drips its answer would outlast it.
    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    sender.join(TIMEOUT)
    return outcome[0] if outcome else f"no answer within {TIMEOUT:.0f} s"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A webhook that redirects is told as an error: the message goes nowhere but where it was meant to go."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


def sentence(change: HealthChange) -> str:
    """A change of health for people to read."""
    verdict = change.verdict.replace("_", " ")
    if change.verdict in HEALTHY:
        return f"{change.site} is well again (it was: {change.previous.replace('_', ' ')})"
    return f"{change.site} needs a look: {verdict}" + (f": {change.reason}" if change.reason else "")


def message(change: HealthChange) -> dict[str, Any]:
    """A change of health as the webhook is told; `text` alone is what chat services show."""
    return {
        "text": sentence(change),
        "site": change.site,
        "verdict": change.verdict,
        "previous": change.previous,
        "healthy": change.verdict in HEALTHY,
        "reason": change.reason,
        "since": change.since.isoformat(),
    }
