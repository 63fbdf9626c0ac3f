"""The archive pass on Apache Spark: the plan of `dedup.batch.cluster`, for archives that outgrow one machine.

Texts become numbers where they lie; band keys, candidates and documents are brought together by Spark, in
rows of thousands (`dedup.batch.spark.messages`), and worked on by the code that runs on one machine
(`dedup.batch.spark.steps`); only the pairs that match come to the driver, which puts the stories together. So
the same input gives the same stories. MLlib's own MinHashLSH is not used: its hashes differ, so signatures
could not be shared.

Needs the extra ``khabar[spark]`` and Java. All executors must be able to read the input (a distributed file
system, an object store, or one machine's disk in ``local`` mode) and have Khabar installed; nothing else is
shared between them. The driver keeps some 400 bytes for each article.
"""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.batch.candidates import bucket_count
from dedup.batch.cluster import document_order
from dedup.batch.columns import Columns, Numbers
from dedup.batch.reading import Corpus, latest_rows
from dedup.batch.result import ClusteringResult, assemble
from dedup.batch.spark import messages, steps
from dedup.batch.spark.session import read_contents, read_errors, read_records
from dedup.batch.verification import VERDICT_ROW, VerdictRows
from dedup.documents import Epoch
from dedup.parameters import Parameters

# Bytes of the documents of a block, 4,000 of 300 words; as many again, or twice, are those that they are
# compared with.
_BLOCK = 12 << 20
# Keys that are brought together at most: 16 MB.
_KEYS = 1 << 21
# Questions that are answered at once.
_QUESTIONS = 1 << 12


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
        table = contents.select("part", "names").toArrow().sort_by("part")
    corpus, lengths, average = _corpus(table)
    order = corpus.by_publication()
    documents = contents.join(_numbers(session, table["part"], lengths, order), "part")
    candidates, verdicts = _verdicts(documents, len(order), average, parameters)
    questions = _Questions(session, documents, parameters)
    apart = set(apart)
    while True:
        # Only while stories are put together does it show which roots have to be compared, of stories that
        # may have to be merged, and which parts of one article. Those are compared, and the stories are put
        # together again. Two or three rounds do.
        result = assemble(
            document_order(corpus, order),
            verdicts,
            parameters.thresholds,
            questions.are_roots_alike,
            questions.count_shared,
            apart,
            candidates=candidates,
        )
        if not questions.find_pending():
            break
    contents.unpersist()
    return result


def _contents(session: Any, path: str, parameters: Parameters, epoch: Epoch | None) -> Any:
    """What the documents of a file are compared by, some hundred in a row, each row with a number."""
    from pyspark.sql import functions as f

    read = partial(read_contents, place=path, parameters=parameters, epoch=epoch)
    frame = read_records(session, path).mapInArrow(read, steps.PACKED_SCHEMA)
    return frame.withColumn("part", f.monotonically_increasing_id())  # ascends as the rows of the input do


def _corpus(table: Any) -> tuple[Corpus, list[int], int]:
    """The documents without what they are compared by, how many each part has, bytes of one on average."""
    ids: list[str] = []
    input_stories: dict[str, str] = {}
    moments: list[NDArray[np.float64]] = [np.empty(0)]
    total = 0
    for packed in table["names"]:
        some, stories, published, size = messages.unpack(packed.as_buffer())
        total += size
        ids += some
        moments.append(published)
        input_stories.update((id_, story) for id_, story in zip(some, stories, strict=True) if story)
    columns = Columns({}, {}, np.concatenate(moments), np.empty(0, np.int64))
    lengths = [len(some) for some in moments[1:]]
    return Corpus(ids, input_stories, columns, latest_rows(ids)), lengths, _share(total, len(ids))


def _numbers(session: Any, parts: Any, lengths: list[int], order: Numbers) -> Any:
    """The numbers of the documents of each part, -1 where a later document has the same id."""
    import pyarrow as pa

    numbers = np.full(sum(lengths), -1, np.int32)
    numbers[order] = np.arange(len(order), dtype=np.int32)
    packed = [messages.pack(some) for some in np.split(numbers, np.cumsum(lengths)[:-1])] if lengths else []
    return session.createDataFrame(pa.table({"part": parts, "numbers": pa.array(packed, pa.binary())}))


