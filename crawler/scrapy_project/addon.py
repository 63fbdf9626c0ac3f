"""KhabarAddon: extraction, near-duplicates, storage and politeness for the spiders of any Scrapy project."""

from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.settings import BaseSettings

from crawler.errors import KhabarError
from crawler.scrapy_project.arguments import STORE
from crawler.scrapy_project.pipelines import ArticlePipeline
from crawler.scrapy_project.politeness import PatientRobotsMiddleware, PolitenessMiddleware, polite_settings
from crawler.settings import load_settings


class KhabarAddon:
    """A Scrapy add-on: ``ADDONS = {"crawler.scrapy_project.addon.KhabarAddon": 300}``.

    A spider then yields a `crawler.scrapy_project.items.ResponseItem` for each page that may be an article.
    Every setting that the add-on makes is a default: the project's own settings go before it.
    """

    def update_settings(self, settings: BaseSettings) -> None:
        """Set what is polite, and switch on the pipeline.

        Raises:
            SystemExit: An environment variable of Khabar's has a value that is not allowed.
        """
        try:
            polite = polite_settings(load_settings())
        except KhabarError as error:
            raise SystemExit(f"khabar: {error}") from None
        settings.setdict(polite, priority="addon")
        if settings.get(STORE) is None:
            settings.set(STORE, "archive", priority="addon")
        name = "DOWNLOADER_MIDDLEWARES"
        settings.set_in_component_priority_dict(name, RobotsTxtMiddleware, None)
        settings.setdefault_in_component_priority_dict(name, PatientRobotsMiddleware, 100)
        settings.setdefault_in_component_priority_dict(name, PolitenessMiddleware, 105)
        settings.setdefault_in_component_priority_dict("ITEM_PIPELINES", ArticlePipeline, 300)
