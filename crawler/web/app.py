"""The application: pages in Arabic and English, their JSON and its description, and its answers to errors."""

import json
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache, partial
from importlib.resources import files
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from crawler import __version__
from crawler.errors import KhabarError, UsageError
from crawler.html.sentences import sentence
from crawler.html.words import LANGUAGES
from crawler.model.seal import WithheldError
from crawler.model.sentence import Sentence, quoted
from crawler.model.site import Site
from crawler.operations.archive.read import Archive
from crawler.web import api, feed_routes, pages
from crawler.web.access import HEALTH_PATH, OPEN, Access, AccessMiddleware
from crawler.web.alert_pages import AlertPages
from crawler.web.article_pages import ArticlePages
from crawler.web.corrections import Corrections
from crawler.web.corrections import router as corrections_router
from crawler.web.evidence import article_package
from crawler.web.models import Message, Problem
from crawler.web.render import render
from crawler.web.reports import Reports
from crawler.web.security import LOOPBACK, SecurityMiddleware
from crawler.web.site_names import SiteNames
from crawler.web.site_pages import SitePages
from crawler.web.today_pages import TodayPages
from crawler.web.withheld import withheld_answer

_HELP: Final = {
    "bad_request": "bad_request_help",
    "not_found": "not_found_help",
    "unavailable": "unavailable_help",
}
"""The advice of an error page, by its heading."""

INVALID: Final = "422"
"""What FastAPI answers to a value that it cannot read; here that is 400 (`crawler.web.app`)."""

UNUSED: Final = ("HTTPValidationError", "ValidationError")
"""Models of that answer."""


class DescribedApp(FastAPI):
    """An application that describes its API as it answers."""

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = _with_examples(super().openapi())
        return self.openapi_schema


def _with_examples(description: dict[str, Any]) -> dict[str, Any]:
    for path, operation in operations(description):
        operation["responses"].pop(INVALID, None)
        operation["responses"]["200"]["content"]["application/json"]["example"] = examples()[path]
    for name in UNUSED:
        description["components"]["schemas"].pop(name, None)
    return description


def operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each operation of a description with its path."""
    for path, methods in description["paths"].items():
        for operation in methods.values():
            yield path, operation


@lru_cache(maxsize=1)
def examples() -> dict[str, Any]:
    """An answer of each path, of a made-up archive."""
    text = files("crawler.web").joinpath("examples.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def create_app(
    archive: Archive,
    sites: Mapping[str, Site],
    reports: Reports,
    hosts: Collection[str] = LOOPBACK,
    access: Access = OPEN,
    *,
    corrects: bool = False,
) -> FastAPI:
    """Build the application.

    Args:
        archive: What it shows.
        sites: The seeds, for names and zones.
        reports: Makes the dedup report.
        hosts: Names that requests may be for; see `SecurityMiddleware`.
        access: What a reader has to show.
        corrects: Whether readers may correct stories.
    """
    app = DescribedApp(
        title="Khabar",
        version=__version__,
        summary="A news archive, read-only.",
        openapi_url="/api/openapi.json",
        # Both load their script from elsewhere; the description itself is at openapi_url.
        docs_url=None,
        redoc_url=None,
    )
    names = SiteNames(sites)
    app.state.site_names = names
    app.state.site_pages = SitePages(archive, names)
    app.state.article_pages = ArticlePages(archive, names)
    app.state.alert_pages = AlertPages(archive, names)
    app.state.today_pages = TodayPages(archive, names)
    app.state.reports = reports
    app.state.corrections = Corrections(archive, access) if corrects else None
    app.include_router(api.router)
    app.include_router(feed_routes.router)
    app.include_router(pages.router)
    app.include_router(corrections_router)
    app.add_api_route(HEALTH_PATH, partial(_answer_health, archive), include_in_schema=False)
    package = partial(article_package, archive, sites)
    app.add_api_route("/evidence/{article_id}.wacz", package, include_in_schema=False)
    app.add_middleware(AccessMiddleware, access=access)
    # Added last, so it comes first.
    app.add_middleware(SecurityMiddleware, hosts=hosts, corrects=corrects)
    app.add_exception_handler(KhabarError, _answer_our_error)
    app.add_exception_handler(HTTPException, _answer_http_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid_request)
    return app


def _answer_health(archive: Archive) -> Response:
    """For whoever watches the process: 200 where the store answers, 503 where it does not."""
    try:
        archive.states()
    except KhabarError:
        return PlainTextResponse("the store is away\n", 503)
    return PlainTextResponse("ok\n")


async def _answer_our_error(request: Request, error: Exception) -> Response:
    if isinstance(error, WithheldError):
        return withheld_answer(request, error.seal)
    if isinstance(error, UsageError):
        return _error(request, 400, "bad_request", _message(error))
    return _error(request, 503, "unavailable", _message(error))


async def _answer_http_error(request: Request, error: Exception) -> Response:
    code, detail = (error.status_code, str(error.detail)) if isinstance(error, HTTPException) else (500, "")
    return _error(request, code, "not_found" if code == 404 else "bad_request", detail)


async def _answer_invalid_request(request: Request, error: Exception) -> Response:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    if any(problem["loc"][0] == "path" for problem in problems):  # another language than ours
        return _error(request, 404, "not_found", "")
    return _error(request, 400, "bad_request", *map(_problem, problems))


def _list(expected: str) -> str:
    """The choices as we write them: the framework has quotes around each and a word before the last."""
    return expected.replace("'", "").replace(" or ", ", ")


def _message(error: Exception) -> str:
    """What an error says; `str` of it would lose of which message its sentence was made."""
    return error.args[0] if error.args and isinstance(error.args[0], str) else str(error)


def _problem(problem: Mapping[str, Any]) -> Sentence:
    """What is wrong with a value of a request, from what the framework says of it."""
    name, value = str(problem["loc"][-1]), quoted(str(problem.get("input")))
    if problem["type"] == "missing":
        return sentence("usage_missing", name=name)
    choices = problem.get("ctx", {}).get("expected")
    if problem["type"] in ("literal_error", "enum") and choices:
        return sentence("usage_not_one_of", name=name, value=value, choices=_list(choices))
    return sentence("usage_unreadable", name=name, value=value)


def _error(request: Request, code: int, key: str, *details: str) -> Response:
    if request.url.path.startswith("/api/"):
        message = Message.of(details[0]) if len(details) == 1 else None
        problem = Problem(error="; ".join(details), message=message)
        return JSONResponse(problem.model_dump(exclude_none=True), code)
    lang = request.url.path.split("/")[1]
    if lang not in LANGUAGES:
        lang = pages.preferred(request.headers.get("accept-language", ""))
    shown = [] if key == "not_found" else list(filter(None, details))
    page = render("error.html.j2", lang, key=key, help=_HELP[key], details=shown, here="")
    return HTMLResponse(page, code)
