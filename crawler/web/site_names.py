"""Names and zones of the sites, from the seeds, and articles as lists show them by these."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crawler.html.safe import local
from crawler.model.article import DatePrecision
from crawler.model.period import ZONE
from crawler.model.seal import Seal
from crawler.model.site import Site
from crawler.storage.search import Hit, stated_day
from crawler.storage.stored_article import ArticleHeader
from crawler.web import models


class SiteNames:
    """The sites that articles are of.

    Args:
        sites: The seeds; a site without a seed goes by its id, in the zone of Damascus.
    """

    def __init__(self, sites: Mapping[str, Site]) -> None:
        self.seeds = sites

    def name(self, site: str, lang: str) -> str:
        """A site's name."""
        seed = self.seeds.get(site)
        if seed is None:
            return site
        return (seed.name_en or seed.name) if lang == "en" else seed.name

    def url(self, site: str) -> str | None:
        """The URL of a site's home page; None without a seed."""
        seed = self.seeds.get(site)
        return str(seed.url) if seed else None

    def zone(self, site: str) -> ZoneInfo:
        """The zone of a site's times."""
        seed = self.seeds.get(site)
        return seed.zone if seed else ZONE

    def local(self, site: str, at: datetime | None) -> Any:
        """A time in the site's zone."""
        return None if at is None else local(at, self.zone(site))

    def day(self, article: ArticleHeader) -> date | None:
        """The day of publication of an article whose page states no time."""
        if article.published_at is None or article.published_precision != DatePrecision.DAY:
            return None
        return local(article.published_at, self.zone(article.site)).date()

    def withheld(self, site: str, seal: Seal | None) -> models.Withheld | None:
        """What a page says of a seal; None where there is none."""
        if seal is None:
            return None
        since = self.local(site, seal.sealed_at)
        return models.Withheld(fields=sorted(map(str, seal.fields)), reason=seal.reason, since=since)

    def brief(self, hit: Hit) -> models.Brief:
        """An article as lists show it."""
        return models.Brief(
            id=hit.id,
            site=hit.site,
            title=hit.title,
            url=hit.url,
            at=self.local(hit.site, hit.at),
            day=stated_day(hit, self.zone(hit.site)),
            precision=hit.precision,
            language=hit.language,
            story_id=hit.story,
            duplicate_of=hit.duplicate_of,
            similarity=hit.similarity,
            reason=hit.reason,
            repeats=hit.repeats,
            removed_at=self.local(hit.site, hit.removed),
            revision=hit.revision,
            edited_at=self.local(hit.site, hit.edited),
        )
