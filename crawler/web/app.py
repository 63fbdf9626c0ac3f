"""The application: pages in Arabic and English, their JSON, and what is said when something is wrong."""

from collections.abc import Collection, Mapping
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from crawler import __version__
from crawler.errors import KhabarError, UsageError
from crawler.html.words import LANGUAGES
from crawler.model.site import Site
from crawler.operations.archive.read import Archive
from crawler.web import api, pages
from crawler.web.guard import Guard
from crawler.web.reader import Reader
from crawler.web.render import render
from crawler.web.reports import Reports

_HELP: Final = {
    "bad_request": "bad_request_help",
    "not_found": "not_found_help",
    "unavailable": "unavailable_help",
}
"""The advice of an error page, by its heading."""

LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
"""Names by which a browser on this machine may ask."""


def create_app(
    archive: Archive, sites: Mapping[str, Site], reports: Reports, hosts: Collection[str] = LOOPBACK
) -> FastAPI:
    """Build the application.

    Args:
        archive: What it shows.
        sites: The seeds, for names and zones.
        reports: Makes the dedup report.
        hosts: Names that requests may be for; see `Guard`.
    """
    app = FastAPI(
        title="Khabar",
        version=__version__,
        summary="A news archive, read-only.",
        openapi_url="/api/openapi.json",
        # Both load their script from elsewhere; the description itself is at openapi_url.
        docs_url=None,
        redoc_url=None,
    )
    app.state.reader = Reader(archive, sites)
    app.state.reports = reports
    app.include_router(api.router)
    app.include_router(pages.router)
    app.add_middleware(Guard, hosts=hosts)
    app.add_exception_handler(KhabarError, _told)
    app.add_exception_handler(HTTPException, _not_served)
    app.add_exception_handler(RequestValidationError, _unreadable)
    return app


async def _told(request: Request, error: Exception) -> Response:
    code = 400 if isinstance(error, UsageError) else 503
    return _answer(request, code, "bad_request" if code == 400 else "unavailable", str(error))


async def _not_served(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 500
    detail = str(error.detail) if isinstance(error, HTTPException) else ""
    return _answer(request, code, "not_found" if code == 404 else "bad_request", detail)


async def _unreadable(request: Request, error: Exception) -> Response:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    if any(problem["loc"][0] == "path" for problem in problems):  # another language than ours
        return _answer(request, 404, "not_found", "")
    told = "; ".join(f"{problem['loc'][-1]}: {problem['msg']}" for problem in problems)
    return _answer(request, 422, "bad_request", told)


def _answer(request: Request, code: int, key: str, detail: str) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": detail}, code)
    lang = request.url.path.split("/")[1]
    if lang not in LANGUAGES:
        lang = pages.preferred(request.headers.get("accept-language", ""))
    page = render(
        "error.html.j2",
        lang,
        key=key,
        help=f"{key}_help",
        detail="" if key == "not_found" else detail,
        here="",
    )
    return HTMLResponse(page, code)
