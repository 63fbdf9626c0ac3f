"""The archive pass on Apache Spark: the plan of `dedup.archive`, for archives too large for one machine.

Texts become numbers where they lie, band keys are joined by the statement that DuckDB runs, candidates are
verified by the code that runs on one machine; only what was found to match comes to the driver, which puts
the stories together. So the same input gives the same stories. MLlib's own MinHashLSH is not used: its hashes
are its own, so signatures could not be shared, and it has bands of one row only.

Needs the extra ``khabar[spark]`` and Java. The driver keeps some 300 bytes for each article.
"""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from dedup.archive import BATCH, ArchiveResult, assemble, compare_firsts, seconds, verify
from dedup.candidates import archive_bands
from dedup.columns import Columns, ColumnWriter, Part, read_part
from dedup.errors import ExportError, SparkError
from dedup.exported import exported
from dedup.parameters import Parameters
from dedup.relational import candidates_statement
from dedup.signature import band_keys
from dedup.similarity import Verdict

Content: TypeAlias = tuple[float, str | None, dict[str, bytes]]
"""A document on its way through Spark: seconds since 1970, source, and its row of each array."""
Numbered: TypeAlias = tuple[int, Content]
Pair: TypeAlias = tuple[int, int]

_TYPES = {"shingles": "<u4", "late": "?", "pairs": "<u4", "figures": "<u8", "values": "<u4", "digests": "<u8"}
_PAIRS = 256  # compared in one pass of a Python worker


def local_session(threads: int = 2) -> Any:
    """Start Spark within this process and on this machine; quiet, without a web page.

    Raises:
        SparkError: pyspark or Java is not there.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise SparkError("pyspark is not installed: pip install 'khabar[spark]', or make spark") from None
    if shutil.which("java") is None:
        raise SparkError("Spark needs Java 17 or newer, and no `java` is found")
    os.environ.setdefault(
        "PYSPARK_PYTHON", sys.executable
    )  # else workers run whatever python3 is in the path
    return (
        SparkSession.builder.master(f"local[{threads}]")
        .appName("khabar dedup archive")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", str(4 * threads))
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )


def take_on_spark(
    session: Any,
    path: Path | str,
    *,
    parameters: Parameters | None = None,
    apart: Iterable[tuple[str, str]] = (),
) -> ArchiveResult:
    """Take a whole archive, as `dedup.archive.take` does, on a cluster.

    Args:
        session: A SparkSession; `local_session` makes one.
        path: JSON lines or Parquet with the fields that `dedup.exported` names; ids must be unique.
        parameters: How to compare; the default ones without it.
        apart: Pairs of ids marked as not the same story by hand.

    Raises:
        ExportError: The file can't be read, or has an id twice.
    """
    parameters = parameters or Parameters()
    rows = _rows(session, str(path))
    contents = rows.mapPartitions(partial(_contents, parameters=parameters))
    # Sorted by time of publication and id: a document's place is its number, as on one machine.
    numbered = contents.sortBy(lambda row: row[0]).zipWithIndex().map(lambda row: (row[1], row[0])).cache()
    known = numbered.map(lambda row: (row[0], row[1][0])).collect()
    ids = [key[1] for _, key in known]
    if len(set(ids)) < len(ids):
        raise ExportError(f"{path}: {len(ids) - len(set(ids)):,} ids come more than once")
    documents = numbered.mapValues(lambda row: row[1]).cache()
    pairs = _candidates(session, documents, parameters).cache()
    found = _compared(documents, pairs, partial(_verified, parameters=parameters)).collect()
    answers: dict[Pair, Verdict] = {}
    while True:
        # Which stories may have to become one, or were tied by a round-up, shows only while they are put
        # together: what is asked and not known is compared, and the stories are put together again. Two or
        # three rounds do.
        asked: set[Pair] = set()

        def answer(
            one: int, other: int, asked: set[Pair] = asked, answers: dict[Pair, Verdict] = answers
        ) -> Verdict | None:
            if (one, other) not in answers:
                asked.add((one, other))
            return answers.get((one, other))

        result = assemble(
            ids, [key[0] for _, key in known], found, parameters.thresholds, answer, apart, pairs.count()
        )
        if not asked:
            break
        wanted = session.sparkContext.parallelize(sorted(asked))
        answers.update(_compared(documents, wanted, partial(_firsts, parameters=parameters)).collect())
    for held in (pairs, documents, numbered):
        held.unpersist()
    return result


def _rows(session: Any, path: str) -> Any:
    from pyspark.errors import PySparkException
    from pyspark.sql import functions
    from pyspark.sql.types import StringType, StructField, StructType, TimestampType

    try:
        if path.endswith(".parquet"):
            frame = session.read.parquet(path)
        else:
            names = ("id", "text", "published", "site")
            schema = StructType([StructField(name, StringType()) for name in names])
            frame = session.read.schema(schema).option("mode", "FAILFAST").json(path)
        if {"id", "text"} - set(frame.columns):
            raise ExportError(f"{path}: has no columns 'id' and 'text'; it has {', '.join(frame.columns)}")
        chosen = [name for name in ("id", "text", "published", "site") if name in frame.columns]
        frame = frame.select(*chosen)
        if "published" in chosen and isinstance(frame.schema["published"].dataType, TimestampType):
            shape = "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"
            frame = frame.withColumn("published", functions.date_format("published", shape))
    except PySparkException as error:
        raise ExportError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from None
    return frame.rdd.map(lambda row: row.asDict())


def _contents(records: Iterable[dict[str, Any]], parameters: Parameters) -> Iterator[Any]:
    """The key a document is sorted by, with its content."""
    rest = map(exported, records)
    while batch := list(islice(rest, BATCH)):
        part = read_part([one.text for one in batch], parameters)
        for at, row in enumerate(_split(part)):
            one = batch[at]
            moment = seconds(one.published)
            yield (moment, one.id), (moment, one.site, row)


def _split(part: Part) -> Iterator[dict[str, bytes]]:
    """Each document's row of all arrays."""
    starts = {name: np.concatenate([[0], lengths]).cumsum() for name, lengths in part.lengths.items()}
    starts["late"] = starts["shingles"]
    for at in range(len(part.arrays["values"])):
        yield {
            name: (array[starts[name][at] : starts[name][at + 1]] if name in starts else array[at]).tobytes()
            for name, array in part.arrays.items()
        }


