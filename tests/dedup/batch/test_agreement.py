from dedup.batch.agreement import agreement, differences


def test_names_of_stories_do_not_matter() -> None:
    found = agreement({"a": "x", "b": "x", "c": "y", "more": "x"}, {"a": 1, "b": 1, "c": 2})
    assert (found.articles, found.both, found.found, found.expected, found.differing) == (3, 1, 1, 1, 0)
    assert (found.precision, found.recall, found.f1) == (1.0, 1.0, 1.0)


def test_what_differs_is_counted() -> None:
    found = agreement({"a": "x", "b": "x", "c": "x", "d": "d"}, {"a": 1, "b": 1, "c": 2, "d": 2})
    assert (found.both, found.found, found.expected, found.differing) == (1, 3, 2, 4)
    assert (found.precision, found.recall, found.f1) == (1 / 3, 1 / 2, 0.4)
    assert agreement({}, {}).f1 == 1.0
    apart = agreement({"a": 1, "b": 2}, {"a": 1, "b": 1})
    assert (apart.recall, apart.f1, apart.differing) == (0.0, 0.0, 2)


def test_differences_are_groups_that_stand_by_themselves_the_largest_first() -> None:
    found = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 3, "f": 4, "g": 4, "h": 5, "more": 1}
    expected = {"a": "a", "b": "a", "c": "c", "d": "c", "e": "e", "f": "f", "g": "f", "h": "f"}
    first, second = differences(found, expected)
    assert first.found == {1: ["a", "b", "c"], 2: ["d"]}
    assert first.expected == {"a": ["a", "b"], "c": ["c", "d"]}
    assert second.found == {4: ["f", "g"], 5: ["h"]}
    assert second.expected == {"f": ["f", "g", "h"]}
    assert list(differences(found, found)) == []
    assert sum(one.articles for one in (first, second)) == agreement(found, expected).differing
