"""Grouping articles into stories, with each member's delay behind the first."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta, tzinfo

from crawler.report.article import ReportArticle, local, one_line
from crawler.report.figures import Member, Story


def group_stories(articles: Iterable[ReportArticle], scope: Collection[str], zone: tzinfo) -> list[Story]:
    """Group articles by story; stories without an article in `scope` are left out.

    Args:
        articles: All that is known, in the report or not.
        scope: Ids of the articles that lie in the report.
        zone: Zone that times are shown in.
    """
    grouped: dict[str, list[ReportArticle]] = defaultdict(list)
    for article in articles:
        grouped[article.story_id].append(article)
    return [
        _story(story_id, sorted(articles_, key=_by_time), zone)
        for story_id, articles_ in grouped.items()
        if any(article.id in scope for article in articles_)
    ]


def _by_time(article: ReportArticle) -> tuple[datetime, bool, str]:
    # Of two at the same time the original goes first.
    return article.at, article.duplicate_of is not None, article.id


def _story(story_id: str, articles: list[ReportArticle], zone: tzinfo) -> Story:
    lead = next((article for article in articles if article.duplicate_of is None), None)
    members = tuple(_member(article, lead, zone) for article in articles)
    first = next((member for member in members if member.original), None)
    return Story(id=story_id, first=first, members=members)


def _member(article: ReportArticle, lead: ReportArticle | None, zone: tzinfo) -> Member:
    return Member(
        id=article.id,
        site=article.site,
        title=one_line(article.title),
        url=one_line(article.url),
        at=local(article.at, zone),
        dated=article.published_at is not None,
        timed=article.timed,
        day=article.day,
        original=article.duplicate_of is None,
        duplicate_of=article.duplicate_of,
        similarity=article.similarity,
        reason=article.reason,
        delay=_delay(article, lead),
        text=article.text,
    )


def _delay(article: ReportArticle, lead: ReportArticle | None) -> timedelta | None:
    # Times of first sight would measure our crawls, and a bare day would be off by hours: no figure then.
    if lead is None or lead is article or not (article.timed and lead.timed):
        return None
    return article.at - lead.at
