"""What an answer's headers say about what follows, and how much a refusal allows."""

import json

import pytest

from crawler.discovery.wordpress_paging import Extent, allowed_page_size, read_extent, smaller_page_size

RANGE = "per_page must be between 1 (inclusive) and 20 (inclusive)"


@pytest.mark.parametrize(
    ("headers", "rows", "page", "size", "follows"),
    [
        ({"x-wp-total": "55", "x-wp-totalpages": "1"}, 55, 1, 100, False),
        ({"x-wp-total": "55", "x-wp-totalpages": "3"}, 20, 1, 100, True),
        # The answer was cut after it was counted, or posts of it are hidden.
        ({"x-wp-total": "55", "x-wp-totalpages": "1"}, 20, 1, 100, True),
        ({"x-wp-total": "55"}, 15, 3, 20, False),
        ({"x-wp-totalpages": "3"}, 20, 2, 20, True),
        ({"x-wp-totalpages": "3"}, 20, 3, 20, False),
        ({"x-wp-total": "0", "x-wp-totalpages": "0"}, 0, 1, 100, False),
        ({"link": '<https://a.example/x?page=2>; rel="next"'}, 10, 1, 100, True),
        ({"link": '<https://a.example/1>; rel="prev", <https://a.example/3>; rel=next'}, 9, 2, 9, True),
        ({"link": '<https://a.example/x?page=1>; rel="prev"'}, 9, 2, 9, None),
        ({"x-wp-total": "many", "link": '<https://api.w.org/>; rel="https://api.w.org/"'}, 9, 1, 9, None),
        ({}, 100, 1, 100, None),
    ],
)  # fmt: skip
def test_whether_more_follows(
    headers: dict[str, str], rows: int, page: int, size: int, follows: bool | None
) -> None:
    assert read_extent(headers).follows(rows, page, size) is follows


@pytest.mark.parametrize(
    ("error", "allowed"),
    [
        ({"code": "rest_invalid_param", "data": {"status": 400, "params": {"per_page": RANGE}}}, 20),
        ({"code": "x", "message": "قيمة per_page يجب أن تكون بين ١ و ٢٥"}, 25),
        ({"error": {"per_page": {"allowed": [1, 30]}}, "trace": 77}, 30),
        ({"errors": [{"detail": "At most 40 items, please", "status": 400}]}, 40),
        (["per_page: máximo 12"], 12),
        ("Too many posts: per_page may be 50 at most", 50),
        # Nothing below what was asked for, nothing about an amount, or no number at all.
        ({"message": "per_page must not be 100", "data": {"status": 400}}, None),
        ({"code": "rest_post_invalid_page_number", "data": {"status": 400}}, None),
        ({"message": "true is no per_page", "ok": True}, None),
        ("<html><h1>400 Bad Request</h1>nginx 20</html>", None),
        ("per_page " + 40_000 * "7 ", None),
        ("", None),
    ],
)
def test_how_many_posts_a_refusal_allows(error: object, allowed: int | None) -> None:
    body = error if isinstance(error, str) else json.dumps(error)
    assert allowed_page_size(body.encode(), 100) == allowed


def test_a_refusal_without_a_number_is_answered_by_asking_for_less_down_to_the_default() -> None:
    sizes: list[int | None] = [100]
    while sizes[-1] is not None:
        sizes.append(smaller_page_size(sizes[-1]))
    assert sizes == [100, 50, 20, 10, None]


def test_an_error_nested_without_end_and_an_endless_header_cost_no_time() -> None:
    assert allowed_page_size(b"[" * 15_000, 100) is None
    assert read_extent({"link": "<" * 100_000 + "rel=next" * 10_000}) == Extent()
