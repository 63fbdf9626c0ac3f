"""How a request ended: from a response's status or an exception to a disposition with its reason."""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response

from crawler.html.sentences import sentence
from crawler.model.article import Disposition


@dataclass(frozen=True, slots=True)
class Outcome:
    """A disposition, why, and a time before which the page must not be fetched again.

    `final`: no later fetch will end otherwise: robots.txt, the seed or a rule of safety forbids it,
    or the page is a part of another one.
    """

    disposition: Disposition
    reason: str | None = None
    not_before: datetime | None = None
    final: bool = False


class RefusedRequestError(IgnoreRequest):
    """We decline to make this request; the text is the reason.

    Args:
        reason: Why.
        final: Whether that lies in the request, and not in what the site answered to the one before.
    """

    def __init__(self, reason: str, *, final: bool = True) -> None:
        super().__init__(reason)
        self.final = final


class ForbiddenByRobotsError(RefusedRequestError):
    """robots.txt does not allow this request."""

    def __init__(self) -> None:
        super().__init__(sentence("robots_forbids"))


class TooManyRedirectsError(IgnoreRequest):
    """One redirect followed another, more than any honest site needs: the page is tried again later."""

    def __init__(self) -> None:
        super().__init__(sentence("too_many_redirects"))


class GateError(IgnoreRequest):
    """A page redirects to one that asks for something first and would lead back afterwards.

    Args:
        url: Where it redirects to.
    """

    def __init__(self, url: str) -> None:
        super().__init__(sentence("leads_to_gate", url=url[:200]))


class HeldBackError(IgnoreRequest):
    """The request was not made because the crawl is ending: its page is still to be done."""


class CutShortError(Exception):
    """A page stops in the middle, though it is as long as Content-Length says; the text is how."""


class IncompletePageError(Exception):
    """A page that scripts draw could not be built to its end; the text says why."""


class UnreadableRobotsError(Exception):
    """robots.txt of a host cannot be read: nothing may be fetched from it for now."""


_WRAPPED = re.compile(r"Failure builtins\.ValueError: (.{1,1000}?)>\]?\Z", re.DOTALL)

BLOCKING_STATUS = {
    401: "status_401",
    402: "status_402",
    403: "status_403",
    407: "status_407",
    429: "status_429",
    451: "status_451",
}
"""Statuses by which a site, or a proxy, refuses us, with the messages that say so."""


def blocking_reasons() -> set[str]:
    """The sentences for `BLOCKING_STATUS`."""
    return {sentence(key) for key in BLOCKING_STATUS.values()}


def status_outcome(status: int) -> Outcome | None:
    """Return how a response with this status ends; None where its body decides."""
    if status == 304:
        return Outcome(Disposition.UNCHANGED, sentence("status_304"))
    if status in (404, 410):
        return Outcome(Disposition.GONE, sentence("status_gone", status=status))
    if status in BLOCKING_STATUS:
        return Outcome(Disposition.BLOCKED, sentence(BLOCKING_STATUS[status]))
    if 200 <= status < 300:
        return None
    return Outcome(Disposition.FAILED, sentence("status_other", status=status))


_FAILURES: tuple[tuple[type[Exception], Disposition, str | None], ...] = (
    (GateError, Disposition.BLOCKED, None),
    (TooManyRedirectsError, Disposition.FAILED, None),
    (IgnoreRequest, Disposition.REFUSED, None),
    (UnreadableRobotsError, Disposition.FAILED, None),
    (CutShortError, Disposition.FAILED, None),
    (IncompletePageError, Disposition.FAILED, None),
    (DownloadCancelledError, Disposition.REFUSED, "page_too_large"),
    (DownloadTimeoutError, Disposition.FAILED, "no_answer_in_time"),
    (asyncio.TimeoutError, Disposition.FAILED, "no_answer_in_time"),
    (CannotResolveHostError, Disposition.FAILED, "host_not_resolved"),
    (DownloadConnectionRefusedError, Disposition.FAILED, "connection_refused"),
    (ResponseDataLossError, Disposition.FAILED, "answer_cut_short"),
)
"""How a request ends with an exception of a class; the first that fits counts: the message that is the
reason. None: the exception's own text is."""


def failure_outcome(error: BaseException | None) -> Outcome:
    """Return how a request ended that brought no response."""
    text = str(error)
    if text != text.strip():  # a sentence that can be told in another language has no blanks to lose
        text = text.strip()
    if isinstance(error, RefusedRequestError):
        return Outcome(Disposition.REFUSED, text, final=error.final)
    for kind, disposition, key in _FAILURES:
        if isinstance(error, kind):
            return Outcome(disposition, sentence(key) if key else text or sentence("refused_by_limit"))
    return Outcome(Disposition.FAILED, _unexpected(error, text))


def _unexpected(error: BaseException | None, text: str) -> str:
    """The reason for an exception of no class above."""
    # OpenSSL's error comes wrapped twice; service_identity's names another host.
    if "certificate verify failed" in text or "VerificationError" in text:
        return sentence("certificate_unverified")
    # Twisted wraps what its parser says of headers that contradict each other or are no numbers.
    if (wrapped := _WRAPPED.search(text)) is not None:
        return sentence("answer_broken", why=wrapped[1][:200])
    name = type(error).__name__
    return f"{name}: {text[:200]}" if text else name


def charset_of(response: Response) -> str | None:
    """The charset that the Content-Type header names."""
    content_type = header_of(response, b"Content-Type") or ""
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None


def header_of(response: Response, name: bytes) -> str | None:
    """A header's first value."""
    value: bytes | None = response.headers.get(name)
    return value.decode("latin-1") if value else None
