"""The pages' data as JSON, described by OpenAPI at ``/api/openapi.json``.

The functions are plain, so that the framework runs them in threads: the stores' clients block.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from crawler.errors import UsageError
from crawler.operations.archive.search_form import SearchForm
from crawler.web import models
from crawler.web.reader import Reader
from crawler.web.reports import Reports
from crawler.web.scope import Scope, scope_of

Period = Literal["all", "365", "30", "7"]

_WRONG: dict[int | str, dict[str, Any]] = {
    400: {"model": models.Problem, "description": "A value cannot be read; `error` says which."},
    503: {"model": models.Problem, "description": "A store does not answer."},
}
_MISSING: dict[int | str, dict[str, Any]] = {
    **_WRONG,
    404: {"model": models.Problem, "description": "The archive does not hold it."},
}

router = APIRouter(prefix="/api", tags=["archive"])


def reader_of(request: Request) -> Reader:
    """The application's reader."""
    reader: Reader = request.app.state.reader
    return reader


@router.get("/sites", responses=_WRONG)
def sites(request: Request) -> models.Overview:
    """The archive's figures and the health of all sites."""
    return reader_of(request).overview()


@router.get("/sites/{site}", responses=_MISSING)
def site(request: Request, site: str) -> models.SitePage:
    """A site with its crawls, its latest articles and its pages in quarantine."""
    found = reader_of(request).site(site)
    if found is None:
        raise HTTPException(404, f"{site}: the archive does not know this site")
    return found


@router.get("/search", responses=_WRONG)
def search(request: Request, form: Annotated[SearchForm, Query()]) -> models.SearchResult:
    """Articles that say these words in any spelling, the newest or the best matches first."""
    return reader_of(request).search(form)


@router.get("/articles/{article}", responses=_MISSING)
def article(request: Request, article: str) -> models.Article:
    """An article with its earlier wordings, its story and its neighbours."""
    found = reader_of(request).article(article)
    if found is None:
        raise HTTPException(404, f"{article}: the archive holds no article with this id")
    return found


@router.get("/pairs", responses=_WRONG)
def pairs(
    request: Request,
    first: Annotated[str, Query(description="The site that had it first, by id.")],
    carrier: Annotated[str, Query(description="The site that carried it.")],
    since: Annotated[str, Query(description="First day of the copies, in Damascus.")] = "",
    until: Annotated[str, Query(description="Last day of the copies, in Damascus.")] = "",
    period: Annotated[Period, Query(description="Days back, where no day is given.")] = "all",
    before: Annotated[str, Query(description="`older` of the page before.")] = "",
) -> models.Carried:
    """What one site carried of another's: the first article of each story and the copy, newest first."""
    return reader_of(request).carried(first, carrier, scope_of("", since, until, period), before or None)


@router.get("/stories/{story}", responses=_MISSING)
def story(request: Request, story: str, first: str = "", second: str = "") -> models.Story:
    """A story, and two of its articles word by word: its first two, unless others are named by id."""
    found = reader_of(request).story(story, first or None, second or None)
    if found is None:
        raise HTTPException(404, f"{story}: the archive holds no story with this id")
    return found


@router.get(
    "/report", responses={**_WRONG, 202: {"model": models.Problem, "description": "Still being made."}}
)
def report(
    request: Request,
    site: Annotated[str, Query(description="Only this site's articles.")] = "",
    since: Annotated[str, Query(description="First day in Damascus, such as 2024-12-04.")] = "",
    until: Annotated[str, Query(description="Last day, such as 2024-12-04.")] = "",
    period: Annotated[Period, Query(description="Days back, where no day is given.")] = "all",
) -> Response:
    """The dedup report's figures, as `khabar dedup report --format json` prints them."""
    reports: Reports = request.app.state.reports
    made = reports.get(report_scope(request, site, since, until, period))
    if made is None:
        return Response('{"error":"the report is being made; ask again in some seconds"}', 202, _JSON)
    return Response(made.json, 200, _JSON)


def report_scope(request: Request, site: str, since: str, until: str, period: str) -> Scope:
    """What a report shall be narrowed to.

    Raises:
        UsageError: A day that is none, or a site that the archive does not know.
    """
    if site and not reader_of(request).knows(site):
        raise UsageError(f"{site}: the archive does not know this site")
    return scope_of(site, since, until, period)


_JSON = {"Content-Type": "application/json"}
