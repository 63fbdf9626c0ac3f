"""The errors of the deduplicator. Redis's own errors pass through untouched."""


class DedupError(Exception):
    """Base of the errors below; the message says what is wrong and what to do."""


class IndexMismatchError(DedupError):
    """The index in Redis was made with other parameters than those it was opened with.

    Attributes:
        differing: Each differing parameter's name with its value in Redis and the value asked for.
    """

    def __init__(self, basename: str, differing: dict[str, tuple[object, object]]) -> None:
        self.differing = differing
        pairs = ", ".join(f"{name} {old!r} there, {new!r} here" for name, (old, new) in differing.items())
        super().__init__(
            f"the dedup index {basename!r} in Redis was made with other parameters ({pairs}); "
            "rebuild it with `khabar dedup rebuild`, or use the parameters it was made with"
        )


class IndexLostError(DedupError):
    """The index vanished from Redis while it was in use (flushed, or another server answers)."""

    def __init__(self, basename: str) -> None:
        super().__init__(
            f"the dedup index {basename!r} is gone from Redis, though it was there before; "
            "rebuild it with `khabar dedup rebuild`"
        )


class IndexFullError(DedupError):
    """Redis is at its memory limit and took nothing of the batch."""

    def __init__(self, basename: str) -> None:
        super().__init__(
            f"Redis has no memory left for the dedup index {basename!r} (OOM); raise its maxmemory or free "
            "some, then check these articles again"
        )


class StoredFormError(DedupError):
    """What was stored of an article for the index cannot be used: damaged, or of another version."""


class DocumentError(DedupError, ValueError):
    """A document has a form or a field that cannot be read; the message names it."""


class ExportError(DedupError):
    """A file of articles cannot be read; the message names the file, the place and what is wrong."""


class SparkError(DedupError):
    """The archive pass cannot run on Spark; the message says what is missing."""


class JoinError(DedupError):
    """The join of an archive pass ran out of memory or disk; the message says of which and what to do."""
