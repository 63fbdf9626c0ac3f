"""The report as JSON of every figure and as CSV of every duplicate."""

import csv
import io
import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from crawler.report.figures import Event, Flow, Member, Pair, Report, Story, Totals

JSON_VERSION: Final = 1
"""Raised when a key of the JSON is renamed, removed or changes its meaning; not when one is added."""

FLOW_PAIRS: Final = 3
"""Example pairs of each flow; the CSV has all."""

CSV_COLUMNS: Final = (
    "story_id", "first_url", "first_site", "url", "site", "title", "published_or_seen", "dated",
    "delay_minutes", "similarity", "reason",
)  # fmt: skip
"""Columns of the CSV; a row is a duplicate."""


def render_json(report: Report) -> str:
    """The figures as one JSON object, ending in a newline.

    Keys:
        ``version``, ``generated_at``, ``since``, ``until``, ``zone``, ``boundary``, ``boundary_within``;
        ``totals``: ``articles``, ``originals``, ``duplicates``, ``duplicate_share``, ``stories``,
        ``shared_stories``, ``shared_events``, ``earlier_stories``, ``sites``, ``undated``, ``by_reason``;
        ``sites``, a list: ``id``, ``name``, ``name_en``, ``articles``, ``first``, ``alone``, ``duplicates``,
        ``originality``;
        ``flows``, a list: ``first``, ``carrier``, ``count``, ``median_delay_minutes``, ``median_similarity``,
        ``examples`` (the latest pairs);
        ``largest`` and ``recent``, lists of stories: ``id``, ``size``, ``sites``, ``first_id``, ``members``;
        ``histogram``, a list: ``low``, ``high``, ``count``, ``exact``; beside it ``unmeasured``;
        ``borderline`` and ``near_misses``, lists of pairs: ``story_id``, ``similarity``, ``first``, ``copy``;
        ``days``, a list: ``day``, ``articles``, ``duplicates``;
        ``notes``, a list: ``site``, ``boilerplate``, ``quarantined``, ``trouble``, ``reason``;
        ``events``, a list of what several stories report in their own words: ``id``, ``sites``, ``stories``
        (as above, with their first member alone).

    A member (of a story or a pair) has ``id``, ``site``, ``title``, ``url``, ``at``, ``published``,
    ``dated``, ``original``, ``duplicate_of``, ``similarity``, ``reason``, ``delay_minutes``. ``at`` puts it
    in order; ``published`` is what its page states, a time or a day alone. `crawler.report.figures`
    describes each.

    Times are ISO 8601 with offset; what is unknown is null. Every duplicate is a row of `render_csv`.
    """
    content = {
        "version": JSON_VERSION,
        "generated_at": report.generated_at.isoformat(),
        "since": _iso(report.since),
        "until": _iso(report.until),
        "zone": report.zone,
        "boundary": report.boundary,
        "boundary_within": report.boundary_within,
        "totals": _totals(report.totals),
        "sites": [asdict(site) | {"originality": round(site.originality, 4)} for site in report.sites],
        "flows": [_flow(flow) for flow in report.flows],
        "largest": [_story(story) for story in report.largest],
        "recent": [_story(story) for story in report.recent],
        "histogram": [asdict(bar) for bar in report.histogram],
        "unmeasured": report.unmeasured,
        "borderline": [_pair(pair) for pair in report.borderline],
        "near_misses": [_pair(pair) for pair in report.near_misses],
        "days": [asdict(day) | {"day": day.day.isoformat()} for day in report.days],
        "notes": [asdict(note) for note in report.notes],
        "events": [_event(event) for event in report.events],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def render_csv(report: Report) -> str:
    """One row a duplicate, with `CSV_COLUMNS` as the first line; lines end in CRLF as RFC 4180 asks.

    What is unknown is empty. A cell that a spreadsheet would take for a formula gets an apostrophe before it.
    A file for Excel should be written as ``utf-8-sig``.
    """
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(CSV_COLUMNS)
    rows.writerows(map(_row, report.duplicates))
    return out.getvalue()


def _row(pair: Pair) -> tuple[object, ...]:
    copy = pair.copy
    first_url, first_site = (pair.first.url, pair.first.site) if pair.first else ("", "")
    return (
        *map(_cell, (pair.story_id, first_url, first_site, copy.url, copy.site, copy.title)),
        _published(copy) or copy.at.isoformat(),
        "yes" if copy.dated else "no",
        _minutes(copy.delay),  # csv writes None as an empty cell
        None if pair.similarity is None else round(pair.similarity, 4),
        copy.reason,
    )


def _cell(text: str) -> str:
    # The characters that OWASP's "CSV Injection" names as the start of a formula.
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _minutes(delay: timedelta | None) -> float | None:
    return None if delay is None else round(delay.total_seconds() / 60, 1)


def _totals(totals: Totals) -> dict[str, Any]:
    return {
        "articles": totals.articles,
        "originals": totals.originals,
        "duplicates": totals.duplicates,
        "duplicate_share": round(totals.duplicate_share, 4),
        "stories": totals.stories,
        "shared_stories": totals.shared_stories,
        "shared_events": totals.shared_events,
        "earlier_stories": totals.earlier_stories,
        "sites": totals.sites,
        "undated": totals.undated,
        "by_reason": totals.by_reason,
    }


def _member(member: Member) -> dict[str, Any]:
    return {
        "id": member.id,
        "site": member.site,
        "title": member.title,
        "url": member.url,
        "at": member.at.isoformat(),
        "published": _published(member),
        "dated": member.dated,
        "original": member.original,
        "duplicate_of": member.duplicate_of,
        "similarity": member.similarity,
        "reason": member.reason,
        "delay_minutes": _minutes(member.delay),
    }


def _published(member: Member) -> str | None:
    if not member.dated:
        return None
    return member.day.isoformat() if member.day else member.at.isoformat()


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "story_id": pair.story_id,
        "similarity": pair.similarity,
        "first": _member(pair.first) if pair.first else None,
        "copy": _member(pair.copy),
    }


def _story(story: Story) -> dict[str, Any]:
    return {
        "id": story.id,
        "size": len(story.members),
        "sites": story.sites,
        "first_id": story.first.id if story.first else None,
        "members": [_member(member) for member in story.members],
    }


def _event(event: Event) -> dict[str, Any]:
    stories = [_story(story) | {"members": [_member(story.members[0])]} for story in event.stories]
    return {"id": event.id, "sites": event.sites, "stories": stories}


def _flow(flow: Flow) -> dict[str, Any]:
    return {
        "first": flow.first,
        "carrier": flow.carrier,
        "count": flow.count,
        "median_delay_minutes": _minutes(flow.median_delay),
        "median_similarity": flow.median_similarity,
        "examples": [_pair(pair) for pair in flow.examples[:FLOW_PAIRS]],
    }
