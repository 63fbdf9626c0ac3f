"""Every search, site, story and list of changes as a feed, and the sites as OPML."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated, Final
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import Headers

from crawler.html.feeds import MEDIA_TYPES, Entry, Feed, FeedFormat, atom, json_feed
from crawler.html.words import word
from crawler.operations.archive.search_form import SearchForm
from crawler.operations.sites.opml import write_opml
from crawler.web import models
from crawler.web.api import AlertPagesOf, ArticlePagesOf, SitePagesOf, TodayPagesOf, stored
from crawler.web.scope import Lang
from crawler.web.site_names import SiteNames

ALERT_KINDS: Final = {
    "new": "alert_new",
    "edited": "state_edited",
    "removed": "removed_mark",
    "first": "alert_first",
    "outlets": "alert_outlets",
}
"""The words for what a saved search is told of."""

_HEX_ID = re.compile("[0-9a-f]{32}")

router = APIRouter(include_in_schema=False)


@router.get("/{lang}/feeds/search.{form}")
def search_feed(
    request: Request,
    lang: Lang,
    form: FeedFormat,
    articles: ArticlePagesOf,
    query: Annotated[SearchForm, Query()],
) -> Response:
    """The newest matches of a search."""
    newest = query.model_copy(update={"before": "", "order": ""})
    place = _Place(request, lang)
    title = f"{word('search', lang)}: {query.q}" if query.q else word("search", lang)
    entries = [place.article(hit, _text(hit.excerpt)) for hit in articles.search(newest).hits]
    return place.response(title, "search", entries, form)


@router.get("/{lang}/feeds/sites/{site}.{form}")
def site_feed(request: Request, lang: Lang, site: str, form: FeedFormat, pages: SitePagesOf) -> Response:
    """A site's latest articles."""
    data = stored(pages.site(site))
    place = _Place(request, lang)
    entries = [place.article(brief) for brief in data.latest]
    return place.response(place.name(data.id), f"sites/{data.id}", entries, form)


@router.get("/{lang}/feeds/stories/{story}.{form}")
def story_feed(
    request: Request, lang: Lang, story: str, form: FeedFormat, articles: ArticlePagesOf
) -> Response:
    """The articles of a story, the latest first."""
    data = stored(articles.story(story))
    place = _Place(request, lang)
    title = f"{word('story', lang)}: {data.members[0].title or data.members[0].url}"
    entries = [place.article(brief) for brief in reversed(data.members)]
    return place.response(title, f"stories/{data.id}", entries, form)


@router.get("/{lang}/feeds/changes.{form}")
def changes_feed(
    request: Request, lang: Lang, form: FeedFormat, pages: TodayPagesOf, kind: str = "", site: str = ""
) -> Response:
    """What was edited or taken down."""
    place = _Place(request, lang)
    labels = {"edited": word("state_edited", lang), "removed": word("removed_mark", lang)}
    entries = [
        change_entry(change, place.base, place.name(change.article.site), labels[change.kind])
        for change in pages.changes(kind, site).changes
    ]
    return place.response(word("changes", lang), "changes", entries, form)


@router.get("/{lang}/feeds/alerts/{alert}.{form}")
def alert_feed(request: Request, lang: Lang, alert: str, form: FeedFormat, pages: AlertPagesOf) -> Response:
    """What a saved search matched."""
    place = _Place(request, lang)
    entries = [place.match(match) for match in pages.alerts(alert).matches]
    return place.response(f"{word('alerts', lang)}: {alert}", f"alerts?alert={alert}", entries, form)


@router.get("/sites.opml")
def opml(request: Request) -> Response:
    """The seeds' feeds as OPML."""
    names: SiteNames = request.app.state.site_names
    headers = {"Content-Disposition": 'attachment; filename="khabar-sites.opml"'}
    return Response(
        write_opml(names.seeds.values()), media_type="text/x-opml; charset=utf-8", headers=headers
    )


class _Place:
    """Where a feed stands: the addresses of the archive as the request names it, and the sites' names."""

    def __init__(self, request: Request, lang: Lang) -> None:
        self._request = request
        self._lang = lang
        self._names: SiteNames = request.app.state.site_names
        self.base = f"{str(request.base_url).rstrip('/')}/{lang}"

    def name(self, site: str) -> str:
        """A site's name."""
        return self._names.name(site, self._lang)

    def article(self, brief: models.Brief, summary: str = "") -> Entry:
        """An article as an entry."""
        return article_entry(brief, self.base, self.name(brief.site), summary)

    def match(self, match: models.AlertMatch) -> Entry:
        """What a saved search matched, as an entry; its id is that of its webhooks."""
        return Entry(
            id=_urn(match.id),
            title=f"{word(ALERT_KINDS[match.kind], self._lang)}: {match.title or match.url}",
            page=f"{self.base}/articles/{match.article}",
            original=match.url,
            author=self.name(match.site),
            updated=match.at,
            published=match.at,
            tags=(match.kind,),
        )

    def response(self, title: str, path: str, entries: Sequence[Entry], form: FeedFormat) -> Response:
        """The feed of the page at `path`, which takes the same query."""
        query = f"?{self._request.url.query}" if self._request.url.query else ""
        address = str(self._request.url)
        feed = Feed(
            id=feed_id(address),
            title=f"{title} · {word('khabar', self._lang)}",
            page=f"{self.base}/{path}{query}",
            self=address,
            language=self._lang,
            entries=entries,
        )
        return feed_response(feed, form, self._request.headers)


def _text(parts: Sequence[models.Part]) -> str:
    return "".join(part.text for part in parts)


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
