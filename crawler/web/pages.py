"""The pages: each shows what its JSON under ``/api`` holds."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from crawler.html.words import LANGUAGES
from crawler.model.period import ZONE
from crawler.operations.archive.search_form import SearchForm
from crawler.web.api import Period, reader_of, report_scope
from crawler.web.reader import CRAWLS, SITE_CRAWLS, Reader
from crawler.web.render import render, script, style_sheet
from crawler.web.reports import Reports
from crawler.web.scope import scope_of
from crawler.web.served import served

Lang = Annotated[Literal["ar", "en"], Path()]
KEEP = {"Cache-Control": "public, max-age=31536000, immutable"}
"""For the assets: their address changes with what they say."""

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
    """To the overview, in the browser's language."""
    return RedirectResponse(f"/{preferred(request.headers.get('accept-language', ''))}/", 302)


@router.get("/static/{version}/archive.css")
def style(version: str) -> Response:  # noqa: ARG001  # part of the address alone
    """The style sheet."""
    return Response(style_sheet(), media_type="text/css", headers=KEEP)


@router.get("/static/{version}/archive.js")
def code(version: str) -> Response:  # noqa: ARG001
    """The script."""
    return Response(script(), media_type="text/javascript", headers=KEEP)


@router.get("/favicon.ico")
@router.get("/static/icon.svg")
def icon() -> Response:
    """The icon."""
    return Response(ICON, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


@router.get("/{lang}/")
def overview(request: Request, lang: Lang) -> Response:
    """The health of all sites."""
    data = reader_of(request).overview()
    return _page(
        request, "overview.html.j2", lang, here="overview", data=data, places=CRAWLS, api="/api/sites"
    )


@router.get("/{lang}/sites/{site}")
def site(request: Request, lang: Lang, site: str) -> Response:
    """One site."""
    data = reader_of(request).site(site)
    if data is None:
        raise HTTPException(404)
    return _page(
        request,
        "site.html.j2",
        lang,
        zone=reader_of(request).rooms.zone(site),
        here="overview",
        data=data,
        places=SITE_CRAWLS,
        api=f"/api/sites/{data.id}",
    )


@router.get("/{lang}/search")
def search(request: Request, lang: Lang, form: Annotated[SearchForm, Query()]) -> Response:
    """Search."""
    reader = reader_of(request)
    return _page(
        request,
        "search.html.j2",
        lang,
        here="search",
        data=reader.search(form),
        asked=form.without_page(),
        before=form.before,
        sites=sorted((reader.rooms.name(name, lang), name) for name in _sites(reader)),
        languages=reader.archive.lists.languages(),
        api=f"/api/search{'?' + request.url.query if request.url.query else ''}",
    )


@router.get("/{lang}/articles/{article}")
def article(request: Request, lang: Lang, article: str) -> Response:
    """An article."""
    data = reader_of(request).article(article)
    if data is None:
        raise HTTPException(404)
    return _page(
        request,
        "article.html.j2",
        lang,
        zone=reader_of(request).rooms.zone(data.site),
        here="search",
        data=data,
        api=f"/api/articles/{data.id}",
    )


@router.get("/{lang}/stories/{story}")
def story(request: Request, lang: Lang, story: str, first: str = "", second: str = "") -> Response:
    """A story, and two of its articles side by side."""
    data = reader_of(request).story(story, first or None, second or None)
    if data is None:
        raise HTTPException(404)
    query = f"?{request.url.query}" if request.url.query else ""
    if data.id != story:
        return RedirectResponse(f"/{lang}/stories/{data.id}{query}", 307)
    return _page(
        request, "story.html.j2", lang, here="search", data=data, api=f"/api/stories/{data.id}{query}"
    )


@router.get("/{lang}/pairs")
def pairs(
    request: Request,
    lang: Lang,
    first: str,
    carrier: str,
    since: str = "",
    until: str = "",
    period: Period = "all",
    before: str = "",
) -> Response:
    """What one site carried of another's."""
    scope = scope_of("", since, until, period)
    data = reader_of(request).carried(first, carrier, scope, before or None)
    return _page(
        request,
        "pairs.html.j2",
        lang,
        here="report",
        data=data,
        before=before,
        asked={"first": first, "carrier": carrier, "since": since, "until": until, "period": period},
        back=served(scope, {}, lang).report(),
        api=f"/api/pairs?{request.url.query}",
    )


@router.get("/{lang}/report")
def report(
    request: Request,
    lang: Lang,
    site: str = "",
    since: str = "",
    until: str = "",
    period: Period = "all",
) -> Response:
    """The dedup report of the archive as it is now."""
    reports: Reports = request.app.state.reports
    scope = report_scope(request, site, since, until, period)
    made = reports.get(scope)
    if made is None:
        there = served(scope, {}, lang)
        page = render("wait.html.j2", lang, here="report", api=there.api, path=there.other.split("/", 2)[2])
        return HTMLResponse(page, 202, {"Refresh": "2"})
    return HTMLResponse(made.pages[lang], headers={"Content-Security-Policy": made.policy})


def _sites(reader: Reader) -> list[str]:
    return [count.site for count in reader.archive.lists.sites()]


def _page(request: Request, template: str, lang: str, *, zone: ZoneInfo = ZONE, **values: object) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    path = request.url.path.split("/", 2)[2]
    reader = reader_of(request)
    return HTMLResponse(
        render(
            template,
            lang,
            zone=zone,
            path=f"{path}{query}",
            name=lambda site: reader.rooms.name(site, lang),
            **values,
        )
    )
