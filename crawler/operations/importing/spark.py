"""Extraction on Apache Spark: records are read and pages extracted on a cluster, and stored from here.

It stands in for the pool of worker processes. Records are named by file and offset, so the workers have to
see the files under the same names: on a shared disk, or on one machine.
"""

import asyncio
import logging
import pickle
import tempfile
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import crawler
import dedup
from crawler.errors import KhabarError, UsageError
from crawler.operations.importing import spark_worker
from crawler.pipelines.capture_extraction import CaptureTask
from crawler.pipelines.extraction_pool import ExtractionFailedError, ExtractionPool
from crawler.settings import Settings
from dedup.batch.spark.session import cause, open_session
from dedup.errors import SparkError

PAGES = 64
"""Pages for each core of a cluster in one job: a job costs a tenth of a second, a page a hundredth."""
SLICES = 2
"""Tasks of Spark for each core: a core that has long pages is not waited for as long."""
CODE = "khabar-code.zip"

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class SparkExtraction(ExtractionPool):
    """Extraction on Spark; pages that its workers cannot read are extracted here.

    Args:
        context: The session's context.
        settings: Workers and time of extraction.
        code: The name under which Spark has our code; None: its workers run on this machine.
    """

    def __init__(self, context: Any, settings: Settings, code: str | None) -> None:
        super().__init__(settings.extraction_workers, settings.extraction_timeout)
        self._context, self._code, self._limit = context, code, settings.extraction_timeout
        self._waiting: deque[tuple[bytes, str, asyncio.Future[bytes]]] = deque()
        self._jobs: asyncio.Task[None] | None = None
        self.cores = int(context.defaultParallelism)
        self.left_here = 0
        """Pages that were extracted here, since Spark did not: see `problem`."""
        self.problem = ""
        """Why, in words; of the last of them."""

    @property
    def pages_ahead(self) -> int:
        """Pages that it is to be given while others are stored: a job runs while the next one waits."""
        return 2 * PAGES * self.cores

    async def run(self, task: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a task on Spark, beside others that wait; see `ExtractionPool.run`."""
        message = pickle.dumps((task, args, kwargs), pickle.HIGHEST_PROTOCOL)
        path = next((each.record.location.path for each in args if isinstance(each, CaptureTask)), "/")
        reply: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append((message, path, reply))
        if self._jobs is None or self._jobs.done():
            self._jobs = asyncio.create_task(self._run_jobs())
        packed = await reply
        if not packed:
            self.left_here += 1
            self.problem = self.problem or f"its workers do not find {path}: put it on a disk that all see"
            return await super().run(task, *args, **kwargs)
        succeeded, value = pickle.loads(packed)  # noqa: S301 - our own code wrote it
        if succeeded:
            result: T = value
            return result
        error, summary, trace = value
        if isinstance(error, KhabarError):
            raise error
        logger.error("A task failed on Spark: %s\n%s", summary, trace)
        raise ExtractionFailedError(f"extraction failed: {summary}")

    async def _run_jobs(self) -> None:
        """Run what waits, a job after another."""
        while self._waiting:
            count = min(len(self._waiting), PAGES * self.cores)
            batch = [self._waiting.popleft() for _ in range(count)]
            try:
                replies = await asyncio.to_thread(
                    self._run_job, [(message, path) for message, path, _ in batch]
                )
            except Exception as error:  # noqa: BLE001 - whatever Spark says: the pages are extracted here
                self.problem = f"a job failed: {cause(error)}"
                logger.warning("Spark: %s", self.problem)
                replies = [b""] * count
            for (_, _, future), reply in zip(batch, replies, strict=True):
                if not future.done():
                    future.set_result(reply)

    def _run_job(self, messages: list[tuple[bytes, str]]) -> list[bytes]:
        slices = min(len(messages), SLICES * self.cores)
        work = partial(spark_worker.run_messages, code=self._code, limit=self._limit)
        replies: list[bytes] = self._context.parallelize(messages, slices).mapPartitions(work).collect()
        return replies


@contextmanager
def spark_extraction(master: str, settings: Settings) -> Iterator[Callable[[], SparkExtraction]]:
    """Open a session of Spark; yields what makes the pool of each site.

    Args:
        master: Spark's master, such as ``local[4]``, ``spark://host:7077``, ``yarn``.
        settings: Workers and time of extraction.

    Raises:
        UsageError: pyspark or Java is not there, or the master does not answer.
    """
    with tempfile.TemporaryDirectory(prefix="khabar-spark-") as folder:
        try:
            session = open_session(master, "khabar import", folder=folder)
        except SparkError as error:
            raise UsageError(f"--spark {master}: {error}") from None
        from pyspark import cloudpickle

        cloudpickle.register_pickle_by_value(spark_worker)
        code = None if is_here(master) else CODE
        if code is not None:
            session.sparkContext.addFile(str(write_code(Path(folder, CODE))))
        try:
            yield partial(SparkExtraction, session.sparkContext, settings, code)
        finally:
            cloudpickle.unregister_pickle_by_value(spark_worker)
            # After Ctrl-C there may be nobody left to stop.
            with suppress(Exception):
                session.stop()


def is_here(master: str) -> bool:
    """Whether a master's workers are processes of this machine, which have our code."""
    return master == "local" or master.startswith("local[")


def write_code(path: Path) -> Path:
    """Write our packages as a zip that workers unpack: some of their modules read files beside them."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for package in (crawler, dedup):
            folder = Path(package.__path__[0])
            for file in sorted(folder.rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    archive.write(file, file.relative_to(folder.parent))
    return path
