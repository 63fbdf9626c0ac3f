"""What a crawl keeps beside its articles."""

from dataclasses import dataclass

from crawler.pipelines.boilerplate import Boilerplate
from crawler.pipelines.custody import CrawlCustody
from crawler.pipelines.page_captures import Captures


@dataclass(frozen=True, slots=True)
class Keeping:
    """What the site's pages repeat, the captures, and what the custody log says of both."""

    boilerplate: Boilerplate
    captures: Captures
    custody: CrawlCustody
