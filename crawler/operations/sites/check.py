"""Check sites: look at many sites side by side and say what differs from their seeds.

Each site, and each host that several sites share, is asked one request after the other.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

from crawler.errors import KhabarError
from crawler.model.site import Site
from crawler.operations.sites.add import Change, changes_of
from crawler.operations.sites.survey import survey_site
from crawler.operations.sites.survey_report import Survey
from crawler.settings import Settings


@dataclass(frozen=True, slots=True)
class SiteCheck:
    """What a look at a site came to: its survey and what has changed, or why there is none."""

    site: str
    survey: Survey | None = None
    changes: list[Change] = field(default_factory=list)
    error: str | None = None

    @property
    def broken(self) -> bool:
        """Whether the seed names what the site no longer has."""
        return self.error is not None or any(change.broken for change in self.changes)


class _StoppedError(KhabarError):
    """Nobody waits for the answer any more."""


def check_sites(
    sites: Sequence[Site],
    settings: Settings,
    progress: Callable[[str, str], None],
    finished: Callable[[SiteCheck], None],
) -> list[SiteCheck]:
    """Look at sites, `concurrent_sites` at once; the answers are in the order of the sites.

    Args:
        sites: Which ones.
        settings: User-Agent, limits of size and time, the pause between requests.
        progress: Told, from several threads, of which site what is being looked at.
        finished: Told of each site when it is done.
    """
    by_host: dict[str, list[Site]] = {}
    for site in sites:
        by_host.setdefault(site.host.removeprefix("www."), []).append(site)
    stopping = threading.Event()

    def look(site: Site) -> SiteCheck:
        def report(what: str) -> None:
            if stopping.is_set():
                raise _StoppedError("stopped")
            progress(site.id, what)

        delay = site.delay_or(settings.delay)
        own = settings.model_copy(update={"delay": delay})
        try:
            survey = survey_site(site.url, own, site, private=site.private, tls=site.tls, progress=report)
        except KhabarError as error:
            return SiteCheck(site.id, error=str(error))
        return SiteCheck(site.id, survey, changes_of(site, survey))

    def look_at_all(group: list[Site]) -> list[SiteCheck]:
        checks_of_group = []
        for site in group:
            checks_of_group.append(look(site))
            finished(checks_of_group[-1])
        return checks_of_group

    checks: dict[str, SiteCheck] = {}
    with ThreadPoolExecutor(settings.concurrent_sites) as pool:
        try:
            for done in as_completed([pool.submit(look_at_all, group) for group in by_host.values()]):
                checks |= {check.site: check for check in done.result()}
        except BaseException:
            # A site that was not begun is not asked any more, one that was only for what is under way.
            stopping.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [checks[site.id] for site in sites]
