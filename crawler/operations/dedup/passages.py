"""Reused paragraphs and quotations in the archive, or in a file."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from crawler.errors import KhabarError, UsageError
from crawler.files import make_private_folder
from crawler.operations.dedup.batch import archive_pass
from crawler.settings import Settings
from crawler.storage.connect import Stores, open_stores
from crawler.storage.stored_article import ArticleReader
from dedup import DedupError, Document
from dedup.batch.export_files import read_export
from dedup.documents import Epoch
from dedup.passages.find import find_passages
from dedup.passages.matching import RUN
from dedup.passages.passage import Passage


def passages_of(
    settings: Settings,
    source: Path | None = None,
    *,
    min_words: int,
    background: int,
    epoch: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Passage]:
    """Find the passages that articles of several stories have; what is stored is not changed.

    Args:
        settings: Where the stores are.
        source: A file as `archive_pass` reads it, which then also tells which articles are copies; None takes
            the archive in MongoDB with its stories.
        min_words: Words that a passage has at least.
        background: From so many stories on a passage is background, unless it is a quotation.
        epoch: As for `archive_pass`.
        progress: Called with the number of articles read so far.

    Raises:
        UsageError: A number is too small, or what `archive_pass` refuses.
        KhabarError: The file can't be read, or there is no room for what is kept of it.
    """
    if min_words < RUN:
        raise UsageError(f"--min-words {min_words}: at least {RUN} words; shorter ones are formulas")
    if background < 2:
        raise UsageError(f"--background {background}: at least 2 stories")
    stories = None
    if source is not None:
        stories = archive_pass(settings, source, epoch=epoch, progress=progress).result.stories
    try:
        make_private_folder(settings.data_dir)
        with tempfile.TemporaryDirectory(prefix="passages-", dir=settings.data_dir) as folder:

            def find(documents: Iterable[Document]) -> list[Passage]:
                return find_passages(
                    documents,
                    stories=stories,
                    min_words=min_words,
                    background=background,
                    folder=Path(folder),
                    progress=progress,
                )

            if source is not None:
                return find(read_export(source, Epoch(epoch) if epoch else None))
            with closing(open_stores(settings)) as stores:
                return find(_served_documents(stores))
    except DedupError as error:
        raise KhabarError(str(error)) from None
    except OSError as error:
        raise KhabarError(
            f"{error.filename or settings.data_dir}: {error.strerror or error}; the search needs some 4 KB "
            "an article there while it runs (--data-dir names another place)"
        ) from None


def _served_documents(stores: Stores) -> Iterator[Document]:
    """The articles whose texts may be shown."""
    reader = ArticleReader(stores.db)
    for batch in reader.in_batches(reader.all_ids()):
        for article in batch:
            yield Document(
                article.id, article.text, article.latest_publication, article.site, article.story_id
            )


def passage_rows(passages: Iterable[Passage]) -> Iterator[dict[str, Any]]:
    """One row for each passage, as JSON has it."""
    for passage in passages:
        yield {
            "kind": str(passage.kind),
            "text": passage.text,
            "words": passage.words,
            "stories": passage.stories,
            "articles": [
                {
                    "id": occurrence.id,
                    "site": occurrence.source,
                    "published": occurrence.published.isoformat() if occurrence.published else None,
                    "story_id": occurrence.story_id,
                    "begin": occurrence.begin,
                    "end": occurrence.end,
                }
                for occurrence in passage.occurrences
            ],
        }
