"""What the index needs of an article, computed apart from it: small, and good to keep."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from dedup.documents import documents_of
from dedup.errors import StoredFormError
from dedup.parameters import Parameters
from dedup.signature import LATE_BYTES, halved_signatures, to_bytes
from dedup.text.numbers import FIGURES_BYTES, figure_marks
from dedup.text.shingles import NORMALISATION_VERSION, shingle

_DEFAULTS = Parameters()


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article as the index sees it; plain values, so it may be made in another process.

    Attributes:
        id: The article's id, any string; 32 lowercase hex digits take the least memory.
        signature: Its MinHash, as `datasketch.LeanMinHash` serialises it with byteorder ``"<"``.
        size: Distinct shingles of the text.
        text_hash: 16 bytes, equal when the normalised words are equal; empty for a text without words.
        figures: A sketch of the numbers in the text, at most 16 bytes.
        late: For each value of the signature a bit, set where it comes from the second half of the text; 8
            bytes.
        published_at: When it was published, or None.
        source: Who published it (a site's id), or None.
    """

    id: str
    signature: bytes
    size: int
    text_hash: bytes
    figures: bytes
    late: bytes
    published_at: datetime | None = None
    source: str | None = None

    def to_stored(self) -> dict[str, bytes | int]:
        """The parts that come from the text, to be stored with the article (about 320 bytes)."""
        return {
            "normalisation": NORMALISATION_VERSION,
            "minhash": self.signature,
            "size": self.size,
            "text_hash": self.text_hash,
            "figures": self.figures,
            "late": self.late,
        }

    @classmethod
    def from_stored(
        cls,
        id: str,  # noqa: A002  # the field's name
        stored: Mapping[str, Any],
        published_at: datetime | None = None,
        source: str | None = None,
    ) -> Self:
        """Put together again what `to_stored` gave, so that an index can be made without the texts.

        Raises:
            StoredFormError: A key is missing or holds something else; the message names it. Or the text was
                normalised otherwise, by another version.
        """
        if stored.get("normalisation", 1) != NORMALISATION_VERSION:  # the first version did not store its own
            raise StoredFormError(
                f"article {id!r}: signed with 'normalisation' {stored.get('normalisation', 1)!r}, this is "
                f"{NORMALISATION_VERSION}; compute the signature again from the text"
            )
        expected = {"minhash": bytes, "size": int, "text_hash": bytes, "figures": bytes, "late": bytes}
        for key, kind in expected.items():
            if not isinstance(stored.get(key), kind):
                raise StoredFormError(f"article {id!r}: stored {key!r} is missing or not {kind.__name__}")
        figures, text_hash = stored["figures"], stored["text_hash"]
        if len(figures) > FIGURES_BYTES or len(figures) % 2 or len(text_hash) not in (0, 16):
            raise StoredFormError(f"article {id!r}: stored 'figures' or 'text_hash' has the wrong length")
        if len(stored["late"]) != LATE_BYTES:
            raise StoredFormError(f"article {id!r}: stored 'late' has the wrong length")
        return cls(
            id=id,
            signature=bytes(stored["minhash"]),
            size=stored["size"],
            text_hash=bytes(stored["text_hash"]),
            figures=bytes(stored["figures"]),
            late=bytes(stored["late"]),
            published_at=published_at,
            source=source,
        )


def prepare(
    id: str,  # noqa: A002  # the field's name
    text: str,
    published_at: datetime | None = None,
    source: str | None = None,
    *,
    parameters: Parameters | None = None,
) -> Prepared:
    """Compute what the index needs of an article: its body text, without the headline.

    Raises what `prepare_many` raises.
    """
    return prepare_many([(id, text, published_at, source)], parameters=parameters)[0]


def prepare_many(documents: Iterable[Any], *, parameters: Parameters | None = None) -> list[Prepared]:
    """Compute what the index needs of many articles at once; some ten times faster than one by one.

    Args:
        documents: Id, body text, time of publication and source of each, in any form that
            `dedup.documents.document_of` reads.
        parameters: How to compute signatures; the default ones without it.

    Raises:
        DocumentError: A document can't be read; the message says which and why.
    """
    parameters = parameters or _DEFAULTS
    read = list(documents_of(documents))
    cut = shingle([document.text for document in read], parameters.shingle_words)
    values, late = halved_signatures(cut, parameters)
    serialised = to_bytes(values, parameters)
    return [
        Prepared(
            id=document.id,
            signature=serialised[position],
            size=int(cut.starts[position + 1] - cut.starts[position]),
            text_hash=cut.digests[position],
            figures=figure_marks(cut.figures[position]),
            late=late[position].tobytes(),
            published_at=document.published,
            source=document.source,
        )
        for position, document in enumerate(read)
    ]
