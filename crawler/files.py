"""Files that appear under their name only when they are whole."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.errors import KhabarError


@contextmanager
def replaced_file(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; it takes its place when the block ends, and is gone if that fails.

    Args:
        path: The file that is to appear; one of this name is replaced.

    Raises:
        KhabarError: The folder cannot be written, or the disk is full; the message names the file.
    """
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(descriptor)
    except OSError as error:
        raise KhabarError(f"{path}: cannot be written: {error.strerror}") from None
    draft = Path(name)
    try:
        yield draft
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise KhabarError(f"{path}: cannot be written: {error.strerror or error}") from None
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
