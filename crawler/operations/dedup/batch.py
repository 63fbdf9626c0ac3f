"""The archive pass: all stories of the archive, or of a file, at once, held against the index's."""

import errno
import json
import logging
import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.errors import KhabarError, UsageError
from crawler.files import make_private_folder
from crawler.settings import Settings
from crawler.storage.connect import Stores, open_stores
from crawler.storage.splits import splits_of
from crawler.storage.stored_article import UnsealedArticleReader
from dedup import DedupError, Document
from dedup.batch.cluster import ClusteringResult, NearMiss, cluster_batches
from dedup.batch.duckdb_join import DuckDB
from dedup.batch.export_files import FORMATS, document_batches, export_batches, read_export
from dedup.documents import Epoch
from dedup.stories.clusters import Agreement, agreement, differences

ENGINES = ("duckdb", "numpy", "spark")


@dataclass(frozen=True, slots=True)
class ArchivePass:
    """What a pass found, and how far the streaming index agrees (None where nothing tells its stories)."""

    result: ClusteringResult
    agreement: Agreement | None

    def summary(self) -> dict[str, Any]:
        """The figures, for people and machines."""
        stories = self.result.stories
        figures: dict[str, Any] = {
            "articles": len(stories),
            "stories": len(set(stories.values())),
            "duplicates": len(stories) - len(set(stories.values())),
            "candidates": self.result.candidates,
            "near_misses": len(self.result.near_misses),
            "repeated_ids": self.result.repeated,
            "seconds": {phase: round(took, 1) for phase, took in self.result.seconds.items()},
            "agreement": None,
        }
        if self.agreement is not None:
            figures["agreement"] = {
                "articles": self.agreement.articles,
                "pairs_in_one_story": self.agreement.reference_pairs,
                "pairs_index_only": self.agreement.pairs - self.agreement.shared_pairs,
                "pairs_archive_only": self.agreement.reference_pairs - self.agreement.shared_pairs,
                "precision": self.agreement.precision,
                "recall": self.agreement.recall,
                "f1": self.agreement.f1,
                "articles_differing": self.agreement.differing,
            }
        return figures


