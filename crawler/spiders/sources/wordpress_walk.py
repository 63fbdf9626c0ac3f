"""The walk over a site's posts, without its requests: its next step after each answer, and its end.

A walk goes back by time of publication, and by numbers of pages where a site does not heed times. It ends by
what the headers say, or by an answer without a post; it counts what it was given against the total that the
site names, so that posts which a site hides are reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from crawler.discovery.wordpress import Cursor, last_second
from crawler.discovery.wordpress_paging import MOST_BARREN, Extent
from crawler.discovery.wordpress_posts import Post, PostPage
from crawler.html.sentences import sentence
from crawler.storage.frontier import Page
from crawler.storage.wordpress import PostsMark


@dataclass(frozen=True, slots=True)
class Step:
    """One request: where the walk stands, and since which change it asks; or the pages that it asks for.

    `is_check` asks only whether the interface names any posts at all.
    """

    cursor: Cursor = field(default_factory=Cursor)
    modified_after: str | None = None
    pages: tuple[Page, ...] = ()
    is_check: bool = False


class PostsWalk:
    """One walk, newest posts first.

    Args:
        mark: How far earlier walks have come.
        now: The present time by the site's clock, in the interface's form. No time of change beyond it is
            believed.
    """

    def __init__(self, mark: PostsMark, now: str) -> None:
        self._mark = mark
        self._now = now
        # A mark without a count is of a walk that took a short answer for the last one.
        is_usable = mark.newest is not None and mark.newest <= now and mark.missing is not None
        self._since = mark.newest if is_usable and not mark.before else None
        self._newest: str | None = None
        self._seen: set[int] = set()
        self._last_ids: frozenset[int] = frozenset()
        self._largest = self._barren = 0
        self._by_number = False
        # A walk that broke off has looked at all that is newer than its mark.
        self._border = mark.before
        self._total = mark.total if mark.before else None
        self._given = mark.given if mark.before else 0
        self._is_cut = self._is_change_ignored = False
        self.has_ended = False
        """Whether the last answer was the last one."""

    @property
    def first(self) -> Step:
        """The first request.

        What has changed is asked for from a second before the newest change: an interface that is well names
        that post again. An empty answer would say the same of a site without news and of one that has stopped
        to answer.
        """
        return Step(modified_after=self._since and last_second(self._since))

    @property
    def total(self) -> int | None:
        """How many posts there are by the site's word; None where it does not say."""
        return self._total

    @property
    def given(self) -> int:
        """How many posts the site has given, by this walk and the one that it continues."""
        return self._given

    @property
    def missing(self) -> int:
        """How many posts a walk that has ended was not given, at the least."""
        if self._since is not None:
            return self._mark.missing or 0
        return max((self._total or 0) - self._given, int(self._is_cut))

    @property
    def note(self) -> str | None:
        """What is to be reported of a walk that has not ended, or was not given all posts."""
        counts = sentence("n_of", count=self._given, all=self._total) if self._total else str(self._given)
        if not self.has_ended:
            return sentence("posts_looked_at", counts=counts) if self._given else None
        if not self.missing:
            return None
        key = "posts_not_given_of" if self.is_whole else "posts_not_given"
        return sentence(key, count=self.missing, counts=counts)

    @property
    def mark(self) -> PostsMark:
        """What is to be remembered of a walk that has ended."""
        believed = self._mark.newest if self._since is not None else None
        newest = max((text for text in (self._newest, believed) if text), default=None)
        return PostsMark(newest=newest and min(newest, self._now), missing=self.missing)

    @property
    def is_whole(self) -> bool:
        """Whether all posts are walked over, rather than those that were changed lately."""
        return self._since is None

    def mark_at(self, step: Step) -> PostsMark | None:
        """What is to be remembered before a step is asked for; None: the earlier mark stands."""
        before = step.cursor.before
        if step.modified_after is not None or before is None or self._border is not None:
            return None
        return replace(self._mark, before=before, total=self._total, given=self._given)

    def follow(
        self, step: Step, answer: PostPage, extent: Extent, page_size: int, *, due: int
    ) -> Step | None:
        """Return the step after one that was answered; None: the walk has ended.

        Args:
            step: What was asked for.
            answer: The posts that came.
            extent: What its headers say.
            page_size: How many posts were asked for.
            due: How many of the posts are new, changed, or still to be done.
        """
        if step.is_check:
            self.has_ended = True
            return None
        if step.modified_after is not None and not answer.rows and not self._seen:
            # The post that was changed last was removed, or the interface gives no posts any more.
            return Step(is_check=True)
        fresh = [post for post in answer.posts if post.id not in self._seen]
        self._seen.update(post.id for post in fresh)
        changes = [post.modified for post in answer.posts]
        self._newest = max([*changes, self._newest or ""]) or None
        self._count(fresh, answer, extent)
        cursor = self._next_cursor(step, answer, extent, page_size, is_barren=not fresh)
        since = step.modified_after
        if since is not None and any(change <= since for change in changes):
            # A WordPress older than 5.7 ignores the time of change and gives all posts, newest first.
            self._is_change_ignored, since = True, None
        if self._is_change_ignored and not due:
            cursor = None
        elif cursor is not None:
            cursor = self._past_border(cursor, due)
        self.has_ended = cursor is None
        return None if cursor is None else Step(cursor, since)

    def _next_cursor(
        self, step: Step, answer: PostPage, extent: Extent, page_size: int, *, is_barren: bool
    ) -> Cursor | None:
        rows = answer.rows
        follows = extent.follows(rows, step.cursor.page, page_size)
        self._largest = max(self._largest, rows)
        if not is_barren:
            self._barren = 0
            self._last_ids = answer.ids
            if follows is False:
                return None
            if self._by_number or answer.oldest is None:
                return step.cursor.following_page()
            return step.cursor.after(answer.oldest)
        if follows is False or (rows == 0 and not follows):
            return None
        before = step.cursor.before
        if before is not None and not self._by_number and any(post.date >= before for post in answer.posts):
            return self._turn_to_numbers(extent)
        self._barren += 1
        is_repeated = step.cursor.page > 1 and bool(answer.ids) and answer.ids == self._last_ids
        self._last_ids = answer.ids
        # Where nobody says whether more follows, a short answer with known posts alone is the oldest second.
        if is_repeated or self._barren >= MOST_BARREN or (follows is None and rows < self._largest):
            self._is_cut = self._total is None and (follows is True or is_repeated)
            return None
        return step.cursor.following_page()

    def _turn_to_numbers(self, extent: Extent) -> Cursor:
        """Go on by numbers of pages: the site gives posts of later times than those asked for."""
        self._by_number, self._border = True, None
        self._total, self._given = extent.total, len(self._seen)
        return Cursor(None, 2)

    def _past_border(self, cursor: Cursor, due: int) -> Cursor:
        """The cursor, or where an earlier walk stopped: what lies between is known once nothing is due."""
        if self._border is None or cursor.before is None:
            return cursor
        if cursor.before <= self._border or not due:
            cursor = min(cursor, Cursor(self._border), key=lambda place: place.before or "")
            self._border = None
        return cursor

    def _count(self, fresh: Sequence[Post], answer: PostPage, extent: Extent) -> None:
        """Count what was given, without what the walk that this one continues has counted."""
        if self._border is not None:
            return
        if self._total is None and not self._given:
            self._total = extent.total
        counted_from = self._mark.before and last_second(self._mark.before)
        counted = (post for post in fresh if not counted_from or self._by_number or post.date < counted_from)
        self._given += sum(1 for _ in counted) + answer.skipped
