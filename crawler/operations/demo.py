"""The demo: a newsroom of made-up sites, crawled end to end on embedded stores."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.demo import Newsroom
from crawler.health.report import CrawlReport
from crawler.model.job import Job
from crawler.model.seeds import load_sites
from crawler.model.site import Site
from crawler.operations.crawling.crawl import ProgressListener, crawl
from crawler.operations.crawling.recrawl import recrawl_job
from crawler.operations.dedup.report import dedup_report
from crawler.report import Report
from crawler.settings import Settings
from crawler.storage.connect import open_stores
from crawler.storage.dedup_index import clear_index
from crawler.storage.dump import clear

CONTACT = "demo@khabar.invalid"
"""The made-up sites are told whom to contact, like real ones."""

CORRECTION = "تصحيح: وردت في نسخة سابقة من هذا الخبر أرقام غير دقيقة، وقد جرى تصويبها."

LATE_TITLE = "افتتاح مكتبة عامة في حي الميدان بعد ترميم استمر عامين"
LATE_PARAGRAPHS = [
    "افتُتحت مساء اليوم المكتبة العامة في حي الميدان، بعد ترميم استمر عامين وشارك فيه متطوعون من أهل الحي.",
    "وتضم المكتبة نحو سبعة آلاف كتاب تبرع بها سكان المدينة، إضافة إلى قاعة للأطفال وأخرى للمطالعة.",
    "وقال أحد المشرفين على المشروع إن أبوابها ستفتح ستة أيام في الأسبوع، من التاسعة صباحاً حتى الثامنة مساءً.",
]


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that is under way: the newsroom, its seeds, and the settings that lead to its own stores."""

    newsroom: Newsroom
    seeds: Path
    settings: Settings
    sites: dict[str, Site]


def demo_settings(settings: Settings) -> Settings:
    """Settings for the demo: embedded stores in a folder of its own, never anybody's real archive."""
    return settings.model_copy(
        update={
            "data_dir": settings.data_dir / "demo",
            "mongodb_uri": None,
            "redis_url": None,
            "contact": settings.contact or CONTACT,
        }
    )


@contextlib.contextmanager
def open_demo(settings: Settings, pages_per_site: int | None = None) -> Iterator[Demo]:
    """Start the newsroom and empty the demo's own stores.

    Args:
        settings: What `demo_settings` returned.
        pages_per_site: How many articles each site has; None for the newsroom's own number.
    """
    seeds = settings.data_dir / "seeds"
    shutil.rmtree(seeds, ignore_errors=True)
    seeds.mkdir(parents=True)
    with contextlib.closing(open_stores(settings)) as stores:
        clear(stores.db)
        clear_index(stores)
    with Newsroom(pages_per_site=pages_per_site) as newsroom:
        newsroom.write_seeds(seeds)
        yield Demo(newsroom, seeds, settings, load_sites(seeds))


def first_crawl(
    demo: Demo, listener: ProgressListener | None = None, notice: Callable[[str], None] | None = None
) -> list[CrawlReport]:
    """Crawl all sites of the newsroom."""
    return crawl([Job(site=site) for site in demo.sites.values()], demo.settings, listener, notice)


def a_day_passes(demo: Demo) -> str:
    """Let the newsroom's editors work on one site; returns that site's id.

    One article is corrected, one is taken down, and one is new.
    """
    site = demo.newsroom.sites[0].id
    own = [article for article in demo.newsroom.articles if article.site == site and article.story is None]
    corrected, withdrawn = own[0], own[1]
    demo.newsroom.edit(
        corrected.url,
        paragraphs=[*corrected.paragraphs, CORRECTION],
    )
    demo.newsroom.remove(withdrawn.url)
    demo.newsroom.publish(site, title=LATE_TITLE, paragraphs=LATE_PARAGRAPHS)
    return site


def second_crawl(demo: Demo, site: str, listener: ProgressListener | None = None) -> list[CrawlReport]:
    """Recrawl a site of the newsroom."""
    job, _ = recrawl_job(demo.sites[site], demo.settings)
    return crawl([job], demo.settings, listener)


def report(demo: Demo) -> Report:
    """The dedup report of the demo's archive."""
    with contextlib.closing(open_stores(demo.settings)) as stores:
        return dedup_report(stores, demo.sites)
