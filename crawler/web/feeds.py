"""Lists of articles as Atom (RFC 4287) and JSON Feed 1.1, and the answer to who has them already."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final, Literal
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from lxml import etree
from starlette.datastructures import Headers
from starlette.responses import Response

from crawler.html.safe import safe_link, single_line
from crawler.web import models

FeedFormat = Literal["atom", "json"]

MEDIA_TYPES: Final[dict[FeedFormat, str]] = {
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}

_ATOM: Final = "http://www.w3.org/2005/Atom"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# What XML 1.0 cannot hold, beside what `single_line` takes out.
_NOT_XML = re.compile("[\ufffe\uffff]")
_HEX_ID = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: what it is about, where the archive shows it, and where its original is.

    `updated` is when it last changed in the archive's eyes, `published` when its article was published.
    """

    id: str
    title: str
    page: str
    original: str
    author: str
    updated: datetime
    published: datetime | None = None
    summary: str = ""
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: `page` is the URL of the page with the same list, `self` its own URL."""

    title: str
    page: str
    self: str
    language: str
    entries: Sequence[Entry]

    @property
    def updated(self) -> datetime:
        """When its latest entry changed; the beginning of 1970 for one without entries."""
        return max((entry.updated for entry in self.entries), default=_EPOCH)


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


def atom(feed: Feed) -> bytes:
    """A feed as Atom."""
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    root.set("{http://www.w3.org/XML/1998/namespace}lang", feed.language)
    # Of the path alone: the archive may be read under another host or port tomorrow.
    _add(root, "id", uuid5(NAMESPACE_URL, urlsplit(feed.self)._replace(scheme="", netloc="").geturl()).urn)
    _add(root, "title", feed.title)
    _add(root, "updated", _time(feed.updated))
    _link(root, "self", feed.self, MEDIA_TYPES["atom"].partition(";")[0])
    _link(root, "alternate", feed.page, "text/html")
    _add(root, "generator", "Khabar")
    for entry in feed.entries:
        node = etree.SubElement(root, f"{{{_ATOM}}}entry")
        _add(node, "id", entry.id)
        _add(node, "title", entry.title)
        _add(node, "updated", _time(entry.updated))
        if entry.published:
            _add(node, "published", _time(entry.published))
        _add(etree.SubElement(node, f"{{{_ATOM}}}author"), "name", entry.author)
        _link(node, "alternate", entry.page, "text/html")
        if safe_link(entry.original):
            _link(node, "via", entry.original, "text/html")
        if entry.summary:
            _add(node, "summary", entry.summary)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def json_feed(feed: Feed) -> bytes:
    """A feed as JSON Feed 1.1."""
    items = []
    for entry in feed.entries:
        item = {
            "id": entry.id,
            "url": entry.page,
            "external_url": safe_link(entry.original),
            "title": _clean(entry.title),
            "content_text": _clean(entry.summary or entry.title),
            "date_published": _time(entry.published) if entry.published else None,
            "date_modified": _time(entry.updated),
            "authors": [{"name": _clean(entry.author)}],
            "language": entry.language,
        }
        items.append({key: value for key, value in item.items() if value is not None})
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _clean(feed.title),
        "home_page_url": feed.page,
        "feed_url": feed.self,
        "language": feed.language,
        "items": items,
    }
    return json.dumps(whole, ensure_ascii=False).encode("utf-8", "replace")


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


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{_ATOM}}}{name}").text = _clean(text)


def _link(parent: etree._Element, rel: str, href: str, kind: str) -> None:
    etree.SubElement(parent, f"{{{_ATOM}}}link", rel=rel, href=_clean(href), type=kind)


def _clean(text: str) -> str:
    return _NOT_XML.sub(" ", single_line(text))


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
