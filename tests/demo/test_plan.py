from collections import Counter
from datetime import timedelta

import pytest

from crawler.demo.plan import SPAN, plan_newsroom
from crawler.demo.profiles import PROFILES
from crawler.demo.truth import Edit, Kind
from tests.support.newsroom_time import NOW


@pytest.mark.parametrize("pages", [1, 6, 25, 90])
def test_every_site_has_as_many_articles_as_asked_for(pages: int) -> None:
    counts = Counter(draft.site for draft in plan_newsroom(PROFILES, 1, NOW, pages))
    assert counts == dict.fromkeys(range(len(PROFILES)), pages)


@pytest.mark.parametrize("pages", [6, None, 60])
def test_stories_are_shared_by_several_sites(pages: int | None) -> None:
    drafts = plan_newsroom(PROFILES, 1, NOW, pages)
    members = Counter(draft.story for draft in drafts if draft.story)
    assert len(members) >= 3
    assert min(members.values()) > 1
    for story in members:
        sites = [draft.site for draft in drafts if draft.story == story]
        assert len(sites) == len(set(sites))


def test_all_edits_and_kinds_occur() -> None:
    drafts = plan_newsroom(PROFILES, 1, NOW, None)
    assert {edit for draft in drafts for edit in draft.edits} == set(Edit)
    assert {draft.kind for draft in drafts} == set(Kind)
    assert all(draft.story is None for draft in drafts if draft.kind is Kind.REPORT)


def test_articles_spread_over_the_last_fortnight() -> None:
    times = [draft.published_at for draft in plan_newsroom(PROFILES, 1, NOW, 100)]
    assert times == sorted(times)
    assert NOW - SPAN - timedelta(days=4) < times[0]
    assert times[-1] <= NOW
    assert len({time.date() for time in times}) >= 14


def test_copies_follow_the_first() -> None:
    drafts = plan_newsroom(PROFILES, 1, NOW, None)
    for draft in drafts:
        if draft.edits:
            first = next(other for other in drafts if other.story == draft.story)
            assert first.published_at <= draft.published_at


def test_follow_ups_come_after_what_they_follow() -> None:
    drafts = plan_newsroom(PROFILES, 1, NOW, None)
    followed = {draft.follows: draft.published_at for draft in drafts if draft.follows}
    begun = {draft.story: draft.published_at for draft in reversed(drafts) if draft.story in followed}
    assert begun
    assert all(begun[story] < followed[story] for story in begun)


def test_the_seed_decides() -> None:
    assert plan_newsroom(PROFILES, 1, NOW, 40) == plan_newsroom(PROFILES, 1, NOW, 40)
    assert plan_newsroom(PROFILES, 1, NOW, 40) != plan_newsroom(PROFILES, 2, NOW, 40)
