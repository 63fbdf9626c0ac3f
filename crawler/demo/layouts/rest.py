"""The REST interface of a made-up WordPress site: posts with their text, a hundred at most in one answer."""

import json
from datetime import UTC, datetime
from html import escape
from typing import Final

from crawler.demo.layouts.base import Layout, Response
from crawler.demo.profiles import SECTIONS
from crawler.demo.truth import DemoArticle
from crawler.model.period import ZONE

_MOST: Final = 100


def posts_answer(layout: Layout, query: dict[str, str]) -> Response:
    """Answer a request for posts as WordPress does: newest first, filtered by time, change and number."""
    size = min(int(query.get("per_page", "10")), _MOST)
    start = (int(query.get("page", "1")) - 1) * size
    wanted = {int(number) for number in query.get("include", "").split(",") if number}
    found = [
        article
        for article in layout.edition.listed()
        if (not wanted or article.id in wanted)
        if _clock(article.published_at) < query.get("before", "9")
        if _clock(article.published_at) > query.get("after", "0")
        if _clock(article.modified_at) > query.get("modified_after", "0")
    ]
    if start and start >= len(found):
        body = {"code": "rest_post_invalid_page_number", "message": "رقم الصفحة أكبر من عدد الصفحات."}
        return Response(400, json.dumps(body).encode(), "application/json; charset=UTF-8")
    rows = [_row(layout, article) for article in found[start : start + size]]
    counts = (("X-WP-Total", str(len(found))), ("X-WP-TotalPages", str(-(-len(found) // size))))
    return Response(200, json.dumps(rows).encode(), "application/json; charset=UTF-8", headers=counts)


def _row(layout: Layout, article: DemoArticle) -> dict[str, object]:
    content = layout.render(
        "content.html", article=article, related=layout.edition.related(article), number=article.id
    )
    category = {"taxonomy": "category", "name": article.section, "slug": SECTIONS[article.section]}
    return {
        "id": article.id,
        "date": _clock(article.published_at),
        "date_gmt": _clock(article.published_at, gmt=True),
        "modified": _clock(article.modified_at),
        "modified_gmt": _clock(article.modified_at, gmt=True),
        "link": article.url,
        "title": {"rendered": escape(article.title)},
        "content": {"rendered": content.body.decode(), "protected": False},
        "excerpt": {"rendered": f"<p>{article.paragraphs[0][:140]} [&hellip;]</p>"},
        "_embedded": {
            "author": [{"name": article.author}],
            "wp:term": [[category], [{**category, "taxonomy": "post_tag"}]],
        },
    }


def _clock(moment: datetime, *, gmt: bool = False) -> str:
    return f"{moment.astimezone(UTC if gmt else ZONE):%Y-%m-%dT%H:%M:%S}"
