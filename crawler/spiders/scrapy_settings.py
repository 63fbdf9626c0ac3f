"""Scrapy's settings for a crawl, made from Khabar's."""

from typing import Any

from crawler.fetch.delay import FAST_SLOT
from crawler.fetch.safety import ALLOW_PRIVATE
from crawler.model.site import Site
from crawler.settings import Settings

UNUSED_MIDDLEWARES = tuple(
    f"scrapy.downloadermiddlewares.{name}"
    for name in (
        "cookies.CookiesMiddleware",
        "httpauth.HttpAuthMiddleware",
        "httpcache.HttpCacheMiddleware",
        "httpproxy.HttpProxyMiddleware",
        "offsite.OffsiteMiddleware",
        # Ours do their work.
        "httpcompression.HttpCompressionMiddleware",
        "redirect.MetaRefreshMiddleware",
        "redirect.RedirectMiddleware",
        "robotstxt.RobotsTxtMiddleware",
    )
)
"""Each is asked before and after every request, and does nothing for us."""


def crawl_settings(site: Site, settings: Settings) -> dict[str, Any]:
    """Return Scrapy's settings for one crawl of one site.

    Args:
        site: The site, with its delay in seconds.
        settings: Khabar's own settings.
    """
    return {
        "USER_AGENT": settings.user_agent,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        # By default Scrapy takes any certificate: a man in the middle could write the archive.
        "DOWNLOAD_VERIFY_CERTIFICATES": site.tls == "verify",
        # The frontier knows duplicates.
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "CONCURRENT_REQUESTS": FAST_SLOT,
        # For each response Scrapy starts so many tasks to take its items; at its default of 100 that costs
        # more than all else that the spider does for a page.
        "CONCURRENT_ITEMS": FAST_SLOT,
        "DOWNLOAD_TIMEOUT": settings.fetch_timeout,
        "DOWNLOAD_MAXSIZE": settings.max_page_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        # What is shorter than its Content-Length may be whole all the same: ContentMiddleware looks at it.
        "DOWNLOAD_FAIL_ON_DATALOSS": False,
        "RETRY_TIMES": 2,
        "RETRY_HTTP_CODES": [408, 500, 502, 504, 522, 524],
        ALLOW_PRIVATE: site.private,
        "TWISTED_DNS_RESOLVER": "crawler.fetch.safety.SafeResolver",
        "DOWNLOAD_HANDLERS": {
            **dict.fromkeys(("http", "https"), "crawler.fetch.download_slot.PacedDownloadHandler"),
            # Schemes that no crawl asks for.
            **dict.fromkeys(("data", "file", "ftp", "s3")),
        },
        # Scrapy's own are each one more generator around all that a callback yields. We need none: addresses
        # are bounded by `crawler.parsing.urls` (Scrapy's bound drops long ones without a word).
        "SPIDER_MIDDLEWARES_BASE": {},
        "DOWNLOADER_MIDDLEWARES": {
            **dict.fromkeys(UNUSED_MIDDLEWARES),
            "crawler.fetch.robots.RobotsMiddleware": 100,
            # Nearest to the spider: it builds what everything else has let through.
            **({"crawler.rendering.middleware.RenderMiddleware": 50} if site.render else {}),
            # Next to robots.txt (100), before anything costs a request; redirects pass here again.
            "crawler.fetch.safety.SafetyMiddleware": 90,
            "crawler.fetch.validators.ValidatorsMiddleware": 450,
            # It looks at the page itself: behind what leads elsewhere.
            "crawler.fetch.truncation.TruncationMiddleware": 460,
            # Some redirects stand in the content, which is unpacked before that.
            "crawler.fetch.redirects.RedirectMiddleware": 580,
            "crawler.fetch.content.ContentMiddleware": 590,
            # Nearest to the downloader: a held request has passed everything else.
            "crawler.fetch.download_slot.DelayMiddleware": 990,
            # What is kept is what came over the wire, before anything unpacks or follows it.
            "crawler.fetch.content.ExchangeMiddleware": 985,
            # Before the retries (550) take what it tells for a name that does not exist.
            "crawler.fetch.safety.PrivateNameMiddleware": 995,
        },
        "ITEM_PIPELINES": {
            "crawler.pipelines.dedup.DedupPipeline": 200,
            "crawler.pipelines.store.StorePipeline": 300,
        },
        # Of its extensions Scrapy imports those that are switched off, too: remote control alone brings a
        # whole web framework, and the crawl of a quiet site is mostly imports.
        "EXTENSIONS_BASE": {"scrapy.extensions.logcount.LogCount": 0},
        "EXTENSIONS": {
            "crawler.spiders.progress.ProgressExtension": 500,
            "crawler.spiders.stop_on_refusals.StopOnRefusals": 510,
        },
        "LOG_LEVEL": "INFO",
        "LOG_FORMATTER": "crawler.spiders.log_format.QuietFormatter",
    }
