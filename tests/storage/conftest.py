"""Embedded servers for the tests that start, kill and break them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.settings import Settings
from crawler.storage.embedded import MongoServer
from tests.support.servers import temporary_data_dir


@pytest.fixture(scope="session")
def prepared_folder() -> Iterator[Path]:
    """The folder of an embedded MongoDB that has run once: copying it is quicker than a first start."""
    with temporary_data_dir() as folder:
        server = MongoServer(folder)
        server.ensure()
        server.stop()
        yield server.folder


@pytest.fixture
def own(data_dir: Path, prepared_folder: Path) -> Settings:
    """Settings with embedded servers of the test's own, not started yet."""
    shutil.copytree(prepared_folder, data_dir / "mongodb")
    return Settings(data_dir=data_dir, store_timeout=5)
