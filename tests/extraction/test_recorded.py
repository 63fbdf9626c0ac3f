"""Recorded pages read as recorded: those beside this file, made up, and those of KHABAR_RECORDED."""

import os
from pathlib import Path

import pytest

from crawler.errors import UsageError
from crawler.operations.sites.record import compare, record
from crawler.settings import Settings
from tests.support.pages import STORY, TITLE, URL, page, paragraphs

FOLDERS = [Path(__file__).parent / "recorded"]
if os.environ.get("KHABAR_RECORDED"):
    FOLDERS.append(Path(os.environ["KHABAR_RECORDED"]))
RECORDED = sorted(path for folder in FOLDERS for path in folder.glob("*.json"))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_recorded_pages(path: Path) -> None:
    assert compare(path, {}) == {}


def test_there_are_recorded_pages() -> None:
    assert RECORDED


def test_a_page_is_recorded_and_compared(tmp_path: Path) -> None:
    saved = tmp_path / "page.html"
    saved.write_bytes(page(paragraphs(STORY)))
    path = record(str(saved), tmp_path / "out", Settings(), {}, url=URL)
    assert path.name.startswith("news.example-a-headline-of-some-length-4711-")
    assert compare(path, {}) == {}
    path.write_text(path.read_text("utf-8").replace(TITLE, "عنوان آخر"), "utf-8")
    assert compare(path, {})["title"] == ("عنوان آخر", TITLE)


def test_what_is_no_article_is_recorded_as_such(tmp_path: Path) -> None:
    saved = tmp_path / "page.html"
    saved.write_bytes(b"<html><body></body></html>")
    path = record(str(saved), tmp_path, Settings(), {}, url=URL)
    assert '"raises"' in path.read_text("utf-8")
    assert compare(path, {}) == {}


def test_a_saved_page_needs_its_address(tmp_path: Path) -> None:
    saved = tmp_path / "page.html"
    saved.write_bytes(page(paragraphs(STORY)))
    with pytest.raises(UsageError, match="--url"):
        record(str(saved), tmp_path, Settings(), {})
