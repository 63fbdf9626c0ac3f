"""A session of Spark: started on this machine, reading an export, explaining its errors.

Every record means what `dedup.batch.export_files` takes it for.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dedup.batch.export_files import (
    FIELDS,
    MICROSECONDS,
    TIMES,
    Lines,
    from_lines,
    from_rows,
    read_export,
)
from dedup.batch.reading import ReadBatch, read_batch
from dedup.batch.spark.steps import pack_documents
from dedup.documents import Epoch
from dedup.errors import ExportError, SparkError
from dedup.parameters import Parameters

JAVA = 17
"""The oldest Java that Spark 4 runs on."""

_LOG = Path(__file__).with_name("spark_log.properties").as_uri()
_RAISED = re.compile(r"[A-Za-z_][\w.]{0,200}: ")
"""Begins the last line of a traceback of Python."""
# Throughput counts here, not pauses: this collector takes less processor time than Java's default. The second
# compiler took ten seconds to save Java next to nothing, since the work is done in Python.
_JAVA_OPTIONS = f"-XX:+UseParallelGC -XX:TieredStopAtLevel=1 -Dlog4j2.configurationFile={_LOG}"
PACKAGES = ("pyspark", "pyarrow", "pandas")

# Records read in one pass, or bytes of them, about, where they are long.
_ROWS = 512
_BYTES = 1 << 21


def local_session(threads: int = 2, *, folder: str | None = None) -> Any:
    """Start Spark within this process and on this machine; quiet, without a web page.

    Args:
        threads: Tasks at the same time.
        folder: Where Spark keeps what it shuffles; the system's temporary folder without it.

    Raises:
        SparkError: pyspark or Java is not there, or Java is too old.
    """
    return open_session(f"local[{threads}]", "khabar dedup archive", folder=folder, slices=4 * threads)


def open_session(master: str, name: str, *, folder: str | None = None, slices: int | None = None) -> Any:
    """Start Spark's driver within this process, quiet and without a web page.

    Args:
        master: Where its tasks run: ``local[2]``, ``spark://host:7077``, ``yarn``, ….
        name: What it is called there.
        folder: Where Spark keeps what it shuffles; the system's temporary folder without it.
        slices: Parts into which it shuffles; its own default without it.

    Raises:
        SparkError: pyspark or Java is not there, Java is too old, or the master does not answer.
    """
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise SparkError(f"{missing[0]} is not installed: pip install 'khabar[spark]', or make spark")
    check_java()
    from py4j.protocol import Py4JError  # an extra
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    builder = (
        SparkSession.builder.master(master)
        .appName(name)
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        # Batches of some megabytes: a row may be an article, or have thousands of them.
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "128")
        .config("spark.sql.execution.arrow.maxBytesPerBatch", str(16 << 20))
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.extraJavaOptions", _JAVA_OPTIONS)
        .config("spark.log.level", "OFF")
    )
    if master.startswith("local"):
        # Else workers run whatever python3 is in the path; on a cluster, that is for it to say.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = (
            builder.config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            # It would plan each stage again; parts are as large as they are meant to be.
            .config("spark.sql.adaptive.enabled", "false")
        )
    if slices is not None:
        builder = builder.config("spark.sql.shuffle.partitions", str(slices))
    if folder is not None:
        builder = builder.config("spark.local.dir", folder)
    try:
        return builder.getOrCreate()
    except (PySparkException, Py4JError) as error:
        raise SparkError(f"{master} does not answer: {cause(error)}") from None


def check_java() -> None:
    """Check the Java that Spark is going to use.

    Raises:
        SparkError: There is none, or Spark does not run on it.
    """
    home = os.environ.get("JAVA_HOME")
    java = f"{home}/bin/java" if home else shutil.which("java")
    if java is None:
        raise SparkError(f"Spark needs Java {JAVA} or newer, and no `java` is found")
    try:
        output = subprocess.run(  # noqa: S603  # the same that Spark is about to run
            [java, "-version"], capture_output=True, text=True, check=False
        ).stderr
    except OSError as error:
        raise SparkError(
            f"{java}: cannot be run: {error.strerror}; Spark needs Java {JAVA} or newer"
        ) from None
    version = re.search(r'version "(?:1\.)?(\d+)', output)
    if version and int(version[1]) < JAVA:
        raise SparkError(f"Spark needs Java {JAVA} or newer; {java} is {version[1]}")


def read_records(session: Any, path: str) -> Any:
    """The records of an export: a column `line` of JSON, or the known columns of a Parquet file.

    Lines are left to Python: Spark's own reader of JSON takes records for articles that
    `dedup.batch.export_files` refuses, and loses letters that are no Unicode.

    Raises:
        ExportError: There is no such file, or it has not the columns.
    """
    from pyspark.errors import PySparkException
    from pyspark.sql import functions as f
    from pyspark.sql.types import TimestampNTZType, TimestampType

    try:
        if not path.endswith(".parquet"):
            return session.read.text(path).select(f.col("value").cast("binary").alias("line"))
        frame = session.read.parquet(path)
        if {"id", "text"} - set(frame.columns):
            raise ExportError(f"{path}: has no columns 'id' and 'text'; it has {', '.join(frame.columns)}")
        frame = frame.select(*(name for name in FIELDS if name in frame.columns))
        for name in TIMES:
            if name not in frame.columns:
                continue
            if isinstance(frame.schema[name].dataType, TimestampNTZType | TimestampType):
                micros = f.unix_micros(f.col(name).cast(TimestampType()))
                frame = frame.withColumn(f"{name}{MICROSECONDS}", micros).drop(name)
    except PySparkException as error:
        raise ExportError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from None
    return frame


def read_contents(
    records: Iterable[Any], place: str, parameters: Parameters, epoch: Epoch | None = None
) -> Iterator[Any]:
    """What documents are compared by, packed: for some hundred records one row.

    Args:
        records: Batches of Arrow, as `read_records` gives them.
        place: The file, for messages.
        parameters: How to read texts.
        epoch: What times count that are numbers.
    """
    import pyarrow as pa  # an extra

    for batch in records:
        rows = max(1, min(_ROWS, _BYTES * len(batch) // max(1, batch.nbytes)))
        for first in range(0, len(batch), rows):
            packed = pack_documents(_read(batch.slice(first, rows), place, parameters, epoch), parameters)
            yield pa.record_batch({name: pa.array([data], pa.binary()) for name, data in packed.items()})


def _read(batch: Any, place: str, parameters: Parameters, epoch: Epoch | None) -> ReadBatch:
    names = batch.schema.names
    if names == ["line"]:
        lines = Lines(None, batch.column(0).to_pylist())
        return read_batch((place, lines, epoch), _read_lines, parameters)
    rows = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    return read_batch((place, (None, names, rows), epoch), _read_rows, parameters)


def _read_lines(batch: Any) -> Any:
    return from_lines(*batch)


def _read_rows(batch: Any) -> Any:
    return from_rows(*batch)


@contextmanager
def read_errors(path: str, epoch: Epoch | None = None) -> Iterator[None]:
    """Raise what `dedup.batch.export_files` raises for a bad record, with its place if the file is here.

    Args:
        path: The file.
        epoch: What times count that are numbers.

    Raises:
        ExportError: Instead of what Spark raises.
    """
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as error:
        first = cause(error)
        if Path(path).is_file():
            for _ in read_export(
                Path(path), epoch
            ):  # raises with the number of the line, which Spark doesn't know
                pass
        message = re.search(r"dedup\.errors\.ExportError: (.*)", str(error))
        raise ExportError(message[1] if message else f"{path}: cannot be read: {first}") from None


def cause(error: BaseException) -> str:
    """The root cause of an error of Spark, in a line.

    Raises:
        KeyboardInterrupt: It is Ctrl-C, which Spark hides behind other errors.
    """
    reason: BaseException | None = error
    while reason is not None:
        if isinstance(reason, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        reason = reason.__context__
    lines = str(error).splitlines() or [type(error).__name__]
    causes = [line for line in lines if line.startswith("Caused by: ")]
    if causes:
        return causes[-1].removeprefix("Caused by: ")
    raised = [line for line in lines if _RAISED.match(line)]
    if raised and "Traceback (most recent call last):" in lines:
        return f"in a worker: {raised[-1]}"
    return lines[0]