def _joined(contents: list[Content], parameters: Parameters) -> Columns:
    """Columns of a few documents."""
    arrays = {
        name: np.frombuffer(b"".join(row[name] for _, _, row in contents), kind)
        for name, kind in _TYPES.items()
    }
    arrays["values"] = arrays["values"].reshape(len(contents), parameters.permutations)
    lengths = {
        name: np.array([len(row[name]) // np.dtype(_TYPES[name]).itemsize for _, _, row in contents], np.intp)
        for name in ("shingles", "pairs", "figures")
    }
    writer = ColumnWriter()
    writer.add(Part(arrays, lengths))
    names: dict[str, int] = {}
    sources = [-1 if name is None else names.setdefault(name, len(names)) for _, name, _ in contents]
    return writer.finish([moment for moment, _, _ in contents], sources, parameters.permutations)


def _candidates(session: Any, documents: Any, parameters: Parameters) -> Any:
    from pyspark.sql.types import IntegerType, LongType, StructField, StructType

    kinds = {"number": LongType(), "band": IntegerType(), "key": LongType()}
    schema = StructType([StructField(name, kind, nullable=False) for name, kind in kinds.items()])
    keys = documents.mapPartitions(partial(_keys, parameters=parameters))
    session.createDataFrame(keys, schema).createOrReplaceTempView("bands")
    return session.sql(candidates_statement("explode(array({}))")).rdd.map(tuple)


def _keys(documents: Iterable[Numbered], parameters: Parameters) -> Iterator[tuple[int, int, int]]:
    rest = (document for document in documents if document[1][2]["shingles"])
    while batch := list(islice(rest, BATCH)):
        values = np.frombuffer(b"".join(content[2]["values"] for _, content in batch), "<u4")
        keys = band_keys(values.reshape(len(batch), parameters.permutations), archive_bands(parameters))
        for (number, _), row in zip(batch, keys.tolist(), strict=True):
            yield from ((number, band, key) for band, key in enumerate(row))


def _compared(documents: Any, pairs: Any, compare: Any) -> Any:
    """Bring the two documents of each pair together and compare them."""
    beside = pairs.join(documents).map(lambda row: (row[1][0], (row[0], row[1][1])))
    both = beside.join(documents).map(lambda row: (row[1][0][0], row[0], row[1][0][1], row[1][1]))
    return both.mapPartitions(compare)


def _blocks(pairs: Iterable[Any], parameters: Parameters) -> Iterator[tuple[list[Pair], Columns]]:
    """Pairs with the columns of their documents: the later ones, then the earlier ones."""
    rest = iter(pairs)
    while block := list(islice(rest, _PAIRS)):
        contents = [mine for _, _, mine, _ in block] + [other for _, _, _, other in block]
        yield [(later, earlier) for later, earlier, _, _ in block], _joined(contents, parameters)


def _verified(pairs: Iterable[Any], parameters: Parameters) -> Iterator[tuple[int, int, Verdict]]:
    for numbers, columns in _blocks(pairs, parameters):
        rows, count = np.arange(2 * len(numbers)), len(numbers)
        for one, _, verdict in verify(columns, rows, rows[:count], rows[count:], parameters.thresholds):
            yield *numbers[one], verdict


def _firsts(pairs: Iterable[Any], parameters: Parameters) -> Iterator[tuple[Pair, Verdict]]:
    for numbers, columns in _blocks(pairs, parameters):
        for at, pair in enumerate(numbers):
            yield pair, compare_firsts(columns, at, at + len(numbers), parameters.thresholds)
