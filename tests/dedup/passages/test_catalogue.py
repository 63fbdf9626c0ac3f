"""What is known of documents comes back as it was given."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from dedup.documents import Document
from dedup.passages.catalogue import Catalogue

DAMASCUS = timezone(timedelta(hours=3))
MOMENTS = [
    None,
    datetime(2024, 12, 4, 12, 30, 0, 17, tzinfo=DAMASCUS),
    datetime(1931, 1, 1, tzinfo=UTC),
    datetime(2024, 12, 4, 12),  # noqa: DTZ001  # a document may be made without a zone
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
]


@pytest.mark.parametrize("in_files", [True, False])
def test_all_is_as_it_was_given(tmp_path: Path, in_files: bool) -> None:
    names = ["a", "معرف", "\ud800", "a", "b"]
    stories = ["a", "a", "\ud800", "other", "other"]
    sources = [None, "x", "y", "x", None]
    catalogue = Catalogue(tmp_path if in_files else None)
    for name, story, source, moment in zip(names, stories, sources, MOMENTS, strict=True):
        catalogue.add(Document(name, "", moment, source), story)
    assert len(catalogue) == 5
    catalogue.close()
    assert [catalogue.id(at) for at in range(5)] == names
    assert [catalogue.story(at) for at in range(5)] == stories
    assert [catalogue.source(at) for at in range(5)] == sources
    given = [catalogue.published(at) for at in range(5)]
    assert given == MOMENTS
    assert [moment and moment.tzinfo for moment in given] == [moment and moment.tzinfo for moment in MOMENTS]
    assert catalogue.latest().tolist() == [False, True, True, True, True]
    first, second, third, fourth, fifth = catalogue.story_numbers().tolist()
    assert first == second != third != fourth == fifth != first
    catalogue.close_files()


def test_nothing_is_known_of_nothing() -> None:
    catalogue = Catalogue(None)
    catalogue.close()
    assert not len(catalogue.latest())
    assert not len(catalogue.story_numbers())
