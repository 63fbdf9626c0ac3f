"""Small pages with a date somewhere, and what is read of them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from lxml import etree, html

from crawler.extraction.dates.published import Published, find_published
from crawler.model.article import Hints

ZONE = ZoneInfo("Asia/Damascus")
NOW = datetime(2024, 12, 20, 12, 0, tzinfo=ZONE)
TITLE = "افتتاح جسر جديد على نهر العاصي في حماة"
URL = "https://example.org/news/4812-bridge"
BODY = "<p>" + "افتتحت بلدية حماة صباحاً جسراً جديداً على نهر العاصي بعد أعمال استمرت عاماً كاملاً. " * 6 + "</p>"


def page(
    head: str = "", above: str = "", below: str = "", after: str = "", heading: str = f"<h1>{TITLE}</h1>"
) -> str:
    """A page with something in its head, above and below its headline, and after the story."""
    return (
        f"<html><head><title>{TITLE}</title>{head}</head><body>{above}"
        f"<main><div class='wrap'><article>{heading}{below}{BODY}{BODY}</article></div></main>{after}"
        "</body></html>"
    )


def find(
    markup: str,
    *,
    url: str = URL,
    hints: Hints | None = None,
    now: datetime = NOW,
    zone: ZoneInfo = ZONE,
    title: str = TITLE,
) -> Published:
    tree = html.fromstring(markup)
    before = etree.tostring(tree)
    published = find_published(tree, url=url, hints=hints, timezone=zone, now=now, title=title)
    assert etree.tostring(tree) == before, "the tree was changed"
    if published.published_at is not None:
        assert published.published_at.tzinfo is not None
        assert published.precision is not None
        assert published.source is not None
    return published


def at(published: Published) -> str | None:
    return published.published_at.isoformat() if published.published_at else None


def ld(published: str, kind: str = "NewsArticle", **more: str) -> str:
    fields = "".join(f', "{key}": "{value}"' for key, value in more.items())
    node = f'{{"@type": "{kind}", "datePublished": "{published}"{fields}}}'
    return f'<script type="application/ld+json">{node}</script>'


def meta(content: str, name: str = "article:published_time") -> str:
    return f'<meta property="{name}" content="{content}">'
