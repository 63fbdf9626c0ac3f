"""Imports in this process: workers take seconds to start, and tests of their own."""

from collections.abc import Callable
from typing import Any

import pytest

from crawler.errors import KhabarError
from crawler.pipelines.extraction_pool import ExtractionFailedError


class InlinePool:
    """Extraction where it is asked for."""

    failure = None

    def __init__(self, *_: object) -> None:
        pass

    async def run(self, task: Callable[..., Any], *args: Any) -> Any:
        try:
            return task(*args)
        except KhabarError:
            raise
        except Exception as error:
            raise ExtractionFailedError(str(error)) from error

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def inline_extraction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.spiders.record.ExtractionPool", InlinePool)
