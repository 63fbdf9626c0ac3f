"""The pages' data as JSON, described by OpenAPI at ``/api/openapi.json``.

The functions are plain, so that the framework runs them in threads: the stores' clients block.
"""

from typing import Annotated, Any, Final, Literal, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import Response

from crawler.model.sentence import quoted
from crawler.operations.archive.search_form import SearchForm
from crawler.web import models
from crawler.web.alert_pages import AlertPages
from crawler.web.article_pages import ArticlePages
from crawler.web.report_model import ReportFigures
from crawler.web.reports import Reports
from crawler.web.scope import Scope, parse_scope
from crawler.web.site_pages import SitePages
from crawler.web.today_pages import TodayPages

T = TypeVar("T")

Period = Literal["all", "365", "30", "7"]

EXAMPLE_ID: Final = "ca978112ca1bbdcafac231b39a23dc4d"
"""An article's id in the examples, and that of the story that began with it."""

PeriodQuery = Annotated[Period, Query(description="Days back, where no day is given.")]
SinceQuery = Annotated[
    str, Query(description="First day of the articles in Damascus.", examples=["2024-12-01"])
]
UntilQuery = Annotated[str, Query(description="Their last day.", examples=["2024-12-04"])]
SiteQuery = Annotated[str, Query(description="Only this site's articles, by id.", examples=["ugarit"])]
MemberQuery = Annotated[str, Query(description="An article of the story, by id.", examples=[EXAMPLE_ID])]
SitePath = Annotated[str, Path(description="A site's id.", examples=["ugarit"])]
ArticlePath = Annotated[str, Path(description="An article's id.", examples=[EXAMPLE_ID])]
StoryPath = Annotated[
    str, Path(description="A story's id, or that of one of its articles.", examples=[EXAMPLE_ID])
]

_WRONG: dict[int | str, dict[str, Any]] = {
    400: {"model": models.Problem, "description": "A value cannot be read; `error` says which."},
    503: {"model": models.Problem, "description": "A store does not answer."},
}
_MISSING: dict[int | str, dict[str, Any]] = {
    **_WRONG,
    404: {"model": models.Problem, "description": "The archive does not hold it."},
}
_ARTICLE: dict[int | str, dict[str, Any]] = {
    **_MISSING,
    451: {"model": models.Problem, "description": "It is withheld; `error` says why."},
}
_PENDING: dict[int | str, dict[str, Any]] = {
    **_WRONG,
    202: {"model": models.Problem, "description": "Still being made."},
}
_JSON = {"Content-Type": "application/json"}

router = APIRouter(prefix="/api", tags=["archive"])


def _site_pages(request: Request) -> SitePages:
    pages: SitePages = request.app.state.site_pages
    return pages


def _article_pages(request: Request) -> ArticlePages:
    pages: ArticlePages = request.app.state.article_pages
    return pages


def _today_pages(request: Request) -> TodayPages:
    pages: TodayPages = request.app.state.today_pages
    return pages


def _reports(request: Request) -> Reports:
    reports: Reports = request.app.state.reports
    return reports


def _alert_pages(request: Request) -> AlertPages:
    pages: AlertPages = request.app.state.alert_pages
    return pages


SitePagesOf = Annotated[SitePages, Depends(_site_pages)]
ArticlePagesOf = Annotated[ArticlePages, Depends(_article_pages)]
AlertPagesOf = Annotated[AlertPages, Depends(_alert_pages)]
TodayPagesOf = Annotated[TodayPages, Depends(_today_pages)]
ReportsOf = Annotated[Reports, Depends(_reports)]


def stored(page: T | None, detail: str | None = None) -> T:
    """A page's data.

    Raises:
        HTTPException: It is None: 404.
    """
    if page is None:
        raise HTTPException(404, detail)
    return page


@router.get("/today", responses=_WRONG)
def today(
    pages: TodayPagesOf,
    day: Annotated[
        str,
        Query(
            description="A day in Damascus; without it the latest that has articles.",
            examples=["2024-12-04"],
        ),
    ] = "",
) -> models.Today:
    """A day's stories by how many sites carry them, and the latest changes of the archive."""
    return pages.today(day)


