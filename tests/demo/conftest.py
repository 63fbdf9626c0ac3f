from collections.abc import Iterator

import pytest

from crawler.demo import Newsroom
from tests.support.faults import FaultyNewsroom
from tests.support.newsroom_time import NOW


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    """A newsroom that a module's tests read."""
    with Newsroom(now=NOW) as opened:
        yield opened


@pytest.fixture
def small() -> Iterator[FaultyNewsroom]:
    """A newsroom that a test may change."""
    with FaultyNewsroom(pages_per_site=6, now=NOW) as opened:
        yield opened
