"""The dedup report beside the archive's pages: what it links to there."""

from collections.abc import Mapping
from dataclasses import replace

from crawler.html.words import word
from crawler.report.page import Served
from crawler.web.scope import Scope


def served(scope: Scope, names: Mapping[str, tuple[str, str]], lang: str) -> Served:
    """Where a report stands, in a language.

    Args:
        scope: What it is narrowed to.
        names: Arabic and English name of each site.
        lang: ``ar`` or ``en``.
    """
    here = Served(
        archive=f"/{lang}/",
        other="",
        api="",
        menu=[(f"/{lang}/", word("overview", lang)), (f"/{lang}/search", word("search", lang))],
        sites=sorted(
            ((id_, both[lang != "ar"]) for id_, both in names.items()), key=lambda site: (site[1], site[0])
        ),
        site=scope.site,
        since=scope.since,
        until=scope.until,
        period=scope.period,
    )
    other = "en" if lang == "ar" else "ar"
    return replace(
        here,
        other=replace(here, archive=f"/{other}/").report(),
        api=replace(here, archive="/api/").report(),
    )
