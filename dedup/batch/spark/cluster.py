"""The archive pass on Apache Spark: the plan of `dedup.batch.cluster`, for archives that outgrow one machine.

Texts become numbers where they lie, band keys are joined by the statement that DuckDB runs, candidates are
verified by the code that runs on one machine; only the pairs that match come to the driver, which puts the
stories together. So the same input gives the same stories. Rows go to Python and back as Arrow batches, and
everything that is large is joined by Spark itself. MLlib's own MinHashLSH is not used: its hashes differ, so
signatures could not be shared, and it has bands of one row only.

Needs the extra ``khabar[spark]`` and Java. All executors must be able to read the input (a distributed file
system, an object store, or one machine's disk in ``local`` mode) and have Khabar installed; nothing else is
shared between them. The driver keeps some 400 bytes for each article.
"""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from dedup.batch.columns import Numbers
from dedup.batch.duckdb_join import candidates_statement
from dedup.batch.result import ClusteringResult, DocumentOrder, assemble
from dedup.batch.spark import batches
from dedup.batch.spark.session import read_errors, read_records
from dedup.batch.verification import VERDICT_ROW, VerdictRows
from dedup.documents import Epoch
from dedup.parameters import Parameters


def cluster_on_spark(
    session: Any,
    path: Path | str,
    *,
    parameters: Parameters | None = None,
    epoch: Epoch | None = None,
    apart: Iterable[tuple[str, str]] = (),
) -> ClusteringResult:
    """Put documents into stories, as `dedup.batch.cluster.cluster_documents` does, on a cluster.

    Args:
        session: A SparkSession; `dedup.batch.spark.session.local_session` makes one.
        path: JSON lines or Parquet with the fields that `dedup.batch.export_files` names, as Spark finds it.
            Where an id comes twice, the later row counts.
        parameters: How to compare; the default ones without it.
        epoch: What times count that are numbers; see `dedup.documents.moment_of`.
        apart: Pairs of ids marked as not the same story by hand.

    Raises:
        ExportError: The file can't be read, or a record is not an article.
    """
    from pyspark.storagelevel import StorageLevel

    parameters = parameters or Parameters()
    contents = _contents(session, str(path), parameters, epoch).persist(StorageLevel.DISK_ONLY)
    with read_errors(str(path), epoch):
        table = contents.select("row", "id", "published", "story").toArrow().sort_by("row")
    order, rows = _order(table)
    documents = contents.join(_numbers(session, rows), "row")
    pairs = _candidates(session, documents).persist(StorageLevel.DISK_ONLY)
    candidates = pairs.count()
    verdicts = _verdicts(pairs, documents, parameters)
    roots = _Questions(
        session,
        documents,
        batches.COMPARED,
        partial(batches.root_answers, parameters=parameters),
        batches.ROOTS_SCHEMA,
    )
    shared = _Questions(session, documents, ["shingles"], batches.shared_answers, batches.SHARED_SCHEMA)
    apart = set(apart)
    while True:
        # Only while stories are put together does it show which roots have to be compared, of stories that
        # may have to be merged, and which parts of one article. Those are compared, and the stories are put
        # together again. Two or three rounds do.
        result = assemble(
            order,
            verdicts,
            parameters.thresholds,
            roots.answer,
            shared.answer,
            apart,
            candidates=candidates,
        )
        if not any([shared.find_pending(), roots.find_pending()]):
            break
    for frame in (pairs, contents):
        frame.unpersist()
    return result


def _contents(session: Any, path: str, parameters: Parameters, epoch: Epoch | None) -> Any:
    """What the documents of a file are compared by, each with the number of its row."""
    from pyspark.sql import functions as f

    read = partial(batches.contents, place=path, parameters=parameters, epoch=epoch)
    frame = read_records(session, path).mapInArrow(read, batches.CONTENT_SCHEMA)
    return frame.withColumn("row", f.monotonically_increasing_id())  # ascends as the rows of the input do


