"""What Spark reads of an export, so that every record means what `dedup.batch.export_files` takes it for."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dedup.batch.export_files import FIELDS, read_export
from dedup.errors import ExportError


def articles(session: Any, path: str) -> Any:
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
        if "published" in frame.columns:
            kind = frame.schema["published"].dataType
            if isinstance(kind, TimestampNTZType | TimestampType):
                micros = f.unix_micros(f.col("published").cast(TimestampType()))
                frame = frame.withColumn("published", micros)
    except PySparkException as error:
        raise ExportError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from None
    return frame


@contextmanager
def read_errors(path: str) -> Iterator[None]:
    """Say of an error in a record what `dedup.batch.export_files` says, with its place if the file is here.

    Raises:
        ExportError: Instead of what Spark raises.
    """
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as error:
        first = cause(error)
        if Path(path).is_file():
            for _ in read_export(Path(path)):  # says it with the number of the line, which Spark doesn't know
                pass
        told = re.search(r"dedup\.errors\.ExportError: (.*)", str(error))
        raise ExportError(told[1] if told else f"{path}: cannot be read: {first}") from None


def cause(error: BaseException) -> str:
    """What lies at the bottom of an error of Spark, in a line.

    Raises:
        KeyboardInterrupt: It is Ctrl-C, which Spark hides behind errors of its own.
    """
    reason: BaseException | None = error
    while reason is not None:
        if isinstance(reason, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        reason = reason.__context__
    lines = str(error).splitlines() or [type(error).__name__]
    told = [line for line in lines if line.startswith("Caused by: ")]
    return told[-1].removeprefix("Caused by: ") if told else lines[0]
