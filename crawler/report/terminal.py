"""The report's short form for the terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from crawler.html.formats import day, duration, moment, number, percent
from crawler.html.words import counted, label, word
from crawler.report.article import REASONS
from crawler.report.figures import Event, Report, Story

SITES, FLOWS, STORIES, MEMBERS = 12, 8, 5, 6
"""Rows of each part: the whole stays within two screens."""


def render_text(report: Report, lang: str = "ar") -> RenderableType:
    """Headline figures, sites, who republishes whom and the largest stories, for a rich console.

    Titles are shown as they are: neither rich's markup nor a terminal's control characters work in them.

    Args:
        report: The figures.
        lang: ``ar`` or ``en``.
    """
    if not report.totals.articles:
        return Text(f"{word('report_empty', lang)} {word('report_empty_help', lang)}")
    parts: list[RenderableType] = [_headline(report, lang), _sites(report, lang)]
    if report.flows:
        parts.append(_flows(report, lang))
    if report.largest:
        parts.append(_stories(report.largest[:STORIES], _names(report, lang), lang))
    if report.events:
        parts.append(_events(report.events[:STORIES], _names(report, lang), lang))
    if report.notes:
        parts.append(_notes(report, lang))
    return Group(*parts)


def _notes(report: Report, lang: str) -> Table:
    table = _table(
        "\n" + word("notes", lang),
        word("site", lang),
        word("what_is_wrong", lang),
        word("quarantined_pages", lang),
        left=2,
    )
    names = _names(report, lang)
    for note in report.notes[:SITES]:
        trouble = label(note.trouble, lang) if note.trouble else word("no_trouble", lang)
        table.add_row(Text(names.get(note.site, note.site)), Text(trouble), number(note.quarantined))
    return table


def _names(report: Report, lang: str) -> dict[str, str]:
    return {site.id: site.name if lang == "ar" else site.name_en for site in report.sites}


def _table(title: str, *columns: str, left: int = 1) -> Table:
    """A plain table whose first `left` columns hold words and the others figures."""
    table = Table(
        title=Text(title, style="bold"), title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for position, column in enumerate(columns):
        table.add_column(
            Text(column, style="dim"), justify="left" if position < left else "right", overflow="ellipsis"
        )
    return table


def _headline(report: Report, lang: str) -> Table:
    totals = report.totals
    table = _table(word("report_title", lang), "", "", "", left=1)
    table.show_header = False
    kinds = word("list_separator", lang).join(
        f"{word(reason, lang)} {number(totals.by_reason[reason])}"
        for reason in (*REASONS, "unstated")
        if totals.by_reason[reason]
    )
    for key, figure, more in (
        ("articles", totals.articles, counted("from_n_sites", totals.sites, lang)),
        ("stories", totals.stories, counted("n_shared_stories", totals.shared_stories, lang)),
        ("duplicates", totals.duplicates, f"{percent(totals.duplicate_share, lang)}  {kinds}".rstrip()),
    ):
        table.add_row(Text(word(key, lang)), Text(number(figure), style="bold"), Text(more, justify="left"))
    return table


def _sites(report: Report, lang: str) -> Table:
    columns = ("site", "articles", "first", "alone", "duplicates", "originality")
    table = _table("\n" + word("sites", lang), *(word(column, lang) for column in columns))
    names = _names(report, lang)
    for site in report.sites[:SITES]:
        table.add_row(
            Text(names[site.id]),
            *map(number, (site.articles, site.first, site.alone, site.duplicates)),
            percent(site.originality if site.articles else None, lang),
        )
    if len(report.sites) > SITES:
        table.add_row(Text(counted("n_more_sites", len(report.sites) - SITES, lang), style="dim"))
    return table


def _flows(report: Report, lang: str) -> Table:
    columns = ("site", "flow_to", "count", "median_delay", "median_similarity")
    table = _table("\n" + word("flows", lang), *(word(column, lang) for column in columns), left=2)
    names = _names(report, lang)
    for flow in report.flows[:FLOWS]:
        table.add_row(
            Text(names[flow.first]),
            Text(names[flow.carrier]),
            number(flow.count),
            duration(flow.median_delay, lang),
            percent(flow.median_similarity, lang),
        )
    if len(report.flows) > FLOWS:
        table.add_row(Text(counted("n_more_flows", len(report.flows) - FLOWS, lang), style="dim"))
    return table


def _stories(stories: tuple[Story, ...], names: dict[str, str], lang: str) -> RenderableType:
    table = _table(
        "\n" + word("largest", lang), "", "", word("delay", lang), word("similarity", lang), left=2
    )
    for story in stories:
        _add_story(table, story, names, lang)
    return table


def _events(events: tuple[Event, ...], names: dict[str, str], lang: str) -> RenderableType:
    table = _table("\n" + word("events", lang), "", "", left=2)
    for event in events:
        size = f"{counted('n_stories', len(event.stories), lang)} {counted('in_n_sites', event.sites, lang)}"
        table.add_row(Text(size, style="dim"), "")
        for story in event.stories[:MEMBERS]:
            lead = story.members[0]
            table.add_row(Text(f"  {names.get(lead.site, lead.site)}"), Text(lead.title))
    return table


def _add_story(table: Table, story: Story, names: dict[str, str], lang: str) -> None:
    lead = story.first or story.members[0]
    size = f"{counted('n_articles', len(story.members), lang)} {counted('in_n_sites', story.sites, lang)}"
    title = Text(f"{lead.title}\n", style="bold").append(size, style="dim not bold")
    published = day(lead.day, lang) if lead.day else moment(lead.at, lang)
    table.add_row(Text(published, style="dim"), title)
    for member in story.members[:MEMBERS]:
        is_first = member is story.first
        table.add_row(
            "",
            Text(f"  {names[member.site]}"),
            word("original_mark", lang) if is_first else duration(member.delay, lang, relative=True),
            "" if member.similarity is None else percent(member.similarity, lang),
        )
    if len(story.members) > MEMBERS:
        more = counted("n_more_articles", len(story.members) - MEMBERS, lang)
        table.add_row("", Text(f"  {more}", style="dim"))
