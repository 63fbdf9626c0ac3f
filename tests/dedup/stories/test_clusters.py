from collections.abc import Collection
from math import inf

from dedup.comparison.verdict import Reason
from dedup.parameters import Thresholds
from dedup.stories.clusters import Match, Stories, agreement, differences


def clustering(*alike: tuple[int, int], round_ups: Collection[int] = ()) -> Stories:
    return Stories(
        Thresholds(),
        lambda one, other: (one, other) in alike or (other, one) in alike,
        round_ups=round_ups,
    )


def near(
    other: int, similarity: float = 0.9, reason: Reason = Reason.NEAR, jaccard: float | None = None
) -> Match:
    jaccard = (similarity if reason is Reason.NEAR else 0.3) if jaccard is None else jaccard
    return Match(other, reason, similarity, jaccard)


def firsts(stories: Stories, count: int) -> list[int]:
    return [stories.root(number) for number in range(count)]


def test_copies_join_the_first_and_the_rest_stand_alone() -> None:
    stories = clustering()
    for matches in ([], [near(0)], [], [near(0), near(1)]):
        stories.add(1.0, matches)
    assert firsts(stories, 4) == [0, 0, 2, 0]


def test_a_chain_of_updates_breaks() -> None:
    stories = clustering()
    stories.add(0.0, [])
    for number in range(1, 7):
        stories.add(float(number), [near(number - 1)])
    assert firsts(stories, 7) == [0, 0, 0, 3, 3, 3, 6]


def test_a_follow_up_that_quotes_a_cut_copy_at_length_stays_apart() -> None:
    for jaccard, joined in ((0.38, False), (0.7, True)):
        stories = clustering()
        stories.add(0.0, [])
        stories.add(1.0, [near(0)])
        stories.add(2.0, [near(1, 0.82, Reason.CONTAINS, jaccard)])
        assert (stories.root(2) == 0) is joined


def test_a_member_links_only_where_it_is_much_alike_and_no_excerpt() -> None:
    for how, similarity, joined in (
        (Reason.NEAR, 0.7, False),
        (Reason.NEAR, 0.85, True),
        (Reason.CONTAINED, 1.0, False),
    ):
        stories = clustering()
        stories.add(0.0, [])
        stories.add(1.0, [near(0, 1.0, how)])
        stories.add(2.0, [near(1, similarity, jaccard=0.55)])
        assert (stories.root(2) == 0) is joined


def test_a_copy_of_an_excerpt_belongs_to_it_and_what_quotes_the_excerpt_does_not() -> None:
    for reason, jaccard, joined in (
        (Reason.NEAR, 0.75, True),
        (Reason.NEAR, 0.52, False),
        (Reason.CONTAINS, 0.4, False),
    ):
        stories = clustering()
        stories.add(0.0, [])
        stories.add(1.0, [near(0, 1.0, Reason.CONTAINED)])
        stories.add(2.0, [near(1, 0.95, reason, jaccard)])
        assert (stories.root(2) == 0) is joined


def test_what_is_alike_as_a_whole_binds_before_a_round_up_that_contains_it() -> None:
    stories = clustering()
    stories.add(0.0, [])
    stories.add(1.0, [])
    stories.add(2.0, [near(0, 1.0, Reason.CONTAINED), near(1, 0.85)])
    assert firsts(stories, 3) == [0, 1, 1]


def test_exact_copies_chain_without_end() -> None:
    stories = clustering()
    stories.add(0.0, [])
    stories.add(1.0, [near(0)])
    for number in range(2, 9):
        stories.add(float(number), [near(number - 1, 1.0, Reason.EXACT)])
    assert set(firsts(stories, 9)) == {0}


def test_a_digest_does_not_tie_the_stories_it_quotes() -> None:
    stories = clustering()
    for matches in ([], [], [near(0, 0.9, Reason.CONTAINS), near(1, 1.0, Reason.CONTAINS)]):
        stories.add(1.0, matches)
    assert firsts(stories, 3) == [0, 1, 1]


