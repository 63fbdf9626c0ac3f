"""The seeds as spiders, and what may follow ``-a``."""

import re
from datetime import UTC, datetime

import pytest
from scrapy import Request
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader

from crawler.errors import UsageError
from crawler.scrapy_project import settings as project
from crawler.scrapy_project.arguments import StoreMode, parse_arguments
from tests.support.paths import ROOT


def _settings(**values: object) -> Settings:
    settings = Settings()
    settings.setmodule(project)
    settings.setdict(values)
    return settings


def test_each_seed_is_a_spider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    loader = get_spider_loader(_settings())
    assert loader.list() == sorted(path.stem for path in (ROOT / "seeds").glob("*.toml"))
    spider = loader.load("enab-baladi")
    assert spider.name == "enab-baladi"
    settings = _settings()
    spider.update_settings(settings)
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert loader.find_by_request(Request("https://www.enabbaladi.net/700001/x/")) == ["enab-baladi"]
    with pytest.raises(KeyError, match="no seed is called"):
        loader.load("enab")


def test_the_project_settings_are_polite() -> None:
    settings = _settings()
    assert settings.getbool("ROBOTSTXT_OBEY")
    assert settings["USER_AGENT"].startswith("Khabar/")
    assert settings.getfloat("DOWNLOAD_DELAY") == 1.0
    assert not settings.getbool("REMOTE_CONTROL_ENABLED")


def test_a_missing_folder_of_seeds_is_one_line() -> None:
    with pytest.raises(SystemExit, match="no such folder of seeds"):
        get_spider_loader(_settings(KHABAR_SEEDS="/nowhere"))


def test_arguments_of_a_spider() -> None:
    arguments = parse_arguments({"since": "2024-12-01", "limit": "20", "store": "none"})
    assert arguments.period.since == datetime(2024, 11, 30, 21, tzinfo=UTC)
    assert (arguments.limit, arguments.store) == (20, StoreMode.NONE)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"sinse": "2024-12-01"}, "-a sinse: unknown (did you mean since?)"),
        ({"since": "yesterday"}, "-a since: 'yesterday' is not a date"),
        ({"limit": "0"}, "-a limit=0: it is not a number of pages"),
        ({"limit": "❸"}, "-a limit=❸: it is not a number of pages"),
        ({"store": "redis"}, "store=redis: it is archive or none"),
    ],
)
def test_a_wrong_argument_is_explained(given: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        parse_arguments(given)
