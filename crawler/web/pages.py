"""The pages: each shows what its JSON under ``/api`` holds."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from crawler.html.words import LANGUAGES
from crawler.model.period import ZONE
from crawler.operations.archive.search_form import SearchForm
from crawler.web.api import (
    AlertPagesOf,
    ArticlePagesOf,
    Period,
    ReportScope,
    ReportsOf,
    SitePagesOf,
    TodayPagesOf,
    stored,
)
from crawler.web.corrections import Corrections
from crawler.web.render import render, script, style_sheet, theme_script
from crawler.web.scope import Lang, parse_scope, served
from crawler.web.site_names import SiteNames
from crawler.web.site_pages import CRAWLS, SITE_CRAWLS
from crawler.web.time_line import day_line, story_line

KEEP = {"Cache-Control": "public, max-age=31536000, immutable"}
"""For the assets: their URLs change with their content."""

ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="#0e5e63"/>
<path d="M8 11h16M8 16h11M8 21h14" stroke="#fffdf9" stroke-width="2.6" stroke-linecap="round"/></svg>"""

router = APIRouter(include_in_schema=False)


def preferred(accepted: str) -> str:
    """Arabic, unless a browser asks for English and not for Arabic before it (Accept-Language)."""
    for part in accepted.split(","):
        tag = part.split(";")[0].strip().split("-")[0].lower()
        if tag in LANGUAGES:
            return tag
    return "ar"


@router.get("/")
def start(request: Request) -> Response:
    """To the first page, in the browser's language."""
    return RedirectResponse(f"/{preferred(request.headers.get('accept-language', ''))}/", 302)


@router.get("/static/{version}/archive.css")
def style(version: str) -> Response:  # noqa: ARG001  # part of the URL alone
    """The style sheet."""
    return Response(style_sheet(), media_type="text/css", headers=KEEP)


@router.get("/static/{version}/archive.js")
def code(version: str) -> Response:  # noqa: ARG001
    """The script."""
    return Response(script(), media_type="text/javascript", headers=KEEP)


@router.get("/static/{version}/theme.js")
def theme(version: str) -> Response:  # noqa: ARG001
    """The script that runs before a page is drawn."""
    return Response(theme_script(), media_type="text/javascript", headers=KEEP)


