"""The documentation: its examples run, its links lead somewhere, and the decisions are all in their index."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers import running_valkey

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = ROOT / "docs" / "decisions"
REDIS = "redis://localhost:6379/0"


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with running_valkey() as url:
        yield url


def test_the_examples_of_the_library_page_run(redis_url: str) -> None:
    page = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```python\n(.*?)^```", page, re.S | re.M)
    assert len(examples) == 12
    names: dict[str, object] = {}
    for example in examples:
        exec(compile(example.replace(REDIS, redis_url), "docs/library.md", "exec"), names)  # noqa: S102


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_decision_is_in_the_index_once() -> None:
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(\d+)\. .*?\]\((\d{4}-[a-z0-9-]+\.md)\) \|", index, re.M)
    assert sorted(name for _, name in listed) == sorted(path.name for path in DECISIONS.glob("0*.md"))
    assert [name for number, name in listed if int(number) != int(name[:4])] == []


def test_no_two_decisions_have_one_number() -> None:
    numbers = [path.name[:4] for path in DECISIONS.glob("0*.md")]
    assert len(numbers) == len(set(numbers))
