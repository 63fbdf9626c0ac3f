"""Finding the passages that articles share without being copies: fingerprints, links, spans, passages.

Fingerprints are kept apart by their hashes, and what is made of them by article, so that of an archive of
any size only a part is in memory at once.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.documents import Document, documents_of
from dedup.passages.catalogue import Catalogue
from dedup.passages.matching import (
    FINGERPRINT,
    LEAST_WORDS,
    LINK,
    RUN,
    Part,
    fingerprints,
    group,
    links_of,
    spans_of,
)
from dedup.passages.passage import (
    Occurrence,
    Passage,
    PassageKind,
    is_attributed,
    is_quoted,
    letters_of,
    occurrence_of,
    word_numbers,
)
from dedup.passages.rows import PARTS, Numbers, Rows
from dedup.text.tokens import CHUNK_UNITS, read_words

BACKGROUND = 5
"""In so many stories a passage is background. A statement that more quote stands in quotation marks there."""
_RELEASED_AFTER = 256
_LOOKED_AT = 9
"""Articles of a passage whose text is looked at for marks of a quotation."""


def find_passages(
    documents: Iterable[Any],
    *,
    stories: Mapping[str, str] | None = None,
    min_words: int = LEAST_WORDS,
    background: int = BACKGROUND,
    folder: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Passage]:
    """Find the paragraphs and quotations that articles have from each other without being copies.

    Args:
        documents: As for `dedup.cluster`. Where an id comes twice, the later text counts.
        stories: The story of each article, as `dedup.cluster` gives it: what copies share is not looked for.
            Without it the documents' own `story_id` counts, or else each is a story by itself.
        min_words: Words that a passage has at least in common; shorter ones than 16 may be missed.
        background: From so many stories on a passage is background, unless it is a quotation.
        folder: An empty folder for what need not fit into memory, some 4 KB an article; without it all is in
            memory.
        progress: Called with the number of documents read so far.

    Returns:
        The passages, those of the most stories first.

    Raises:
        DocumentError: A document can't be read; the message says which and why.
        ValueError: `min_words` is below 8 or `background` below 2.
    """
    if min_words < RUN or background < 2:
        raise ValueError(f"min_words is {min_words}, at least {RUN}; background is {background}, at least 2")
    with ExitStack() as stack:
        archive = _Archive(folder, stack)
        for batch in _batches(documents_of(documents)):
            archive.add(batch, stories or {})
            if progress:
                progress(len(archive.catalogue))
        archive.close()
        passages = []
        for parts in group(archive.spans(min_words)):
            passages.append(_passage(archive, parts, background))
            archive.release(len(passages))
    return sorted(
        (passage for passage in passages if passage.stories > 1),
        key=lambda passage: (
            -passage.stories,
            _order(passage.occurrences[0].published),
            passage.occurrences[0].id,
        ),
    )


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Documents of about as many letters as are read at once."""
    batch: list[Document] = []
    letters = 0
    for document in documents:
        batch.append(document)
        letters += len(document.text)
        if letters >= CHUNK_UNITS:
            yield batch
            batch, letters = [], 0
    if batch:
        yield batch


