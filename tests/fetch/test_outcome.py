"""How requests end: each status and each failure in exactly one disposition."""

import pytest
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

from crawler.fetch.outcome import (
    CutShortError,
    ForbiddenByRobotsError,
    GateError,
    RefusedRequestError,
    TooManyRedirectsError,
    failure_outcome,
    status_outcome,
)
from crawler.model.article import Disposition


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (304, Disposition.UNCHANGED),
        (404, Disposition.GONE),
        (410, Disposition.GONE),
        (401, Disposition.BLOCKED),
        (403, Disposition.BLOCKED),
        (429, Disposition.BLOCKED),
        (451, Disposition.BLOCKED),
        (301, Disposition.FAILED),
        (500, Disposition.FAILED),
        (503, Disposition.FAILED),
    ],
)
def test_a_status_without_a_story_has_one_disposition(status: int, expected: Disposition) -> None:
    outcome = status_outcome(status)
    assert outcome is not None
    assert outcome.disposition is expected
    assert outcome.reason is not None
    assert str(status) in outcome.reason


@pytest.mark.parametrize("status", [200, 203, 206])
def test_a_successful_answer_is_judged_by_its_body(status: int) -> None:
    assert status_outcome(status) is None


@pytest.mark.parametrize(
    ("error", "expected", "said"),
    [
        (ForbiddenByRobotsError(), Disposition.REFUSED, "robots.txt"),
        (TooManyRedirectsError(), Disposition.FAILED, "redirects"),
        (GateError("https://news.example/ask?for=/a"), Disposition.BLOCKED, "consent"),
        (RefusedRequestError("unsafe address: 10.0.0.1"), Disposition.REFUSED, "10.0.0.1"),
        (DownloadCancelledError("too big"), Disposition.REFUSED, "max_page_bytes"),
        (DownloadTimeoutError("slow"), Disposition.FAILED, "in time"),
        (DownloadConnectionRefusedError("no"), Disposition.FAILED, "refused"),
        (ResponseDataLossError("cut"), Disposition.FAILED, "cut short"),
        (CutShortError("cut short: the page stops"), Disposition.FAILED, "the page stops"),
        (
            DownloadFailedError("[<twisted.python.failure.Failure builtins.ValueError: no digits: b'-5'>]"),
            Disposition.FAILED,
            "the answer is broken: no digits: b'-5'",
        ),
        (RuntimeError("odd"), Disposition.FAILED, "RuntimeError: odd"),
    ],
)
def test_a_failure_has_one_disposition_and_says_why(
    error: Exception, expected: Disposition, said: str
) -> None:
    outcome = failure_outcome(error)
    assert outcome.disposition is expected
    assert said in (outcome.reason or "")
