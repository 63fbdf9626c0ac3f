"""Articles that were taken down without a 404, which few systems of news sites send."""

from crawler.article import Disposition
from crawler.fetch.outcome import Outcome
from crawler.pipelines.page_item import PageItem

SAYS_SO = "a page that says it was not found"
HOME = "a home page"


def note_taken_down(item: PageItem) -> None:
    """End the page of a known article as gone where it says that it is, or leads to the home page instead.

    A page that never gave an article stays what it is: nothing was taken down.
    """
    outcome = item.outcome
    if outcome is None or outcome.disposition is not Disposition.NOT_ARTICLE or item.page.article_id is None:
        return
    led_home = outcome.reason == HOME and item.url != item.page.url
    if led_home or outcome.reason == SAYS_SO:
        why = f"it leads to {item.url}" if led_home else outcome.reason
        item.outcome = Outcome(Disposition.GONE, f"gone: {why}")
