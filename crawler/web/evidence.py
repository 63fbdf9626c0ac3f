"""An article as a package of evidence, for its page's button; `khabar evidence` makes larger ones."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from fastapi import HTTPException
from fastapi.responses import Response

from crawler.evidence.wacz import Written
from crawler.model.site import Site
from crawler.operations.archive.evidence import chosen_articles, write_evidence
from crawler.operations.archive.read import Archive
from crawler.storage.connect import Stores

MEDIA_TYPE = "application/wacz"
"""Not registered; what replay tools expect (WACZ 1.1.1)."""


def article_package(archive: Archive, sites: Mapping[str, Site], article_id: str) -> Response:
    """An article with its captures, as `khabar evidence` writes it.

    Args:
        archive: The archive.
        sites: The seeds, for names and zones.
        article_id: The article.

    Raises:
        HTTPException: There is no such article.
        WithheldError: It is sealed.
    """
    if archive.article(article_id) is None:
        raise HTTPException(404)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "case.wacz")

        def write(stores: Stores) -> Written:
            selection = chosen_articles(stores, [article_id])
            return write_evidence(stores, archive.settings, selection, path, sites=dict(sites))

        archive.ask(write)
        content = path.read_bytes()
    disposition = {"Content-Disposition": f'attachment; filename="{article_id}.wacz"'}
    return Response(content, media_type=MEDIA_TYPE, headers=disposition)
