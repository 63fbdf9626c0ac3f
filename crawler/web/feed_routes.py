"""Every search, site, story and list of changes as a feed, and the sites as OPML."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from crawler.html.feeds import Entry, Feed, FeedFormat
from crawler.html.words import word
from crawler.operations.archive.search_form import SearchForm
from crawler.operations.sites.opml import write_opml
from crawler.web import models
from crawler.web.api import ArticlePagesOf, SitePagesOf, TodayPagesOf, stored
from crawler.web.feeds import article_entry, change_entry, feed_id, feed_response
from crawler.web.scope import Lang
from crawler.web.site_names import SiteNames

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
