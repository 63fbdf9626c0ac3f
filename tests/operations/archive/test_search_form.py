"""The search form: which words it takes, and what it narrows a list to."""

from datetime import UTC, datetime

import pytest

from crawler.errors import UsageError
from crawler.operations.archive.search_form import SearchForm
from crawler.storage.search import Filters


@pytest.mark.parametrize(
    ("fields", "duplicates"),
    [
        ({}, False),
        ({"duplicates": "no"}, False),
        ({"duplicates": "yes"}, None),
        ({"duplicates": "only"}, True),
        ({"state": "removed"}, None),
        ({"state": "edited"}, None),
        ({"state": "removed", "duplicates": "no"}, False),
        ({"state": "removed", "duplicates": "only"}, True),
    ],
)
def test_what_was_removed_or_edited_is_shown_though_it_is_a_duplicate(
    fields: dict[str, str], duplicates: bool | None
) -> None:
    filters = SearchForm.model_validate(fields).filters()
    assert filters.duplicates is duplicates
    assert (filters.removed, filters.edited) == (
        fields.get("state") == "removed",
        fields.get("state") == "edited",
    )


def test_empty_fields_narrow_nothing_and_days_are_whole() -> None:
    assert SearchForm().filters() == Filters(duplicates=False)
    assert not SearchForm(order="best", duplicates="yes").is_narrowed
    filters = SearchForm(site="a", language="ar", since="2024-12-04", until="2024-12-04").filters()
    assert (filters.site, filters.language) == ("a", "ar")
    assert filters.since == datetime(2024, 12, 3, 21, tzinfo=UTC)
    assert filters.until == datetime(2024, 12, 4, 21, tzinfo=UTC)


@pytest.mark.parametrize("name", ["duplicates", "state", "order"])
def test_another_word_is_refused_with_those_that_there_are(name: str) -> None:
    with pytest.raises(UsageError, match=f"{name}: 'x': it is one of"):
        SearchForm.model_validate({name: "x"})


@pytest.mark.parametrize("before", ["x", "99999999999999999999", "-99999999999999999999"])
def test_a_page_that_no_answer_named_is_refused(before: str) -> None:
    with pytest.raises(UsageError, match="before"):
        _ = SearchForm(before=before).before_row
    assert SearchForm(before="12").before_row == 12
    assert SearchForm().before_row is None


def test_a_bound_is_called_as_it_was_typed() -> None:
    with pytest.raises(UsageError, match="--since: 'soon'"):
        SearchForm(since="soon").period("--")
    with pytest.raises(UsageError, match=r"^since: 'soon'"):
        SearchForm(since="soon").filters()
