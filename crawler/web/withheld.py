"""The answer for a sealed article: that it is withheld, why and since when (RFC 7725: status 451)."""

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from crawler.html.words import LANGUAGES
from crawler.model.seal import Seal
from crawler.web.render import render
from crawler.web.site_names import SiteNames

STATUS = 451


def withheld_answer(request: Request, seal: Seal) -> Response:
    """Answer a request for a sealed article."""
    names: SiteNames = request.app.state.site_names
    notice = names.withheld("", seal)
    if request.url.path.startswith("/api/") or notice is None:
        problem = {
            "error": f"{seal.article_id}: this article is withheld: {seal.reason}",
            "withheld": notice and notice.model_dump(mode="json"),
        }
        return JSONResponse(problem, STATUS)
    lang = request.url.path.split("/")[1]
    lang = lang if lang in LANGUAGES else "ar"
    path = request.url.path.partition(f"/{lang}/")[2]
    page = render("withheld.html.j2", lang, withheld=notice, here="", path=path)
    return HTMLResponse(page, STATUS)
