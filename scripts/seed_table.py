"""Writes the table of a seed's keys into docs/seeds.md: `python -m scripts.seed_table`."""

import re
from pathlib import Path

from crawler.model.seeds import keys_table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "seeds.md"

_TABLE = re.compile(r"^\| key \|.*\n(?:\|.*\n)+", re.MULTILINE)


def with_table(page: str) -> str:
    """The page of the documentation with the table that the code describes."""
    return _TABLE.sub(lambda _: keys_table(), page, count=1)


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
