"""The archive as a data set: its tables and card, what narrows them, and the page that questions them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crawler.errors import UsageError
from crawler.model.period import Period
from crawler.model.seeds import load_sites
from crawler.operations.archive.export import write_dataset
from crawler.operations.archive.export_files import ExportFormat
from crawler.operations.archive.selection import REPEATS, LeftOut, Selection
from crawler.operations.archive.tables import TABLES, TableSource, table_of
from crawler.storage.connect import Stores, open_stores
from tests.support import small_archive as small
from tests.support.paths import ROOT
from tests.support.servers import Servers, forget, fresh_settings


@pytest.fixture(scope="module")
def filled(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """The small archive, with a kept page."""
    settings = fresh_settings(servers, tmp_path_factory.mktemp("archive"))
    with open_stores(settings) as stores:
        small.fill(stores)
        small.keep(settings.data_dir)
        yield stores
        forget(stores)


@pytest.fixture(scope="module")
def dataset(filled: Stores, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work") / "dataset"
    seeds = folder.parent / "seeds"
    seeds.mkdir()
    for name, text in small.SEEDS.items():
        (seeds / f"{name}.toml").write_text(text, encoding="utf-8")
    source = TableSource(filled, load_sites(seeds), Selection(repeats=True))
    counts = write_dataset(source, folder, ExportFormat.PARQUET, {"site": None})
    assert counts == {
        "articles": 38, "revisions": 1, "stories": 36, "members": 38, "sites": 3, "captures": 2
    }  # fmt: skip
    return folder


def _ids(stores: Stores, **fields: Any) -> tuple[set[str], LeftOut]:
    source = TableSource(stores, {}, Selection(**fields))
    return {row["id"] for row in TABLES["articles"].rows(source)}, source.left_out


def test_the_questions_of_the_documentation_are_answered(
    dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs" / "research.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```python\n(.*?)^```", page, re.S | re.M)
    assert len(examples) == 6
    monkeypatch.chdir(dataset.parent)
    names: dict[str, object] = {}
    for example in examples:
        exec(compile(example, "docs/research.md", "exec"), names)  # noqa: S102


@pytest.mark.parametrize("name", list(TABLES))
def test_each_row_has_the_columns_of_its_table(filled: Stores, name: str) -> None:
    table = table_of(name)
    rows = list(table.rows(TableSource(filled, {}, Selection(repeats=True))))
    assert rows
    assert all(list(row) == list(table.columns) for row in rows)


def test_the_card_says_what_the_tables_are(dataset: Path) -> None:
    card = (dataset / "README.md").read_text(encoding="utf-8")
    for table in TABLES.values():
        assert f"config_name: {table.name}\n    data_files: {table.name}.parquet" in card
        assert all(f"| `{column}` | {kind} |" in card for column, kind in table.types.items())
    sites = duckdb.read_parquet(str(dataset / "sites.parquet")).fetchall()
    assert [(row[0], row[1], row[5], row[6]) for row in sites] == [
        ("barada", "بردى اليوم", 34, 0),
        ("qasioun", "قاسيون", 2, 1),
        ("ugarit", "أوغاريت", 2, 1),
    ]


def test_a_folder_with_something_else_is_left_alone(filled: Stores, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("my notes")
    with pytest.raises(UsageError, match="no data set of Khabar's"):
        write_dataset(TableSource(filled, {}, Selection()), tmp_path, ExportFormat.CSV, {})
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


def test_a_selection_says_what_it_passed_over(filled: Stores) -> None:
    ids, left_out = _ids(filled)
    assert small.COPY not in ids
    assert left_out.counts == {REPEATS: 2}
    ids, left_out = _ids(filled, language="en")
    assert (ids, left_out.counts) == ({small.ENGLISH}, {"in another language": 37})
    assert _ids(filled, state="edited")[0] == {small.FIRST}
    assert _ids(filled, matches=frozenset({small.COPY}), repeats=True)[0] == {small.COPY}
    ids, left_out = _ids(filled, period=Period(since=small.NOW - timedelta(hours=2.5)))
    assert ids == {small.HOSTILE}
    assert left_out.counts == {"outside the period": 37}
    ids, _ = _ids(filled, changed_since=small.NOW - timedelta(hours=3), repeats=True)
    assert ids == {small.HOSTILE, small.ENGLISH}


def test_a_wrong_word_is_explained() -> None:
    with pytest.raises(UsageError, match="removed, edited"):
        Selection(state="gone")
    with pytest.raises(UsageError, match="articles, revisions, stories, members, sites, captures"):
        table_of("article")
    with pytest.raises(UsageError, match="--columns titel: not in articles; it has id, site"):
        TABLES["articles"].pick("id, titel")
    assert TABLES["articles"].pick("title,id") == {"title": "VARCHAR", "id": "VARCHAR"}
