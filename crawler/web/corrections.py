"""Corrections by hand that the pages offer: "not the same story", as `khabar dedup split` records it.

A correction is the one thing that the pages can change. It needs a request that comes from a page of this
very server (`crawler.web.security.is_same_origin`) and carries the token that stands in the pages' forms;
another web page in the same browser can have neither. It is offered to whoever reads on this machine itself,
or shows an access token. Why stands in docs/decisions/0085-corrections-on-pages.md.
"""

import contextlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from crawler.errors import KhabarError, UsageError
from crawler.html.sentences import sentence
from crawler.html.words import word
from crawler.operations.archive.read import Archive
from crawler.operations.dedup.split import split
from crawler.storage.search import BusyIndexError
from crawler.web.access import Access
from crawler.web.scope import Lang

LARGEST_FORM: Final = 32_768
"""Bytes of a form that are read: the ids of a story's members and a note are much less."""
FORMS_FILE: Final = "web-forms.token"
"""Where the token of the forms is kept, in the data folder; its owner alone can read it."""
LONGEST_NOTE: Final = 300
"""Letters of a note."""

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class CorrectionForm:
    """A correction as it was asked for: an article, those it is not the same story as, and why.

    Without `apart_from` all other members of the article's story are meant, and by `undo` all of its marks.
    """

    token: str
    article: str
    apart_from: tuple[str, ...]
    note: str | None
    undo: bool

    @classmethod
    def of_body(cls, body: bytes) -> "CorrectionForm":
        """Read what a browser sends (``application/x-www-form-urlencoded``).

        Raises:
            UsageError: It names no article.
        """
        try:
            fields = parse_qs(body.decode("ascii"), max_num_fields=1000, errors="strict")
        except ValueError as error:
            raise UsageError(sentence("usage_unreadable_form", detail=str(error))) from None
        article = _only(fields.get("article"))
        if not article:
            raise UsageError(sentence("usage_no_article"))
        note = " ".join(_only(fields.get("note")).split())[:LONGEST_NOTE] or None
        return cls(
            _only(fields.get("token")),
            article,
            tuple(fields.get("other", ())),
            note,
            bool(_only(fields.get("undo"))),
        )


class Corrections:
    """What the pages can correct.

    Args:
        archive: The archive.
        access: What a reader has to show.
    """

    def __init__(self, archive: Archive, access: Access) -> None:
        self._archive = archive
        self._access = access
        self._token = form_token(archive.settings.data_dir)

    def token_for(self, headers: Headers) -> str:
        """The token of the forms, for whoever may correct; empty for others."""
        return self._token if self._access.admits_changes(headers) else ""

    def is_ours(self, token: str) -> bool:
        """Whether a form carries the token of this archive's pages."""
        return token != "" and hmac.compare_digest(token.encode(), self._token.encode())

    def split(self, form: CorrectionForm) -> None:
        """Record a correction, and let the pages show it.

        Raises:
            KhabarError: It cannot be made; the message says why.
        """
        self._archive.ask(
            lambda stores: split(stores, form.article, form.apart_from, note=form.note, undo=form.undo)
        )
        with contextlib.suppress(BusyIndexError):  # whoever writes the index now takes it along, or the next
            self._archive.refresh()


def form_token(data_dir: Path) -> str:
    """The token of the forms, made once for a data folder: a form may reach another process than gave it.

    Raises:
        KhabarError: It cannot be kept there.
    """
    path = data_dir / FORMS_FILE
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            with tempfile.NamedTemporaryFile("w", dir=data_dir, prefix=f"{FORMS_FILE}-") as draft:
                draft.write(secrets.token_urlsafe(32))
                draft.flush()
                with contextlib.suppress(FileExistsError):  # another process was first: its token holds
                    os.link(draft.name, path)
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise KhabarError(f"{path}: the token of the pages' forms cannot be kept there: {error}") from None


def _corrections(request: Request) -> Corrections:
    corrections: Corrections | None = request.app.state.corrections
    if corrections is None:
        raise HTTPException(404)
    return corrections


@router.post("/{lang}/apart")
async def apart(
    request: Request, lang: Lang, corrections: Annotated[Corrections, Depends(_corrections)]
) -> Response:
    """Mark articles as not the same story, or take marks back; then show the article with its marks."""
    form = CorrectionForm.of_body(await _body(request))
    if not corrections.token_for(request.headers):
        raise HTTPException(403, word("apart_needs_token", lang))
    if not corrections.is_ours(form.token):
        raise HTTPException(403, word("apart_old_form", lang))
    await run_in_threadpool(corrections.split, form)
    return RedirectResponse(f"/{lang}/articles/{quote(form.article, safe='')}#h-apart", 303)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            raise HTTPException(413, f"a form of more than {LARGEST_FORM} bytes")
    return bytes(body)


def _only(values: Sequence[str] | None) -> str:
    return values[0].strip() if values else ""
