from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.report import NearMiss, ReportArticle, build_report
from crawler.report.build import BINS, LISTED_STORIES
from tests.support.marked_articles import NOW, START, article, copy, newsroom, report


def test_the_headline_figures_of_a_small_newsroom() -> None:
    totals = report().totals
    assert (totals.articles, totals.originals, totals.duplicates, totals.stories) == (7, 4, 3, 4)
    assert (totals.shared_stories, totals.earlier_stories, totals.sites, totals.undated) == (2, 0, 3, 1)
    assert totals.by_reason == {"exact": 1, "near": 1, "contains": 1, "contained": 0, "unstated": 0}
    assert totals.duplicate_share == pytest.approx(3 / 7)


def test_each_sites_figures() -> None:
    sites = {site.id: site for site in report().sites}
    figures = {id_: (site.articles, site.first, site.alone, site.duplicates) for id_, site in sites.items()}
    assert figures == {"barada": (2, 1, 1, 0), "qasioun": (3, 1, 0, 2), "ugarit": (2, 0, 1, 1)}
    assert sites["qasioun"].originality == pytest.approx(1 / 3)
    assert (sites["ugarit"].name, sites["ugarit"].name_en) == ("أوغاريت", "Ugarit")


def test_who_republishes_whom_with_median_delay_and_similarity() -> None:
    later = [article("a9", "barada", 3000), copy("b9", "a9", "qasioun", 3120, 0.6)]
    flows = {(flow.first, flow.carrier): flow for flow in report([*newsroom(), *later]).flows}
    assert {route: flow.count for route, flow in flows.items()} == {
        ("barada", "qasioun"): 2,
        ("barada", "ugarit"): 1,
        ("qasioun", "qasioun"): 1,
    }
    carried = flows["barada", "qasioun"]
    assert carried.median_delay == timedelta(minutes=75)
    assert carried.median_similarity == pytest.approx(0.8)
    assert [pair.copy.id for pair in carried.examples] == ["b9", "b1"]


def test_a_story_lists_its_members_in_time_order() -> None:
    story = report(list(reversed(newsroom()))).largest[0]
    assert story.first is not None
    assert story.first.id == "a1"
    assert [member.id for member in story.members] == ["a1", "b1", "c1"]
    assert [member.delay for member in story.members] == [None, timedelta(minutes=30), timedelta(minutes=90)]
    assert story.sites == 3


def test_recent_stories_go_by_their_latest_article() -> None:
    assert [story.id for story in report().recent] == ["b2", "a1"]
    assert [story.id for story in report().largest] == ["a1", "b2"]


def test_no_delay_without_two_stated_times() -> None:
    articles = [
        article("a"),
        copy("undated", "a", "qasioun", None, 0.9),
        copy("day", "a", "ugarit", 60, 0.9, published_precision="day"),
    ]
    made = report(articles)
    assert [member.delay for member in made.largest[0].members] == [None, None, None]
    assert all(flow.median_delay is None for flow in made.flows)


def test_a_copy_that_claims_an_earlier_time_has_a_negative_delay() -> None:
    story = report([article("a", minutes=60), copy("b", "a", "qasioun", 50, 0.9)]).largest[0]
    assert story.first is not None
    assert story.first.id == "a"
    assert story.members[0].delay == timedelta(minutes=-10)


def test_a_first_article_outside_the_archive_is_unknown_and_credits_nobody() -> None:
    made = report([copy("b", "lost", "qasioun", 5, 0.9), copy("c", "lost", "ugarit", 9, 0.8)])
    assert made.totals.earlier_stories == 1
    assert made.totals.originals == 0
    assert made.totals.stories == 1
    assert made.flows == ()
    assert made.largest[0].first is None
    assert [pair.first for pair in made.duplicates] == [None, None]
    assert all(site.first == site.alone == 0 for site in made.sites)


def test_articles_outside_the_period_are_named_but_not_counted() -> None:
    made = report(since=START + timedelta(minutes=30), until=START + timedelta(minutes=1540))
    assert (made.totals.articles, made.totals.duplicates) == (4, 2)
    assert made.totals.earlier_stories == 0
    assert [member.id for member in made.largest[0].members] == ["a1", "b1", "c1"]
    assert {site.id: (site.articles, site.first) for site in made.sites} == {
        "barada": (0, 0),
        "qasioun": (2, 1),
        "ugarit": (2, 0),
    }


