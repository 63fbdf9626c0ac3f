"""The archive's lists as entries of feeds, and the answer to who has a feed already."""

import hashlib
import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from starlette.datastructures import Headers
from starlette.responses import Response

from crawler.html.feeds import MEDIA_TYPES, Entry, Feed, FeedFormat, atom, json_feed
from crawler.web import models

_HEX_ID = re.compile("[0-9a-f]{32}")


def feed_id(address: str) -> str:
    """The id of a feed, by its URL's path: the archive may be read under another host or port tomorrow."""
    return uuid5(NAMESPACE_URL, urlsplit(address)._replace(scheme="", netloc="").geturl()).urn


def article_entry(brief: models.Brief, base: str, site: str, summary: str = "") -> Entry:
    """An article as an entry.

    Args:
        brief: The article.
        base: The archive's URL with its language, without a slash at the end.
        site: Its site's name.
        summary: A few lines of it.
    """
    return Entry(
        id=_urn(brief.id),
        title=brief.title or brief.url,
        page=f"{base}/articles/{brief.id}",
        original=brief.url,
        author=site,
        updated=max(filter(None, (brief.at, brief.edited_at, brief.removed_at))),
        published=brief.at,
        summary=summary,
        language=brief.language,
    )


def change_entry(change: models.Change, base: str, site: str, label: str) -> Entry:
    """An edit or a removal as an entry of its own; `label` says in words which."""
    article = article_entry(change.article, base, site)
    return Entry(
        id=_urn(change.article.id, f"{change.kind} {change.at.astimezone(UTC).isoformat()}"),
        title=f"{label}: {article.title}",
        page=article.page,
        original=article.original,
        author=site,
        updated=change.at,
        published=change.at,
        language=article.language,
    )


def feed_response(feed: Feed, form: FeedFormat, request_headers: Headers) -> Response:
    """A feed, or 304 to who has it already (RFC 9110, sections 8.8 and 13).

    Args:
        feed: The feed.
        form: Its format.
        request_headers: The headers of the request.
    """
    body = atom(feed) if form == "atom" else json_feed(feed)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(feed.updated.astimezone(UTC).replace(microsecond=0), usegmt=True),
        "Cache-Control": "no-cache",
    }
    if _is_fresh(request_headers, tag, feed.updated):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=MEDIA_TYPES[form], headers=headers)


def _urn(id_: str, of: str = "") -> str:
    base = UUID(id_) if _HEX_ID.fullmatch(id_) else uuid5(NAMESPACE_URL, id_)
    return (uuid5(base, of) if of else base).urn


def _is_fresh(request_headers: Headers, tag: str, updated: datetime) -> bool:
    tags = request_headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or tag in (each.strip().removeprefix("W/") for each in tags.split(","))
    since = request_headers.get("if-modified-since")
    if since is None:
        return False
    try:
        at = parsedate_to_datetime(since)
    except ValueError:
        return False
    return updated.replace(microsecond=0) <= (at if at.tzinfo else at.replace(tzinfo=UTC))
