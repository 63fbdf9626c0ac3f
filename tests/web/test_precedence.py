"""Who had a story first, and when that is not sure."""

from datetime import date, timedelta

from crawler.web.time_line import first_of
from tests.support.briefs import START, brief

DAY = date(2024, 12, 4)


def test_a_minute_before_all_others_is_sure() -> None:
    first = first_of([brief(START, site="a"), brief(START + timedelta(minutes=1), site="b")])
    assert (first.site, first.certain, first.rivals) == ("a", True, [])


def test_a_day_alone_may_be_earlier_than_a_minute_of_it() -> None:
    by_day = brief(START + timedelta(hours=9), site="b", precision="day", day=DAY)
    first = first_of([brief(START, site="a"), by_day, by_day])
    assert (first.certain, [rival.site for rival in first.rivals]) == (False, ["b"])
    next_day = brief(START + timedelta(days=1), site="b", precision="day", day=DAY + timedelta(days=1))
    assert first_of([brief(START, site="a"), next_day]).certain


def test_without_any_date_nothing_is_sure() -> None:
    unseen = brief(START + timedelta(days=9), site="b", precision=None)
    assert [rival.site for rival in first_of([brief(START, site="a"), unseen]).rivals] == ["b"]
    assert not first_of([brief(START, site="a", precision=None)]).certain
    assert not first_of([brief(START, site="a", precision="day", day=DAY)]).certain


def test_the_same_site_is_no_rival_of_itself() -> None:
    own = brief(START + timedelta(hours=1), site="a", precision="day", day=DAY)
    assert first_of([brief(START, site="a"), own]).certain
