"""A crawled newsroom that the tests of a module share: crawling it takes some seconds."""

from collections.abc import Iterator

import pytest

from tests.support.crawled_newsroom import Crawled, crawled_newsroom
from tests.support.servers import Servers


@pytest.fixture(scope="module")
def crawled(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """The whole newsroom, crawled once for all tests of a module."""
    with crawled_newsroom(servers, tmp_path_factory.mktemp("newsroom")) as newsroom:
        yield newsroom