def test_a_report_on_some_sites() -> None:
    made = report(sites={"ugarit"})
    assert (made.totals.articles, made.totals.duplicates, made.totals.sites) == (2, 1, 1)
    assert [(flow.first, flow.carrier) for flow in made.flows] == [("barada", "ugarit")]


def test_days_are_those_of_the_zone_without_gaps() -> None:
    made = report(zone=ZoneInfo("Asia/Damascus"))
    assert [(day.day, day.articles, day.duplicates) for day in made.days] == [
        (date(2024, 12, 4), 4, 2),
        (date(2024, 12, 5), 3, 1),
    ]
    late = article("late", published_at=datetime(2024, 12, 3, 22, 30, tzinfo=UTC))
    far = article("far", published_at=datetime(2024, 12, 7, 9, 0, tzinfo=UTC))
    days = report([late, far], zone=ZoneInfo("Asia/Damascus")).days
    assert [(day.day.day, day.articles) for day in days] == [(4, 1), (5, 0), (6, 0), (7, 1)]


def test_a_wrong_date_far_off_does_not_fill_the_report_with_days() -> None:
    old = article("old", published_at=datetime(1, 1, 1, tzinfo=UTC))
    new = article("new", published_at=datetime(9999, 12, 31, 23, 59, tzinfo=UTC))
    assert [day.day.year for day in report([old, new], zone=ZoneInfo("Asia/Damascus")).days] == [1, 9999]


@pytest.mark.parametrize(
    ("similarity", "bin_"), [(0.0, 0), (0.58, 29), (0.5999, 29), (0.6, 30), (0.98, 49), (1.0, 49)]
)
def test_the_histograms_bins_include_their_lower_end(similarity: float, bin_: int) -> None:
    made = report([article("a"), copy("b", "a", "qasioun", 1, similarity)])
    assert [number for number, bar in enumerate(made.histogram) if bar.count] == [bin_]
    assert made.histogram[bin_].low <= similarity <= made.histogram[bin_].high


def test_borderline_pairs_on_either_side_of_the_boundary() -> None:
    articles = [*newsroom(), copy("c5", "a1", "ugarit", 95, 0.61)]
    misses = [
        NearMiss("a4", "a1", 0.58),
        NearMiss("a4", "b2", 0.59),
        NearMiss("a4", "not in the archive", 0.59),
        NearMiss("c1", "a1", 0.59),  # one story by now
    ]
    made = report(articles, boundary=0.6, near_misses=misses)
    assert [pair.copy.id for pair in made.borderline] == ["c5", "b3", "c1"]
    assert [(pair.first and pair.first.id, pair.copy.id) for pair in made.near_misses] == [
        ("b2", "a4"),
        ("a1", "a4"),
    ]


def test_the_lists_of_stories_are_capped() -> None:
    articles = [
        made
        for number in range(LISTED_STORIES + 5)
        for made in (
            article(f"a{number}", minutes=number),
            copy(f"b{number}", f"a{number}", "ugarit", number + 1, 0.9),
        )
    ]
    made = report(articles)
    assert len(made.largest) == len(made.recent) == LISTED_STORIES
    assert made.totals.shared_stories == LISTED_STORIES + 5
    assert len(made.duplicates) == LISTED_STORIES + 5


def test_an_empty_archive_has_a_report_of_nothing() -> None:
    made = report([])
    assert (made.totals.articles, made.totals.duplicate_share) == (0, 0.0)
    assert [*made.sites, *made.flows, *made.days, *made.largest] == []


def test_one_article_is_alone() -> None:
    made = report([article("a")])
    assert (made.totals.stories, made.totals.shared_stories) == (1, 0)
    assert made.sites[0].alone == 1
    assert made.largest == ()


def test_titles_lose_what_could_turn_or_break_the_page() -> None:
    made = report(
        [article("a"), copy("b", "a", "qasioun", 1, 0.9, title="سطر\nآخر\u202e txt\x00 \x1b[31m\ud800 نهاية")]
    )
    assert made.largest[0].members[1].title == "سطر آخر txt [31m نهاية"


def test_what_cannot_be_reported_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="article a: published_at has no time zone"):
        article("a", published_at=datetime(2024, 12, 4))  # noqa: DTZ001  # the mistake under test
    with pytest.raises(ValueError, match=r"article b: similarity is 1\.5"):
        copy("b", "a", "ugarit", 1, 1.5)
    with pytest.raises(ValueError, match="article b: reason is 'guess', not one of exact"):
        copy("b", "a", "ugarit", 1, 0.5, reason="guess")
    with pytest.raises(ValueError, match="article a: precision is 'week'"):
        article("a", published_precision="week")
    with pytest.raises(ValueError, match="article a is given twice"):
        report([article("a"), article("a")])
    with pytest.raises(ValueError, match="since has no time zone"):
        report([], since=datetime(2024, 12, 4))  # noqa: DTZ001  # the mistake under test


