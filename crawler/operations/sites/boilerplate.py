"""What was learned of a site's boilerplate: shown, and forgotten."""

import contextlib

from crawler.model.site import Site
from crawler.settings import Settings
from crawler.storage.connect import open_redis
from crawler.storage.repeated_paragraphs import BoilerplateCounts, Repeated


def repeated_paragraphs(site: Site, settings: Settings, least: int) -> list[Repeated]:
    """The paragraphs that at least `least` pages of a site had, most frequent first.

    Raises:
        StoreUnavailableError: Redis does not answer.
    """
    with contextlib.closing(open_redis(settings)) as client:
        return BoilerplateCounts(client, site.id).repeated(least)


def forget_boilerplate(site: Site, settings: Settings) -> None:
    """Forget all that was learned of a site.

    Raises:
        StoreUnavailableError: Redis does not answer.
    """
    with contextlib.closing(open_redis(settings)) as client:
        BoilerplateCounts(client, site.id).forget()
