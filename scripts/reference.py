"""The reference of the public calls as HTML pages: `python -m scripts.reference FOLDER`."""

import sys
from pathlib import Path

import pdoc

import dedup

MODULES = (
    "dedup",
    "dedup.errors",
    "crawler.extraction",
    "crawler.extraction.errors",
    "crawler.model.article",
)
"""What other programs may rely on (docs/library.md)."""


def write_reference(folder: Path) -> None:
    """Write one page for each public module, and an index.

    Args:
        folder: Where to; made if it is not there.
    """
    for name in dedup.__all__:  # pdoc looks only at what is imported already
        vars(dedup)[name] = getattr(dedup, name)
    pdoc.render.configure(docformat="google", show_source=False)
    pdoc.pdoc(*MODULES, output_directory=folder)


if __name__ == "__main__":
    write_reference(Path(sys.argv[1]))