@st.composite
def archives(draw: st.DrawFn) -> list[ReportArticle]:
    """Archives as a store may hold them, consistent or not."""
    made = []
    for number in range(draw(st.integers(0, 25))):
        id_ = f"n{number}"
        site = draw(st.sampled_from(["barada", "qasioun", "ugarit"]))
        minutes = draw(st.none() | st.integers(0, 5000))
        if draw(st.booleans()):
            story = f"n{draw(st.integers(0, 30))}"
            similarity = draw(st.none() | st.floats(0, 1))
            reason = draw(st.sampled_from([None, "exact", "near", "contains", "contained"]))
            made.append(copy(id_, story, site, minutes, similarity, reason=reason))
        else:
            made.append(article(id_, site, minutes))
    return made


@settings(max_examples=80, deadline=None)
@given(archives(), st.none() | st.integers(0, 5000))
def test_the_figures_add_up(articles: list[ReportArticle], since: int | None) -> None:
    start = None if since is None else START + timedelta(minutes=since)
    made = build_report(articles, generated_at=NOW, since=start)
    totals = made.totals
    inside = [one for one in articles if start is None or one.at >= start]
    assert totals.articles == len(inside) == sum(site.articles for site in made.sites)
    assert totals.duplicates == sum(one.duplicate_of is not None for one in inside) == len(made.duplicates)
    assert totals.duplicates == sum(site.duplicates for site in made.sites) == sum(totals.by_reason.values())
    assert totals.originals + totals.duplicates == totals.articles
    assert totals.originals == sum(site.first + site.alone for site in made.sites)
    assert totals.stories == len({one.story_id for one in inside})
    assert totals.articles == sum(day.articles for day in made.days)
    assert totals.duplicates == sum(day.duplicates for day in made.days)
    assert totals.duplicates == sum(bar.count for bar in made.histogram) + made.unmeasured
    assert len(made.histogram) == BINS
    assert sum(flow.count for flow in made.flows) == sum(pair.first is not None for pair in made.duplicates)


@settings(max_examples=40, deadline=None)
@given(archives())
def test_each_route_counts_what_a_plain_loop_counts(articles: list[ReportArticle]) -> None:
    made = build_report(articles, generated_at=NOW)
    leads: dict[str, ReportArticle] = {}
    for one in sorted(articles, key=lambda one: (one.at, one.id)):
        if one.duplicate_of is None:
            leads.setdefault(one.story_id, one)
    carried = [(leads[one.story_id], one) for one in articles if one.duplicate_of and one.story_id in leads]
    assert {(flow.first, flow.carrier): flow.count for flow in made.flows} == Counter(
        (lead.site, one.site) for lead, one in carried
    )
    for flow in made.flows:
        similarities = [
            one.similarity
            for lead, one in carried
            if (lead.site, one.site) == (flow.first, flow.carrier) and one.similarity is not None
        ]
        assert flow.median_similarity == (median(similarities) if similarities else None)


def test_the_order_of_the_articles_does_not_matter() -> None:
    assert report(newsroom()) == report(list(reversed(newsroom())))


def test_a_day_without_a_time_is_a_date_ordered_by_the_moment_that_it_is_given() -> None:
    day = START.replace(hour=0)
    bare = copy(
        "b1", "a1", "qasioun", None, 1.0, published_at=day, published_precision="day",
        latest=day + timedelta(hours=23),
    )  # fmt: skip
    story = report([bare, article("a1", "barada", 0)]).largest[0]
    assert [member.id for member in story.members] == ["a1", "b1"]
    assert [member.day for member in story.members] == [None, day.date()]
    assert story.members[1].delay is None


def test_a_stated_day_stays_that_day_in_whatever_zone_the_report_is() -> None:
    for hours in (-8, 9):
        zone = timezone(timedelta(hours=hours))
        published = datetime(2024, 12, 4, tzinfo=zone)
        latest = published + timedelta(days=1, seconds=-1)
        bare = article("a1", published_at=published, published_precision="day", latest=latest)
        made = report([bare], zone=ZoneInfo("Asia/Damascus"))
        assert [day.day for day in made.days] == [date(2024, 12, 4)]
