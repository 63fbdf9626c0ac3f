"""Charts as tests read them."""

from lxml import html


def drawn(chart: str, size: str = "wide") -> html.HtmlElement:
    """The chart for one screen."""
    (found,) = html.fromstring(f"<div>{chart}</div>").xpath(f"./svg[contains(@class, '{size}')]")
    return found