def _verdicts(documents: Any, count: int, average: int, parameters: Parameters) -> tuple[int, VerdictRows]:
    """How many candidates there are, and the verdicts on those that are copies or near misses."""
    cores = documents.sparkSession.sparkContext.defaultParallelism
    size = min(_share(_BLOCK, average), _share(count, 2 * cores))
    blocks = _share(count, size)
    targets = min(steps.MOST_TARGETS, max(cores, _share(count * bucket_count(parameters), _KEYS)))
    keys = _on_rows(documents, "keys", steps.spread_keys, targets=targets)
    pairs = _on_messages(keys, targets, steps.pair_up, size=size)
    requests = _on_messages(pairs, blocks, steps.request, size=size)
    spread = _on_rows(documents, "documents", steps.spread_documents, size=size)
    served = _on_messages(spread.union(requests), blocks, steps.serve)
    verified = _on_messages(served, blocks, steps.verify_pairs, parameters=parameters).toArrow()
    candidates, rows = 0, [np.empty(0, VERDICT_ROW)]
    for message in messages.messages_of(verified):
        pairs_compared, verdicts = message.payload
        candidates += pairs_compared
        rows.append(verdicts)
    return candidates, np.concatenate(rows)


def _share(count: int, parts: int) -> int:
    """What each of some parts has at most, and one at least."""
    return max(1, -(-count // max(1, parts)))


def _on_rows(documents: Any, name: str, work: Any, **arguments: Any) -> Any:
    """A step on a column of the documents and their numbers."""
    frame = documents.select(name, "numbers")
    return frame.mapInArrow(messages.row_step(work, **arguments), messages.SCHEMA)


def _on_messages(frame: Any, parts: int, work: Any, **arguments: Any) -> Any:
    """A step on messages, those of one target together."""
    sorted_ = frame.repartition(parts, "target").sortWithinPartitions("target", "rank")
    return sorted_.mapInArrow(messages.step(work, **arguments), messages.SCHEMA)


class _Questions:
    """What is asked of pairs of documents: answers that are not known are noted, and then found at once.

    Args:
        session: The SparkSession.
        documents: The documents.
        parameters: How to compare.
    """

    def __init__(self, session: Any, documents: Any, parameters: Parameters) -> None:
        self._session = session
        self._documents = documents
        self._parameters = parameters
        self._answers: dict[tuple[int, int, bool], Any] = {}
        self._pending: set[tuple[int, int, bool]] = set()

    def are_roots_alike(self, later: int, earlier: int) -> bool | None:
        """Whether two numbers may be the roots of one story; None where it is to be found first."""
        answer: bool | None = self._answer((later, earlier, True))
        return answer

    def count_shared(self, later: int, earlier: int) -> int | None:
        """How many shingles two numbers share; None where it is to be found first."""
        answer: int | None = self._answer((later, earlier, False))
        return answer

    def _answer(self, question: tuple[int, int, bool]) -> Any:
        answer = self._answers.get(question)
        if answer is None:
            self._pending.add(question)
        return answer

    def find_pending(self) -> bool:
        """Find the answers that were missed; returns whether there were any."""
        import pyarrow as pa

        if not self._pending:
            return False
        questions = np.array(sorted(self._pending), steps.ASKED)
        groups = np.split(questions, range(_QUESTIONS, len(questions), _QUESTIONS))
        about = [np.union1d(some["later"], some["earlier"]) for some in groups]
        numbers, targets = np.concatenate(about), np.repeat(np.arange(len(groups)), list(map(len, about)))
        order = np.argsort(numbers, kind="stable")
        requested = numbers[order], targets[order]
        picked = _on_rows(self._documents, "documents", steps.pick, requested=requested)
        rows = (messages.Message(at, steps.REQUESTS, some) for at, some in enumerate(groups))
        table = self._session.createDataFrame(pa.Table.from_batches(messages.to_batches(rows)))
        answers = _on_messages(
            picked.union(table), len(groups), steps.answer, parameters=self._parameters
        ).toArrow()
        for message in messages.messages_of(answers):
            some, values = message.payload
            self._answers |= dict(zip(some.tolist(), values, strict=True))
        self._pending.clear()
        return True