@router.get("/favicon.ico")
@router.get("/static/icon.svg")
def icon() -> Response:
    """The icon."""
    return Response(ICON, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


@router.get("/{lang}/")
def today(request: Request, lang: Lang, pages: TodayPagesOf, day: str = "") -> Response:
    """A day's stories by how many sites carry them, and the latest changes."""
    data = pages.today(day)
    lines = {story.id: day_line(story.members, data.day, ZONE) for story in data.stories}
    return _page(
        request,
        "today.html.j2",
        lang,
        here="today",
        data=data,
        lines=lines,
        step=timedelta(days=1),
        feed=("changes", ""),
        api=f"/api/today{_query(request)}",
    )


@router.get("/{lang}/changes")
def changes(
    request: Request,
    lang: Lang,
    pages: TodayPagesOf,
    sites: SitePagesOf,
    kind: str = "",
    site: str = "",
    before: str = "",
) -> Response:
    """What was edited or taken down, the latest first."""
    sites.require_sites(site)
    return _page(
        request,
        "changes.html.j2",
        lang,
        here="changes",
        data=pages.changes(kind, site, before),
        before=before,
        form={"kind": kind, "site": site},
        sites=sorted((_names(request).name(id_, lang), id_) for id_ in sites.sites_with_articles()),
        feed=("changes", _query_of({"kind": kind, "site": site})),
        api=f"/api/changes{_query(request)}",
    )


@router.get("/{lang}/alerts")
def alerts(request: Request, lang: Lang, pages: AlertPagesOf, alert: str = "", before: str = "") -> Response:
    """What the saved searches matched, the latest first."""
    return _page(
        request,
        "alerts.html.j2",
        lang,
        here="alerts",
        data=pages.alerts(alert, before),
        chosen=alert,
        before=before,
        api=f"/api/alerts{_query(request)}",
    )


@router.get("/{lang}/sites")
def overview(request: Request, lang: Lang, pages: SitePagesOf) -> Response:
    """The health of all sites."""
    data = pages.overview()
    return _page(request, "overview.html.j2", lang, here="sites", data=data, places=CRAWLS, api="/api/sites")


@router.get("/{lang}/sites/{site}")
def site(request: Request, lang: Lang, pages: SitePagesOf, site: str) -> Response:
    """One site."""
    data = stored(pages.site(site))
    return _page(
        request,
        "site.html.j2",
        lang,
        zone=_names(request).zone(site),
        here="sites",
        data=data,
        places=SITE_CRAWLS,
        feed=(f"sites/{data.id}", ""),
        api=f"/api/sites/{data.id}",
    )


@router.get("/{lang}/search")
def search(
    request: Request,
    lang: Lang,
    articles: ArticlePagesOf,
    sites: SitePagesOf,
    form: Annotated[SearchForm, Query()],
) -> Response:
    """Search."""
    names = _names(request)
    return _page(
        request,
        "search.html.j2",
        lang,
        here="search",
        data=articles.search(form),
        form=form.without_page(),
        before=form.before,
        sites=sorted((names.name(id_, lang), id_) for id_ in sites.sites_with_articles()),
        languages=sites.languages(),
        feed=("search", _query_of(form.without_page())),
        api=f"/api/search{_query(request)}",
    )


@router.get("/{lang}/articles/{article}")
def article(request: Request, lang: Lang, pages: ArticlePagesOf, article: str) -> Response:
    """An article."""
    data = stored(pages.article(article))
    return _page(
        request,
        "article.html.j2",
        lang,
        zone=_names(request).zone(data.site),
        here="search",
        data=data,
        cited=str(request.url.replace(query="", fragment="")),
        api=f"/api/articles/{data.id}",
    )


@router.get("/{lang}/stories/{story}")
def story(
    request: Request, lang: Lang, pages: ArticlePagesOf, story: str, first: str = "", second: str = ""
) -> Response:
    """A story, and two of its articles side by side."""
    data = stored(pages.story(story, first, second))
    query = _query(request)
    if data.id != story:
        return RedirectResponse(f"/{lang}/stories/{data.id}{query}", 307)
    return _page(
        request,
        "story.html.j2",
        lang,
        here="search",
        data=data,
        line=story_line(data.members, ZONE, lang),
        cited=str(request.url.replace(query="", fragment="")),
        feed=(f"stories/{data.id}", ""),
        api=f"/api/stories/{data.id}{query}",
    )


@router.get("/{lang}/pairs")
def pairs(
    request: Request,
    lang: Lang,
    pages: ArticlePagesOf,
    sites: SitePagesOf,
    first: str,
    carrier: str,
    since: str = "",
    until: str = "",
    period: Period = "all",
    before: str = "",
) -> Response:
    """What one site carried of another's."""
    sites.require_sites(first, carrier)
    scope = parse_scope("", since, until, period)
    return _page(
        request,
        "pairs.html.j2",
        lang,
        here="report",
        data=pages.pairs(first, carrier, scope, before),
        before=before,
        form={"first": first, "carrier": carrier, "since": since, "until": until, "period": period},
        back=served(scope, {}, lang).report(),
        api=f"/api/pairs?{request.url.query}",
    )


@router.get("/{lang}/report")
def report(lang: Lang, reports: ReportsOf, scope: ReportScope) -> Response:
    """The dedup report of the archive as it is now."""
    rendered = reports.get(scope)
    if rendered is None:
        links = served(scope, {}, lang)
        page = render("wait.html.j2", lang, here="report", api=links.api, path=links.other.split("/", 2)[2])
        return HTMLResponse(page, 202, {"Refresh": "2"})
    return HTMLResponse(rendered.pages[lang], headers={"Content-Security-Policy": rendered.policy})


def _names(request: Request) -> SiteNames:
    names: SiteNames = request.app.state.site_names
    return names


def _query(request: Request) -> str:
    return f"?{request.url.query}" if request.url.query else ""


def _query_of(values: Mapping[str, str]) -> str:
    """A query of the values that are not empty."""
    query = urlencode({name: value for name, value in values.items() if value})
    return f"?{query}" if query else ""


def _page(request: Request, template: str, lang: str, *, zone: ZoneInfo = ZONE, **values: object) -> Response:
    path = request.url.path.split("/", 2)[2]
    names = _names(request)
    corrections: Corrections | None = request.app.state.corrections
    return HTMLResponse(
        render(
            template,
            lang,
            zone=zone,
            path=f"{path}{_query(request)}",
            name=lambda site: names.name(site, lang),
            form_token=corrections.token_for(request.headers) if corrections else "",
            **values,
        )
    )
