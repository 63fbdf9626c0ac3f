"""The archive pass on Apache Spark: the plan of `dedup.batch.cluster`, for archives that outgrow one machine.

Texts become numbers where they lie, band keys are joined by the statement that DuckDB runs, candidates are
verified by the code that runs on one machine; only what was found to match comes to the driver, which puts
the stories together. So the same input gives the same stories. Rows go to Python and back as Arrow batches,
and everything that is large is joined by Spark itself. MLlib's own MinHashLSH is not used: its hashes are its
own, so signatures could not be shared, and it has bands of one row only.

Needs the extra ``khabar[spark]`` and Java. All executors must be able to read the input (a distributed file
system, an object store, or one machine's disk in ``local`` mode) and have Khabar installed; nothing else is
shared between them. The driver keeps some 400 bytes for each article.
"""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from dedup.batch.duckdb_join import candidates_statement
from dedup.batch.result import ArchiveResult, assemble
from dedup.batch.spark import batches
from dedup.batch.spark.reading import articles, cause, read_errors
from dedup.batch.spark.session import local_session
from dedup.batch.verification import FOUND, Found
from dedup.comparison.verdict import Reason, Verdict
from dedup.parameters import Parameters

__all__ = ["cause", "local_session", "take_on_spark"]


def take_on_spark(
    session: Any,
    path: Path | str,
    *,
    parameters: Parameters | None = None,
    apart: Iterable[tuple[str, str]] = (),
) -> ArchiveResult:
    """Take a whole archive, as `dedup.batch.cluster.take` does, on a cluster.

    Args:
        session: A SparkSession; `local_session` makes one.
        path: JSON lines or Parquet with the fields that `dedup.batch.export_files` names, as Spark finds it.
            Where an id comes twice, the later row counts.
        parameters: How to compare; the default ones without it.
        apart: Pairs of ids marked as not the same story by hand.

    Raises:
        ExportError: The file can't be read, or a record is not an article.
    """
    from pyspark.sql import functions as f
    from pyspark.storagelevel import StorageLevel

    parameters = parameters or Parameters()
    apart = set(apart)
    contents = (
        articles(session, str(path))
        .mapInArrow(partial(batches.contents, place=str(path), parameters=parameters), batches.CONTENT)
        .withColumn("row", f.monotonically_increasing_id())  # ascends as the rows of the input do
        .persist(StorageLevel.DISK_ONLY)
    )
    with read_errors(str(path)):
        known = contents.select("row", "id", "published", "told").toArrow().sort_by("row")
    rows, names = known["row"].to_numpy(), [_text(one) for one in known["id"].to_pylist()]
    told = {id_: _text(story) for id_, story in zip(names, known["told"].to_pylist(), strict=True) if story}
    latest = {id_: at for at, id_ in enumerate(names)}
    # A document's number is its place in order of publication and id, as on one machine.
    moments = known["published"].to_numpy()
    order = sorted(latest.values(), key=lambda at: (moments[at], names[at]))
    documents = contents.join(_numbers(session, rows[order]), "row")
    bands = documents.select("number", f.posexplode("keys").alias("band", "key"))
    bands.createOrReplaceTempView("bands")
    pairs = session.sql(candidates_statement("explode(array({}))")).persist(StorageLevel.DISK_ONLY)
    candidates = pairs.count()
    likely = _beside(pairs, documents, ["size", "sketch"]).mapInArrow(
        partial(batches.likely, parameters=parameters), batches.PAIR
    )
    found = _found(
        _beside(likely, documents, batches.COMPARED)
        .mapInArrow(partial(batches.verified, parameters=parameters), batches.VERDICT)
        .toArrow()
    )
    answers: dict[tuple[int, int], Verdict] = {}
    while True:
        # Which stories may have to become one, or were tied by a round-up, shows only while they are put
        # together: what is asked and not known is compared, and the stories are put together again. Two or
        # three rounds do.
        asked: set[tuple[int, int]] = set()

        def answer(
            one: int,
            other: int,
            asked: set[tuple[int, int]] = asked,
            answers: dict[tuple[int, int], Verdict] = answers,
        ) -> Verdict | None:
            if (one, other) not in answers:
                asked.add((one, other))
            return answers.get((one, other))

        result = assemble(
            list(latest),
            [names[at] for at in order],
            moments[order],
            found,
            parameters.thresholds,
            answer,
            apart,
            candidates=candidates,
            told=told,
            repeated=len(names) - len(order),
        )
        if not asked:
            break
        wanted = _pairs(session, sorted(asked))
        told_now = _beside(wanted, documents, batches.COMPARED).mapInArrow(
            partial(batches.answered, parameters=parameters), batches.ANSWER
        )
        for row in told_now.toArrow().to_pylist():
            told_as = Verdict(row["alike"], Reason.NEAR, 0.0, 0.0, row["containment"])
            answers[row["later"], row["earlier"]] = told_as
    for held in (pairs, contents):
        held.unpersist()
    return result


def _beside(pairs: Any, documents: Any, names: list[str]) -> Any:
    """Bring columns of both documents of each pair to it: `mine_…` of the later, `other_…` of the earlier."""
    from pyspark.sql import functions as f

    for side, key in (("mine", "later"), ("other", "earlier")):
        chosen = [f.col(name).alias(f"{side}_{name}") for name in names]
        pairs = pairs.join(documents.select(f.col("number").alias(key), *chosen), key)
    return pairs


def _numbers(session: Any, rows: Any) -> Any:
    import pyarrow as pa

    numbers = np.arange(len(rows), dtype=np.int32)
    return session.createDataFrame(pa.table({"row": np.asarray(rows, np.int64), "number": numbers}))


def _pairs(session: Any, pairs: list[tuple[int, int]]) -> Any:
    import pyarrow as pa

    later, earlier = np.array(pairs, np.int32).T
    return session.createDataFrame(pa.table({"later": later.copy(), "earlier": earlier.copy()}))


def _found(table: Any) -> Found:
    found = np.empty(table.num_rows, FOUND)
    for name in FOUND.names or ():
        found[name] = table[name].to_numpy()
    return found


def _text(stored: bytes | None) -> str:
    return "" if stored is None else stored.decode("utf-8", "surrogatepass")
