"""What a package of evidence is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

NO_TIME: Final = datetime.min.replace(tzinfo=UTC)
"""Of records whose time nobody needs: they state it themselves."""


@dataclass(frozen=True, slots=True)
class RecordRange:
    """WARC records that were written together: a page's answer, its request, redirects on the way.

    Attributes:
        path: The segment, or a file that was imported.
        begin: Where the first record begins, in bytes.
        end: Where the last one ends; 0 for a file as a whole.
        record_id: The WARC-Record-ID of the record that is referred to; empty where any will do.
        sha256: Hex SHA-256 of that record's content; None where none is stored.
        url: The address that it is of.
        at: When it was captured, aware.
        name: What the file is called; of one that had to be unpacked, the name of the packed one.
    """

    path: Path
    begin: int
    end: int
    record_id: str
    sha256: str | None = None
    url: str = ""
    at: datetime = NO_TIME
    name: str = ""

    @property
    def file_name(self) -> str:
        """What the file is called, for people."""
        return self.name or self.path.name


@dataclass(frozen=True, slots=True)
class CaseArticle:
    """An article of a case.

    Attributes:
        id: Its id, which names its files.
        url: Its address.
        title: Its headline.
        site: Its site's name.
        captured_at: When the capture of its present wording was made; of one without, when it was last seen.
        fields: All that is stored of it, with its revisions, as JSON.
        records: Its captures, those of its revisions and removals, and robots.txt.
        missing: Sentences on what is not kept.
    """

    id: str
    url: str
    title: str
    site: str
    captured_at: datetime
    fields: Mapping[str, Any]
    records: Sequence[RecordRange]
    missing: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A case: articles, and who put them together.

    Attributes:
        title: What it is called.
        articles: Its articles.
        created_at: When it was put together, aware.
        software: The program and its version.
        operator: Who runs the archive; None where that is not set.
        selection: How the articles were chosen, in words.
        notes: Sentences on what was left out, and why.
        attachments: Further files of ``evidence/`` by name, such as custody entries and time stamps.
    """

    title: str
    articles: Sequence[CaseArticle]
    created_at: datetime
    software: str
    selection: str
    operator: str | None = None
    notes: Sequence[str] = ()
    attachments: Mapping[str, bytes] = field(default_factory=dict)
