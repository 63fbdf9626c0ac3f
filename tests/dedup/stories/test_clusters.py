from collections.abc import Collection
from math import inf

from dedup.comparison.verdict import Reason
from dedup.parameters import Thresholds
from dedup.stories.clusters import Match, Stories


def stories(*alike: tuple[int, int], round_ups: Collection[int] = ()) -> Stories:
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


def firsts(told: Stories, count: int) -> list[int]:
    return [told.first(number) for number in range(count)]


def test_copies_join_the_first_and_the_rest_stand_alone() -> None:
    told = stories()
    for matches in ([], [near(0)], [], [near(0), near(1)]):
        told.add(1.0, matches)
    assert firsts(told, 4) == [0, 0, 2, 0]


def test_a_chain_of_updates_breaks() -> None:
    told = stories()
    told.add(0.0, [])
    for number in range(1, 7):
        told.add(float(number), [near(number - 1)])
    assert firsts(told, 7) == [0, 0, 0, 3, 3, 3, 6]


def test_a_follow_up_that_quotes_a_cut_copy_at_length_stays_apart() -> None:
    for jaccard, joined in ((0.38, False), (0.7, True)):
        told = stories()
        told.add(0.0, [])
        told.add(1.0, [near(0)])
        told.add(2.0, [near(1, 0.82, Reason.CONTAINS, jaccard)])
        assert (told.first(2) == 0) is joined


def test_a_member_links_only_where_it_is_much_alike_and_no_excerpt() -> None:
    for how, similarity, joined in (
        (Reason.NEAR, 0.7, False),
        (Reason.NEAR, 0.85, True),
        (Reason.CONTAINED, 1.0, False),
    ):
        told = stories()
        told.add(0.0, [])
        told.add(1.0, [near(0, 1.0, how)])
        told.add(2.0, [near(1, similarity, jaccard=0.55)])
        assert (told.first(2) == 0) is joined


def test_a_copy_of_an_excerpt_belongs_to_it_and_what_quotes_the_excerpt_does_not() -> None:
    for reason, jaccard, joined in (
        (Reason.NEAR, 0.75, True),
        (Reason.NEAR, 0.52, False),
        (Reason.CONTAINS, 0.4, False),
    ):
        told = stories()
        told.add(0.0, [])
        told.add(1.0, [near(0, 1.0, Reason.CONTAINED)])
        told.add(2.0, [near(1, 0.95, reason, jaccard)])
        assert (told.first(2) == 0) is joined


def test_what_is_alike_as_a_whole_binds_before_a_round_up_that_contains_it() -> None:
    told = stories()
    told.add(0.0, [])
    told.add(1.0, [])
    told.add(2.0, [near(0, 1.0, Reason.CONTAINED), near(1, 0.85)])
    assert firsts(told, 3) == [0, 1, 1]


def test_exact_copies_chain_without_end() -> None:
    told = stories()
    told.add(0.0, [])
    told.add(1.0, [near(0)])
    for number in range(2, 9):
        told.add(float(number), [near(number - 1, 1.0, Reason.EXACT)])
    assert set(firsts(told, 9)) == {0}


def test_a_digest_does_not_tie_the_stories_it_quotes() -> None:
    told = stories()
    for matches in ([], [], [near(0, 0.9, Reason.CONTAINS), near(1, 1.0, Reason.CONTAINS)]):
        told.add(1.0, matches)
    assert firsts(told, 3) == [0, 1, 1]


def test_a_round_up_is_a_copy_of_its_whole_copies_alone() -> None:
    for match, joined in (
        (near(0, 1.0, Reason.CONTAINED), False),
        (near(0, 0.8, Reason.NEAR, 0.6), False),
        (near(0, 0.9, Reason.NEAR, 0.9), True),
        (near(0, 1.0, Reason.EXACT, 1.0), True),
        (near(0, 1.0, Reason.CONTAINS), True),  # itself a part of what comes now
    ):
        told = stories(round_ups={0})
        told.add(0.0, [])
        told.add(1.0, [match])
        assert (told.first(1) == 0) is joined
    told = stories(round_ups={0, 1})
    told.add(0.0, [])
    told.add(1.0, [near(0, 0.8, Reason.NEAR, 0.6)])  # of two round-ups one was cut
    assert told.first(1) == 0


def test_a_round_up_merges_with_no_story() -> None:
    told = stories((0, 1), round_ups={0})
    for matches in ([], [], [near(1, 0.95), near(0, 0.9, Reason.NEAR, 0.85)]):
        told.add(1.0, matches)
    assert firsts(told, 3) == [0, 1, 1]


def test_stories_whose_first_articles_are_alike_become_one() -> None:
    told = stories((0, 1))
    for published, matches in ((5.0, []), (3.0, []), (6.0, [near(0), near(1, 0.8)])):
        told.add(published, matches)
    assert firsts(told, 3) == [1, 1, 1]  # that of the earlier article stays
    assert told.canonical(0) == 1


def test_the_earliest_published_is_canonical_and_ties_go_to_the_first_to_come() -> None:
    told = stories()
    told.add(inf, [])
    told.add(inf, [near(0)])
    assert told.canonical(1) == 0
    told.add(7.0, [near(0)])
    assert told.canonical(0) == 2
    told.add(7.0, [near(0)])
    assert told.canonical(0) == 2
    assert told.first(3) == 0  # the story keeps its name
