"""The walk over a site's posts by itself: every post once, an end, and a count, whatever a site does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from crawler.discovery.wordpress_paging import Extent
from crawler.discovery.wordpress_posts import Post, PostPage
from crawler.spiders.sources.wordpress_walk import PostsWalk, Step
from crawler.storage.wordpress import PostsMark

NOW = "2024-06-01T00:00:00"
MOST_ANSWERS = 60


def _post(number: int, moment: datetime, modified: str | None = None) -> Post:
    date = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return Post(number, f"https://a.example/{number}", "t", "c", date, modified or date, moment, moment)


def _posts(count: int, apart: float = 60.0) -> list[Post]:
    """So many posts, the newest first, so many minutes apart."""
    newest = datetime(2024, 5, 1, tzinfo=UTC)
    return [_post(number, newest - timedelta(minutes=apart * number)) for number in range(count)]


@dataclass
class _Interface:
    """An interface with the faults that sites have."""

    posts: list[Post]
    cap: int = 100
    slices: bool = False
    """The cap cuts the answer after it was counted."""
    hidden: Callable[[Post], bool] = lambda _: False
    heeds_time: bool = True
    heeds_page: bool = True
    heeds_change: bool = True
    headers: str = "total pages"
    last: int = 10**9
    """No post beyond this one is given."""

    def answer(self, step: Step, size: int = 100) -> tuple[PostPage, Extent]:
        before, since = step.cursor.before, step.modified_after
        matching = [
            post
            for post in self.posts
            if not (self.heeds_time and before) or post.date < before
            if not (self.heeds_change and since) or post.modified > since
        ]
        size = size if self.slices else min(size, self.cap)
        start = (step.cursor.page - 1) * size if self.heeds_page else 0
        rows = [post for post in matching[start : start + size] if not self.hidden(post)][: self.cap]
        rows = [post for post in rows if post.id < self.last]
        extent = Extent(
            total=len(matching) if "total" in self.headers else None,
            pages=-(-len(matching) // size) if "pages" in self.headers else None,
            has_next="link" in self.headers and start + size < len(matching),
        )
        return PostPage(rows), extent


def _run(
    interface: _Interface,
    mark: PostsMark | None = None,
    *,
    answers: int = MOST_ANSWERS,
    settled: frozenset[int] = frozenset(),
) -> tuple[PostsWalk, list[int], list[PostsMark]]:
    """Walk to the end, or for so many answers; the posts in order of arrival, and the marks of the way."""
    walk, given, marks = PostsWalk(mark or PostsMark(), NOW), [], []
    step: Step | None = walk.first
    while step is not None and answers:
        answers -= 1
        page, extent = interface.answer(step)
        given += [post.id for post in page.posts]
        due = len({post.id for post in page.posts} - settled - set(given[: -len(page.posts)]))
        step = walk.follow(step, page, extent, 100, due=due)
        if step is not None and (noted := walk.mark_at(step)):
            marks.append(noted)
    return walk, given, marks


@pytest.mark.parametrize("headers", ["total pages", "total", "pages", "link", ""])
@pytest.mark.parametrize("count", [0, 1, 55, 100, 101, 430])
@pytest.mark.parametrize("cap", [7, 20, 100])
def test_every_post_comes_whatever_the_headers_and_the_cap(headers: str, count: int, cap: int) -> None:
    walk, given, _ = _run(_Interface(_posts(count), cap=cap, headers=headers), answers=80)
    assert set(given) == set(range(count))
    assert (walk.has_ended, walk.missing) == (True, 0)


@pytest.mark.parametrize(
    "interface",
    [
        _Interface(_posts(250), cap=20, slices=True),
        _Interface(_posts(250), heeds_time=False),
        _Interface(_posts(250), heeds_time=False, headers="", cap=20),
        _Interface(_posts(250, apart=0)),
        _Interface(_posts(250, apart=0), headers="", cap=30),
    ],
    ids=["cut after counting", "times not heeded", "nor counted", "one second", "one second, uncounted"],
)
def test_what_single_sites_do_costs_no_post(interface: _Interface) -> None:
    walk, given, _ = _run(interface)
    assert set(given) == set(range(250))
    assert (walk.has_ended, walk.missing) == (True, 0)


@pytest.mark.parametrize(
    ("interface", "missing"),
    [
        (_Interface(_posts(250), hidden=lambda post: post.id % 50 == 3), 5),
        (_Interface(_posts(250), hidden=lambda post: post.id > 245), 4),
        (_Interface(_posts(250), hidden=lambda post: 90 <= post.id < 210), 120),
        (_Interface(_posts(250), last=120), 130),
        (_Interface(_posts(250), heeds_time=False, heeds_page=False), 150),
        (_Interface(_posts(250), heeds_time=False, heeds_page=False, headers="link"), 1),
    ],
    ids=[
        "single ones",
        "the oldest",
        "more than an answer",
        "older ones closed",
        "always the same",
        "uncounted",
    ],
)
def test_what_a_site_counts_and_does_not_give_is_missing(interface: _Interface, missing: int) -> None:
    walk, given, _ = _run(interface)
    assert (walk.has_ended, walk.missing) == (True, missing)
    assert len(set(given)) == 250 - missing or missing == 1
    assert walk.mark.missing == missing


def test_a_walk_that_broke_off_goes_on_behind_what_it_has_seen_and_keeps_its_count() -> None:
    posts = _posts(430)
    broken, given, marks = _run(_Interface(posts), answers=2)
    assert not broken.has_ended
    later = [_post(1000, datetime(2024, 5, 2, tzinfo=UTC)), *posts]
    walk, rest, _ = _run(_Interface(later), marks[-1], settled=frozenset(given))
    assert set(given) | set(rest) == {*range(430), 1000}
    assert (walk.has_ended, walk.missing, walk.is_whole) == (True, 0, True)
    assert len(rest) <= 210 + 430 - len(given), "what was seen is passed in one jump"
    hidden = _Interface(later, hidden=lambda post: post.id in (7, 300, 301))
    broken, given, marks = _run(hidden, answers=2)
    walk, _, _ = _run(hidden, marks[-1], settled=frozenset(given))
    assert walk.missing == 3


def test_later_walks_ask_for_changes_alone_and_remember_what_the_whole_walk_was_not_given() -> None:
    mark = PostsMark(newest="2024-04-30T12:00:00", missing=3)
    changed = [_post(500, datetime(2024, 5, 3, tzinfo=UTC)), *_posts(250)]
    walk, given, marks = _run(_Interface(changed, cap=5), mark)
    # The post of the mark comes again: that shows that the interface is well.
    assert set(given) == {500, *range(13)}
    assert (walk.is_whole, walk.missing, marks) == (False, 3, [])
    assert walk.mark.newest == "2024-05-03T00:00:00"
    old, given, _ = _run(_Interface(_posts(250), heeds_change=False), mark, settled=frozenset(range(250)))
    assert (old.has_ended, old.is_whole, len(given)) == (True, False, 100)


@pytest.mark.parametrize("newest", ["2031-01-01T00:00:00", None])
def test_a_time_of_change_that_lies_ahead_is_not_believed(newest: str | None) -> None:
    walk, given, _ = _run(_Interface([_post(9, datetime(2024, 5, 1, tzinfo=UTC), "2031-01-01T00:00:00")]))
    assert (given, walk.mark.newest) == ([9], NOW)
    again, given, _ = _run(_Interface(_posts(130)), PostsMark(newest=newest, missing=0))
    assert (again.is_whole, len(set(given))) == (True, 130)


def test_a_mark_of_a_walk_that_nobody_counted_is_walked_over_once_more() -> None:
    walk, given, _ = _run(_Interface(_posts(55), cap=20), PostsMark(newest="2024-05-01T00:00:00"))
    assert (walk.is_whole, set(given)) == (True, set(range(55)))


def test_an_empty_answer_to_what_has_changed_is_followed_by_one_look_at_all_posts() -> None:
    walk = PostsWalk(PostsMark(newest="2024-04-30T12:00:00", missing=0), "2024-05-01T00:00:00")
    nothing = PostPage([])
    check = walk.follow(walk.first, nothing, Extent(), 100, due=0)
    assert check == Step(is_check=True)
    assert walk.follow(check, nothing, Extent(), 100, due=0) is None
    assert walk.has_ended