def _order(table: Any) -> tuple[DocumentOrder, Numbers]:
    """The documents in order of publication, and the row of each; as `Corpus` orders them."""
    ids = [_text(id_) for id_ in table["id"].to_pylist()]
    stories = zip(ids, table["story"].to_pylist(), strict=True)
    moments = table["published"].to_numpy()
    latest = {id_: at for at, id_ in enumerate(ids)}
    order = sorted(latest.values(), key=lambda at: (moments[at], ids[at]))
    documents = DocumentOrder(
        documents=list(latest),
        ids=[ids[at] for at in order],
        published=moments[order],
        input_stories={id_: _text(story) for id_, story in stories if story},
        repeated=len(ids) - len(order),
    )
    return documents, table["row"].to_numpy()[order]


def _candidates(session: Any, documents: Any) -> Any:
    from pyspark.sql import functions as f

    bands = documents.select("number", f.posexplode("keys").alias("band", "key"))
    bands.createOrReplaceTempView("bands")
    return session.sql(candidates_statement("explode(array({}))"))


def _verdicts(pairs: Any, documents: Any, parameters: Parameters) -> VerdictRows:
    """The verdicts on the candidates that are copies or near misses."""
    likely = _with_documents(pairs, documents, ["size", "sketch"]).mapInArrow(
        partial(batches.prefilter, parameters=parameters), batches.PAIR_SCHEMA
    )
    verified = _with_documents(likely, documents, batches.COMPARED).mapInArrow(
        partial(batches.verify_pairs, parameters=parameters), batches.VERDICT_SCHEMA
    )
    table = verified.toArrow()
    verdicts = np.empty(table.num_rows, VERDICT_ROW)
    for name in VERDICT_ROW.names or ():
        verdicts[name] = table[name].to_numpy()
    return verdicts


class _Questions:
    """What is asked of pairs of documents: answers that are not known are noted, and then found at once.

    Args:
        session: The SparkSession.
        documents: The documents.
        names: The columns that tell the answer.
        task: Makes answers of batches of pairs with these columns of both.
        schema: What it gives: `later`, `earlier`, `answer`.
    """

    def __init__(self, session: Any, documents: Any, names: list[str], task: Any, schema: str) -> None:
        self._session = session
        self._documents = documents
        self._names = names
        self._task = task
        self._schema = schema
        self._answers: dict[tuple[int, int], Any] = {}
        self._pending: set[tuple[int, int]] = set()

    def answer(self, later: int, earlier: int) -> Any:
        """The answer for two numbers; None where it is to be found first."""
        answer = self._answers.get((later, earlier))
        if answer is None:
            self._pending.add((later, earlier))
        return answer

    def find_pending(self) -> bool:
        """Find the answers that were missed; returns whether there were any."""
        import pyarrow as pa

        if not self._pending:
            return False
        later, earlier = np.array(sorted(self._pending), np.int32).T
        pairs = self._session.createDataFrame(pa.table({"later": later.copy(), "earlier": earlier.copy()}))
        table = (
            _with_documents(pairs, self._documents, self._names)
            .mapInArrow(self._task, self._schema)
            .toArrow()
        )
        numbers = zip(table["later"].to_pylist(), table["earlier"].to_pylist(), strict=True)
        self._answers |= dict(zip(numbers, table["answer"].to_pylist(), strict=True))
        self._pending.clear()
        return True


def _with_documents(pairs: Any, documents: Any, names: list[str]) -> Any:
    """Pairs with columns of both documents: `mine_…` of the later, `other_…` of the earlier."""
    from pyspark.sql import functions as f

    for side, key in (("mine", "later"), ("other", "earlier")):
        chosen = [f.col(name).alias(f"{side}_{name}") for name in names]
        pairs = pairs.join(documents.select(f.col("number").alias(key), *chosen), key)
    return pairs


def _numbers(session: Any, rows: Numbers) -> Any:
    """The number of each row: its place in order of publication."""
    import pyarrow as pa

    numbers = np.arange(len(rows), dtype=np.int32)
    return session.createDataFrame(pa.table({"row": np.asarray(rows, np.int64), "number": numbers}))


def _text(stored: bytes | None) -> str:
    return "" if stored is None else stored.decode("utf-8", "surrogatepass")
