"""The table of a seed's keys in the documentation is the one that the code describes."""

from crawler.model.seeds import SEED_KEYS
from scripts.seed_table import PAGE, with_table


def test_the_documentation_has_every_key_of_a_seed_as_the_code_describes_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page) == page, "run python -m scripts.seed_table"
    assert all(f"| `{key}` |" in page for key in SEED_KEYS)
