"""The project's settings for the `scrapy` command (`scrapy.cfg`), and for scrapyd.

``scrapy list`` shows the seeds, ``scrapy crawl SITE`` crawls one, ``scrapy shell URL`` asks as politely as a
crawl does. Settings of an installation come from ``KHABAR_*`` environment variables, as everywhere.
"""

import os

from crawler.errors import KhabarError
from crawler.scrapy_project.politeness import polite_settings
from crawler.settings import load_settings

try:
    _polite = polite_settings(load_settings())
except KhabarError as error:
    # Scrapy would print a traceback of any other exception.
    raise SystemExit(f"khabar: {error}") from None

BOT_NAME = "khabar"
SPIDER_LOADER_CLASS = "crawler.scrapy_project.seed_spider.SeedSpiderLoader"
KHABAR_SEEDS = os.environ.get("KHABAR_SEEDS")
ADDONS = {"crawler.scrapy_project.addon.KhabarAddon": 300}
LOG_LEVEL = "INFO"
LOG_FORMATTER = "crawler.spiders.log_format.QuietFormatter"

# `scrapy settings --get` shows what stands in a module; the add-on sets the same for projects of others.
globals().update(_polite)
