import csv
import io
import json

from crawler.report.json_csv import CSV_COLUMNS, render_csv, render_json
from tests.support.marked_articles import article, copy, newsroom, report


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_json_carries_the_figures() -> None:
    made = json.loads(render_json(report()))
    assert made["totals"]["articles"] == 7
    assert made["totals"]["duplicate_share"] == 0.4286
    assert made["generated_at"] == "2024-12-05T09:00:00+00:00"
    assert made["since"] is None
    assert made["sites"][0] == {
        "id": "qasioun", "name": "قاسيون", "name_en": "Qasioun", "articles": 3, "first": 1, "alone": 0,
        "duplicates": 2, "originality": 0.3333,
    }  # fmt: skip
    assert made["flows"][0]["median_delay_minutes"] == 30.0
    assert made["largest"][0]["first_id"] == "a1"
    assert [member["delay_minutes"] for member in made["largest"][0]["members"]] == [None, 30.0, 90.0]
    assert made["days"][0] == {"day": "2024-12-04", "articles": 4, "duplicates": 2}
    assert sum(bar["count"] for bar in made["histogram"]) == 3


def test_every_key_of_the_json_is_documented() -> None:
    documented = render_json.__doc__ or ""

    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value).union(*(keys(one) for key, one in value.items() if key != "by_reason"))
        return set().union(*(keys(one) for one in value)) if isinstance(value, list) else set()

    in_json = keys(json.loads(render_json(report(boundary=0.6))))
    assert {"version", "examples", "delay_minutes"} <= in_json
    assert {key for key in in_json if f"``{key}``" not in documented} == set()


def test_csv_has_a_row_for_each_duplicate() -> None:
    made = rows(render_csv(report()))
    assert tuple(made[0]) == CSV_COLUMNS
    assert [row["url"] for row in made] == [
        "https://qasioun.example/b1",
        "https://ugarit.example/c1",
        "https://qasioun.example/b3",
    ]
    assert made[1] == {
        "story_id": "a1",
        "first_url": "https://barada.example/a1",
        "first_site": "barada",
        "url": "https://ugarit.example/c1",
        "site": "ugarit",
        "title": "خبر c1",
        "published_or_seen": "2024-12-04T09:30:00+00:00",
        "dated": "yes",
        "delay_minutes": "90.0",
        "similarity": "0.82",
        "reason": "near",
    }


def test_csv_leaves_the_unknown_empty() -> None:
    row = rows(render_csv(report([copy("b", "lost", "qasioun", None, None, reason=None)])))[0]
    assert (row["first_url"], row["first_site"], row["delay_minutes"], row["similarity"], row["reason"]) == (
        "",
    ) * 5
    assert row["dated"] == "no"


def test_csv_of_an_empty_archive_is_its_header() -> None:
    assert render_csv(report([])) == ",".join(CSV_COLUMNS) + "\r\n"


def test_a_title_cannot_become_a_formula_or_another_row() -> None:
    hostile = ['=HYPERLINK("http://x.example";"انقر")', "+1", "-1", "@SUM(A1)", 'سطر"\r\nآخر', "\t=1"]
    articles = [article("a")]
    articles += [copy(f"b{n}", "a", "ugarit", n + 1, 0.9, title=title) for n, title in enumerate(hostile)]
    titles = [row["title"] for row in rows(render_csv(report(articles)))]
    assert titles == [f"'{hostile[0]}", "'+1", "'-1", "'@SUM(A1)", 'سطر" آخر', "'=1"]


def test_both_can_be_written_as_utf8_whatever_a_title_holds() -> None:
    made = report(
        [*newsroom(), copy("x", "a1", "ugarit", 3, 0.9, title="\ud83d مكسور", url="https://x.example/\udcff")]
    )
    render_csv(made).encode()
    render_json(made).encode()
