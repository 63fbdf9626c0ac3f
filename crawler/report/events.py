"""The events of a report: stories in different words on the same thing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from crawler.report.figures import Event, Story


def shared_events(stories: Iterable[Story], event_of: Mapping[str, str]) -> list[Event]:
    """The events that several stories report, those that most sites report first.

    Args:
        stories: The stories of the report.
        event_of: The event of a story, by the ids of both, where that was looked for.
    """
    members: dict[str, list[Story]] = defaultdict(list)
    for story in stories:
        if story.id in event_of:
            members[event_of[story.id]].append(story)
    events = [
        Event(id_, tuple(sorted(reports, key=lambda story: (story.members[0].at, story.id))))
        for id_, reports in members.items()
        if len(reports) > 1
    ]
    return sorted(events, key=lambda event: (-event.sites, event.stories[0].members[0].at, event.id))