def test_a_round_up_is_a_copy_of_its_whole_copies_alone() -> None:
    for match, joined in (
        (near(0, 1.0, Reason.CONTAINED), False),
        (near(0, 0.8, Reason.NEAR, 0.6), False),
        (near(0, 0.9, Reason.NEAR, 0.9), True),
        (near(0, 1.0, Reason.EXACT, 1.0), True),
        (near(0, 1.0, Reason.CONTAINS), True),  # itself a part of what comes now
    ):
        stories = clustering(round_ups={0})
        stories.add(0.0, [])
        stories.add(1.0, [match])
        assert (stories.root(1) == 0) is joined
    stories = clustering(round_ups={0, 1})
    stories.add(0.0, [])
    stories.add(1.0, [near(0, 0.8, Reason.NEAR, 0.6)])  # of two round-ups one was cut
    assert stories.root(1) == 0


def test_a_round_up_merges_with_no_story() -> None:
    stories = clustering((0, 1), round_ups={0})
    for matches in ([], [], [near(1, 0.95), near(0, 0.9, Reason.NEAR, 0.85)]):
        stories.add(1.0, matches)
    assert firsts(stories, 3) == [0, 1, 1]


def test_stories_whose_first_articles_are_alike_become_one() -> None:
    stories = clustering((0, 1))
    for published, matches in ((5.0, []), (3.0, []), (6.0, [near(0), near(1, 0.8)])):
        stories.add(published, matches)
    assert firsts(stories, 3) == [1, 1, 1]  # that of the earlier article stays
    assert stories.canonical(0) == 1


def test_the_earliest_published_is_canonical_and_ties_go_to_the_first_to_come() -> None:
    stories = clustering()
    stories.add(inf, [])
    stories.add(inf, [near(0)])
    assert stories.canonical(1) == 0
    stories.add(7.0, [near(0)])
    assert stories.canonical(0) == 2
    stories.add(7.0, [near(0)])
    assert stories.canonical(0) == 2
    assert stories.root(3) == 0  # the story keeps its name


def test_an_article_published_before_two_stories_that_resemble_it_makes_one_of_them() -> None:
    for published, first_like, joined in ((0.0, 0, True), (1.5, 0, False), (0.0, 2, False)):
        stories = clustering()
        stories.add(1.0, [])
        stories.add(2.0, [])
        stories.add(3.0, [near(0)])
        stories.add(published, [near(first_like, 0.95), near(1, 0.9)])
        assert (stories.root(0) == stories.root(1)) is joined


def test_a_late_first_article_binds_as_a_root_does() -> None:
    for published, joined in ((0.0, True), (2.0, False)):
        stories = clustering()
        stories.add(1.0, [])
        stories.add(published, [near(0)])
        stories.add(3.0, [near(1, 0.6)])
        assert (stories.root(2) == stories.root(0)) is joined


def test_names_of_stories_do_not_matter() -> None:
    found = agreement({"a": "x", "b": "x", "c": "y", "more": "x"}, {"a": 1, "b": 1, "c": 2})
    assert (found.articles, found.shared_pairs, found.pairs, found.reference_pairs, found.differing) == (
        3,
        1,
        1,
        1,
        0,
    )
    assert (found.precision, found.recall, found.f1) == (1.0, 1.0, 1.0)


def test_what_differs_is_counted() -> None:
    found = agreement({"a": "x", "b": "x", "c": "x", "d": "d"}, {"a": 1, "b": 1, "c": 2, "d": 2})
    assert (found.shared_pairs, found.pairs, found.reference_pairs, found.differing) == (1, 3, 2, 4)
    assert (found.precision, found.recall, found.f1) == (1 / 3, 1 / 2, 0.4)
    assert agreement({}, {}).f1 == 1.0
    apart = agreement({"a": 1, "b": 2}, {"a": 1, "b": 1})
    assert (apart.recall, apart.f1, apart.differing) == (0.0, 0.0, 2)


def test_differences_are_groups_that_stand_by_themselves_the_largest_first() -> None:
    found = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 3, "f": 4, "g": 4, "h": 5, "more": 1}
    expected = {"a": "a", "b": "a", "c": "c", "d": "c", "e": "e", "f": "f", "g": "f", "h": "f"}
    first, second = differences(found, expected)
    assert first.stories == {1: ["a", "b", "c"], 2: ["d"]}
    assert first.reference == {"a": ["a", "b"], "c": ["c", "d"]}
    assert second.stories == {4: ["f", "g"], 5: ["h"]}
    assert second.reference == {"f": ["f", "g", "h"]}
    assert list(differences(found, found)) == []
    assert sum(one.articles for one in (first, second)) == agreement(found, expected).differing