def archive_pass(
    settings: Settings,
    source: Path | None = None,
    *,
    engine: str = "duckdb",
    memory: int = 1 << 30,
    epoch: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> ArchivePass:
    """Put a whole archive into stories; what is stored is not changed.

    Args:
        settings: Where the stores are.
        source: A file as `khabar export` writes it; None takes the archive in MongoDB.
        engine: One of `ENGINES`.
        memory: Bytes that the join may take; it goes to the disk beyond. The rest takes about 3.5 KB an
            article, 3 of them in files.
        epoch: What times of a file count that are numbers, one of `Epoch`; None: what makes them usual times.
        progress: Called with the number of articles read so far.

    Raises:
        UsageError: An unknown engine, unit of time or kind of file.
        KhabarError: The file can't be read, or Spark isn't there.
    """
    if engine not in ENGINES:
        raise UsageError(f"--engine {engine}: it is one of {', '.join(ENGINES)}")
    if source is not None and not source.name.endswith(FORMATS):
        raise UsageError(f"{source}: its name must end in one of {', '.join(FORMATS)}")
    if epoch is not None and epoch not in tuple(Epoch):
        raise UsageError(f"--epoch {epoch}: it is one of {', '.join(Epoch)}")
    unit = Epoch(epoch) if epoch else None
    try:
        make_private_folder(settings.data_dir)
        # In the data folder: the system's temporary one may lie in memory.
        with tempfile.TemporaryDirectory(prefix="archive-", dir=settings.data_dir) as folder:
            if source is not None:
                return _pass(
                    read_export(source, unit), [], source, Path(folder), engine, memory, progress, unit
                )
            with closing(open_stores(settings)) as stores:
                apart = splits_of(stores.db)
                return _pass(stored_documents(stores), apart, None, Path(folder), engine, memory, progress)
    except DedupError as error:
        raise KhabarError(str(error)) from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise KhabarError(
                f"{settings.data_dir}: no space left on the device; the pass needs some 3 KB an article "
                "there while it runs (--data-dir names another place)"
            ) from None
        raise KhabarError(f"{error.filename or settings.data_dir}: {error.strerror or error}") from None


def _pass(
    articles: Iterable[Document],
    apart: list[tuple[str, str]],
    source: Path | None,
    folder: Path,
    engine: str,
    memory: int,
    progress: Callable[[int], None] | None,
    epoch: Epoch | None = None,
) -> ArchivePass:
    if engine == "spark":
        result = _on_spark(articles, apart, source, folder, progress, epoch)
    else:
        threads = os.cpu_count() or 1
        batches, reader = export_batches(source, epoch) if source else (document_batches(articles), list)
        with _workers(threads) as workers:
            result = cluster_batches(
                batches,
                reader,
                engine=DuckDB(folder, memory=memory, threads=threads) if engine == "duckdb" else None,
                folder=folder,
                workers=workers,
                apart=apart,
                progress=progress,
            )
    return ArchivePass(
        result, agreement(result.input_stories, result.stories) if result.input_stories else None
    )


@contextmanager
def _workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that leave Ctrl-C to this one, and don't finish what nobody waits for any more."""
    ignored = signal.SIGINT, signal.SIG_IGN
    workers = ProcessPoolExecutor(
        count, multiprocessing.get_context("spawn"), initializer=signal.signal, initargs=ignored
    )
    try:
        if threading.current_thread() is threading.main_thread():
            # All are started by the first task; what is ignored here is so from their first moment on.
            before = signal.signal(*ignored)
            try:
                workers.submit(int).result()
            finally:
                signal.signal(signal.SIGINT, before)
        yield workers
    except BrokenProcessPool:
        raise KhabarError(
            "a process that compares articles was killed, most likely for want of memory; give the machine "
            "more, or run the pass where there is more"
        ) from None
    finally:
        workers.shutdown(cancel_futures=True)


@contextmanager
def _without_log() -> Iterator[None]:
    """py4j logs each broken connection with a stack trace, also after Ctrl-C; the error says enough."""
    disabled = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(disabled)


@_without_log()
def _on_spark(
    articles: Iterable[Document],
    apart: list[tuple[str, str]],
    source: Path | None,
    folder: Path,
    progress: Callable[[int], None] | None,
    epoch: Epoch | None,
) -> ClusteringResult:
    from dedup.batch.spark.cluster import cluster_on_spark
    from dedup.batch.spark.session import cause, local_session

    session = local_session(os.cpu_count() or 1, folder=str(folder))
    from py4j.protocol import Py4JError  # an extra, which `local_session` looked for
    from pyspark.errors import PySparkException

    try:
        if source is None or ".csv" in source.suffixes:
            source = folder / "archive.jsonl"
            with source.open("w", encoding="utf-8") as lines:
                for count, article in enumerate(articles, 1):
                    record = {
                        "id": article.id,
                        "text": article.text,
                        "site": article.source,
                        "story_id": article.story_id,
                    }
                    record["published"] = article.published.isoformat() if article.published else None
                    lines.write(json.dumps(record) + "\n")
                    if progress and count % 1000 == 0:
                        progress(count)
        return cluster_on_spark(session, source.absolute(), epoch=epoch, apart=apart)
    except (PySparkException, Py4JError) as error:
        raise KhabarError(
            f"Spark gave up: {cause(error)}; the pass needs some memory and, in {folder.parent}, disk"
        ) from None
    finally:
        # After Ctrl-C there may be nobody left to stop: Java gets it, too.
        with suppress(Py4JError, OSError):
            session.stop()


def stored_documents(stores: Stores) -> Iterator[Document]:
    """Yield the archive as a pass reads it: each article with the story that is stored for it."""
    reader = UnsealedArticleReader(stores.db)
    for batch in reader.in_batches(reader.all_ids()):
        for article in batch:
            story_id = None if article.dedup_pending else article.story_id
            yield Document(article.id, article.text, article.latest_publication, article.site, story_id)


def story_rows(result: ClusteringResult) -> Iterator[dict[str, Any]]:
    """One row for each article: its story and, for a duplicate, what it is like, why, and what they share."""
    for id_, story in result.stories.items():
        row: dict[str, Any] = {"id": id_, "story_id": story, "duplicate_of": None if id_ == story else story}
        if id_ != story and id_ in result.verdicts:
            other, verdict = result.verdicts[id_]
            row |= {"like": other, "reason": str(verdict.reason), "similarity": round(verdict.similarity, 4)}
            row |= {"contained": round(verdict.contained, 4), "contains": round(verdict.contains, 4)}
        yield row


def near_miss_rows(near_misses: Iterable[NearMiss]) -> Iterator[dict[str, Any]]:
    """One row for each near miss, with the figures that decided."""
    for miss in near_misses:
        verdict = miss.verdict
        yield {
            "id": miss.id,
            "other_id": miss.other_id,
            "reason": str(verdict.reason),
            "similarity": round(verdict.containment, 4),
            "jaccard": round(verdict.jaccard, 4),
            "figures_kept": verdict.figures_kept,
            "figures_changed": verdict.figures_changed,
            "opening": None if verdict.opening is None else round(verdict.opening, 4),
        }


def difference_rows(result: ClusteringResult) -> Iterator[dict[str, Any]]:
    """One row for each group of articles that the index and the pass put into other stories."""
    for difference in differences(result.input_stories, result.stories):
        yield {
            "kind": (
                "index_separates"
                if len(difference.reference) == 1
                else "index_joins"
                if len(difference.stories) == 1
                else "both"
            ),
            "index": list(difference.stories.values()),
            "archive": list(difference.reference.values()),
            "why": [
                {
                    "id": id_,
                    "like": other,
                    "reason": str(verdict.reason),
                    "similarity": round(verdict.similarity, 4),
                }
                for ids in difference.reference.values()
                for id_, (other, verdict) in (
                    (id_, result.verdicts[id_]) for id_ in ids if id_ in result.verdicts
                )
            ],
        }