@router.get("/changes", responses=_WRONG)
def changes(
    pages: TodayPagesOf,
    sites: SitePagesOf,
    kind: Annotated[str, Query(description="edited or removed; both without it.", examples=["edited"])] = "",
    site: SiteQuery = "",
    before: Annotated[str, Query(description="`older` of the page before.")] = "",
) -> models.Changes:
    """What was edited or taken down, the latest first by when that was seen."""
    sites.require_sites(site)
    return pages.changes(kind, site, before)


@router.get("/alerts", responses=_WRONG)
def alerts(
    pages: AlertPagesOf,
    alert: Annotated[
        str, Query(description="Only this saved search's, by name.", examples=["rastan-bridge"])
    ] = "",
    before: Annotated[str, Query(description="`older` of the page before.")] = "",
) -> models.Alerts:
    """The saved searches of `khabar alerts`, and what they matched in the last 30 days, the latest first."""
    return pages.alerts(alert, before)


@router.get("/sites", responses=_WRONG)
def sites(pages: SitePagesOf) -> models.Overview:
    """The archive's figures and the health of all sites."""
    return pages.overview()


@router.get("/sites/{site}", responses=_MISSING)
def site(pages: SitePagesOf, site: SitePath) -> models.SitePage:
    """A site with its crawls, its latest articles and its pages in quarantine."""
    return stored(pages.site(site), f"{quoted(site)}: the archive does not know this site")


@router.get("/search", responses=_WRONG)
def search(pages: ArticlePagesOf, form: Annotated[SearchForm, Query()]) -> models.SearchResult:
    """Articles with these words in any spelling, the newest or the best matches first."""
    return pages.search(form)


@router.get("/articles/{article}", responses=_ARTICLE)
def article(pages: ArticlePagesOf, article: ArticlePath) -> models.Article:
    """An article with its earlier wordings, its story and its neighbours."""
    return stored(pages.article(article), f"{quoted(article)}: the archive holds no article with this id")


@router.get("/pairs", responses=_WRONG)
def pairs(
    pages: ArticlePagesOf,
    sites: SitePagesOf,
    first: Annotated[str, Query(description="The site that had it first, by id.", examples=["barada"])],
    carrier: Annotated[str, Query(description="The site that carried it.", examples=["ugarit"])],
    since: SinceQuery = "",
    until: UntilQuery = "",
    period: PeriodQuery = "all",
    before: Annotated[str, Query(description="`older` of the page before.")] = "",
) -> models.Carried:
    """What one site carried of another's: the first article of each story and the copy, newest first."""
    sites.require_sites(first, carrier)
    return pages.pairs(first, carrier, parse_scope("", since, until, period), before)


@router.get("/stories/{story}", responses=_MISSING)
def story(
    pages: ArticlePagesOf, story: StoryPath, first: MemberQuery = "", second: MemberQuery = ""
) -> models.Story:
    """A story, and two of its articles word by word: its first two, unless others are named by id."""
    return stored(
        pages.story(story, first, second), f"{quoted(story)}: the archive holds no story with this id"
    )


def report_scope(
    pages: SitePagesOf,
    site: SiteQuery = "",
    since: SinceQuery = "",
    until: UntilQuery = "",
    period: PeriodQuery = "all",
) -> Scope:
    """The site and the period that a report is narrowed to.

    Raises:
        UsageError: A day cannot be read, or the archive does not know the site.
    """
    pages.require_sites(site)
    return parse_scope(site, since, until, period)


ReportScope = Annotated[Scope, Depends(report_scope)]


@router.get("/report", response_model=ReportFigures, responses=_PENDING)
def report(reports: ReportsOf, scope: ReportScope) -> Response:
    """The dedup report's figures, as `khabar dedup report --format json` prints them."""
    rendered = reports.get(scope)
    if rendered is None:
        return Response('{"error":"the report is being made; ask again in some seconds"}', 202, _JSON)
    return Response(rendered.json, 200, _JSON)