class _Archive:
    """All documents: their words as numbers, their fingerprints, their texts.

    Args:
        folder: An empty folder for them; None keeps them in memory.
        stack: Closes the files.

    Attributes:
        catalogue: What is known of each document beside its text.
    """

    def __init__(self, folder: Path | None, stack: ExitStack) -> None:
        self.catalogue = Catalogue(folder)
        self._folder = folder
        self._stack = stack
        self._fingerprints = self._rows(FINGERPRINT, "fingerprints")
        self._word_file = Numbers(np.uint32, folder and folder / "words")
        self._text_file = Numbers(np.uint8, folder and folder / "texts")
        stack.callback(self._word_file.close)
        stack.callback(self._text_file.close)
        stack.callback(self.catalogue.close_files)
        self._word_counts = array("q", [0])
        self._text_sizes = array("q", [0])
        self._words: NDArray[np.uint32] = np.empty(0, np.uint32)
        self._texts: NDArray[np.uint8] = np.empty(0, np.uint8)
        self._bounds: NDArray[np.int64] = np.zeros(1, np.int64)
        self._text_bounds: NDArray[np.int64] = np.zeros(1, np.int64)

    def _rows(self, dtype: Any, name: str) -> Rows:
        rows = Rows(dtype, self._folder and self._folder / name)
        self._stack.callback(rows.close)
        return rows

    def add(self, batch: list[Document], stories: Mapping[str, str]) -> None:
        """Read a batch.

        Args:
            batch: The documents.
            stories: The story of each by its id; where it has none here, that which it names, or itself.
        """
        first, words_before = len(self.catalogue), self._word_counts[-1]
        words = read_words([document.text for document in batch])
        bounds = words.bounds[: len(batch) + 1]
        kept = fingerprints(words.hashes[: bounds[-1]], bounds)
        rows = np.empty(len(kept.hashes), FINGERPRINT)
        rows["hash"] = kept.hashes
        rows["document"] = first + np.searchsorted(bounds, kept.places, side="right") - 1
        rows["place"] = kept.places + words_before
        self._fingerprints.append(rows, (kept.hashes % PARTS).astype(np.intp))
        self._word_file.append(word_numbers(words.hashes[: bounds[-1]]))
        self._word_counts.extend((bounds[1:] + words_before).tolist())
        for document in batch:
            encoded = document.text.encode("utf-8", "surrogatepass")
            self._text_file.append(np.frombuffer(encoded, np.uint8))
            self._text_sizes.append(self._text_sizes[-1] + len(encoded))
            self.catalogue.add(document, stories.get(document.id) or document.story_id or document.id)

    def close(self) -> None:
        """All documents are read."""
        self._words, self._texts = self._word_file.read(), self._text_file.read()
        self._bounds = np.frombuffer(self._word_counts, np.int64)
        self._text_bounds = np.frombuffer(self._text_sizes, np.int64)
        self.catalogue.close()

    def spans(self, min_words: int) -> NDArray[np.void]:
        """What pairs of documents of different stories share; see `dedup.passages.matching.spans_of`."""
        stories, current = self.catalogue.story_numbers(), self.catalogue.latest()
        links = self._rows(LINK, "links")
        width = max(1, -(-len(self.catalogue) // PARTS))
        for rows in self._fingerprints.parts():
            shared = links_of(rows[current[rows["document"]]], stories)
            links.append(shared, shared["later"].astype(np.intp) // width)
        spans = []
        for part in links.parts():
            spans.append(spans_of(part, self._words, self._bounds, min_words))
            self._word_file.release()
        return np.concatenate(spans)

    def text(self, document: int) -> str:
        """The text of a document."""
        first, last = self._text_bounds[document], self._text_bounds[document + 1]
        return bytes(self._texts[first:last]).decode("utf-8", "surrogatepass")

    def release(self, passages: int) -> None:
        """Free the memory of what was looked at, now and then: after so many passages."""
        if passages % _RELEASED_AFTER == 0:
            self._word_file.release()
            self._text_file.release()

    def words(self, document: int) -> tuple[NDArray[np.uint32], int]:
        """The words of a document, and the place of the first among those of all documents."""
        first, last = (int(self._bounds[document + at]) for at in (0, 1))
        return np.asarray(self._words[first:last]), first


def _passage(archive: _Archive, parts: list[Part], background: int) -> Passage:
    """A passage, with where it stands in the letters of its articles."""
    documents = archive.catalogue
    parts = sorted(
        parts, key=lambda part: (_order(documents.published(part.document)), documents.id(part.document))
    )
    occurrences = [_occurrence(archive, part) for part in parts]
    first = occurrences[0]
    stories = len({occurrence.story_id for occurrence in occurrences})
    texts = [
        (archive.text(part.document), at) for part, at in zip(parts[:_LOOKED_AT], occurrences, strict=False)
    ]
    return Passage(
        kind=_kind(texts, is_in_many=stories >= background),
        text=texts[0][0][first.begin : first.end],
        words=parts[0].end - parts[0].begin,
        stories=stories,
        occurrences=tuple(occurrences),
    )


def _kind(texts: Sequence[tuple[str, Occurrence]], *, is_in_many: bool) -> PassageKind:
    """What a passage is, by half of the articles or more that are looked at."""
    if 2 * sum(is_quoted(text, at.begin, at.end) for text, at in texts) >= len(texts):
        return PassageKind.QUOTATION
    if is_in_many:
        return PassageKind.BACKGROUND
    if 2 * sum(is_attributed(text, at.begin, at.end) for text, at in texts) >= len(texts):
        return PassageKind.QUOTATION
    return PassageKind.REUSED


def _occurrence(archive: _Archive, part: Part) -> Occurrence:
    words, before = archive.words(part.document)
    place = letters_of(archive.text(part.document), words, part.begin - before, part.end - before)
    return occurrence_of(archive.catalogue, part.document, *place)


def _order(moment: datetime | None) -> tuple[bool, datetime]:
    """An unknown time counts as later than any."""
    return moment is None, moment or datetime.max.replace(tzinfo=UTC)
