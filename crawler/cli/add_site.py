"""`khabar sites add` and `khabar sites check`: a look at a site, and what its seed should say."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Self
from urllib.parse import unquote

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from crawler.cli.context import CliContext, context_of, err, out
from crawler.cli.lazy import add, check, survey
from crawler.errors import SeedError, UsageError
from crawler.model.seeds import load_sites, select_sites
from crawler.model.site import Site

if TYPE_CHECKING:
    from crawler.operations.sites.check import SiteCheck
    from crawler.operations.sites.survey_report import Survey

_SHOWN = 220
"""Letters of a sample's text: enough to see whether it begins with the article or with a menu."""


def add_command(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(help="The home page of the site.")],
    site_id: Annotated[
        str | None, typer.Option("--id", help="The seed's name; by default made from the host.")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private", help="The site lives at a private or loopback address.")
    ] = False,
    tls: Annotated[
        str, typer.Option("--tls", help='"unverified": accept a bad certificate, for this site alone.')
    ] = "verify",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the seed, write nothing.")] = False,
) -> None:
    """Look at a home page and write the site's seed; show three articles as they are extracted.

    Ends with 3 and writes nothing where no article could be read.

    Example: khabar sites add https://www.example.org/
    """
    common = context_of(ctx)
    if tls not in ("verify", "unverified"):
        raise UsageError(f"--tls {tls!r}: allowed: verify, unverified")
    seeds = seeds_of(common)
    # What is sure to fail fails before the site is asked.
    add.refuse_duplicate(survey.home_address(url), seeds)
    if site_id is not None:
        add.seed_path(common.seeds, site_id)
    site = survey.survey_site(url, common.settings, private=private, tls=tls, progress=look_progress(common))
    add.refuse_duplicate(site.url, seeds)
    path = add.seed_path(common.seeds, site_id or add.site_id_of(site.url))
    text = add.seed_text(site, private=private)
    writes = site.has_article and not dry_run
    if writes:
        add.write_seed(path, text)
    if common.json:
        row = {"path": str(path), "written": writes, "seed": text, **_survey_row(site)}
        typer.echo(json.dumps(row, ensure_ascii=False, indent=2, default=str))
    else:
        console = out()
        console.print(f"[bold]{escape(str(path))}[/bold]{'' if writes else ' (not written)'}")
        console.print(Padding(Text(text.rstrip()), (0, 0, 1, 2)))
        _print_survey(console, site)
    if not site.has_article:
        err().print(Text(f"No seed was written: {_sightings(site)}", style="red"), soft_wrap=True)
        raise typer.Exit(3)
    if writes and not common.json:
        err().print(f"Look the seed over, then: khabar crawl {path.stem} --limit 20", markup=False)


def seeds_of(common: CliContext) -> list[Site]:
    """The sites of the seeds; a folder without any is none the worse for it."""
    try:
        return list(load_sites(common.seeds).values())
    except SeedError:
        if not common.seeds.is_dir() or any(common.seeds.glob("*.toml")):
            raise
        return []


def check_command(
    ctx: typer.Context,
    site: Annotated[list[str] | None, typer.Argument(help="Sites to look at; none: all enabled.")] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Put the new address of a site that has moved into its seed.")
    ] = False,
) -> None:
    """Look at sites again, several side by side, and say what has changed since their seeds were written.

    Ends with 3 where a seed names what the site no longer has.

    Example: khabar sites check enab-baladi
    """
    common = context_of(ctx)
    sites = select_sites(load_sites(common.seeds), site or [])
    with _CheckProgress(common, len(sites)) as progress:
        checks = check.check_sites(sites, common.settings, progress.looking, progress.finished)
    if common.json:
        typer.echo(
            json.dumps([_check_row(result) for result in checks], ensure_ascii=False, indent=2, default=str)
        )
    else:
        console = out()
        for result in checks:
            _print_check(console, result, sample=common.verbosity > 0 or len(sites) == 1)
    if write:
        for result in checks:
            for move in [change.move for change in result.changes if change.move]:
                path = add.own_seed(common.seeds, result.site)
                add.write_move(path, move)
                err().print(f"{path}: its url is {move.url} now", markup=False, soft_wrap=True)
    raise typer.Exit(3 if any(_needs_a_look(result, written=write) for result in checks) else 0)


def _needs_a_look(check: "SiteCheck", *, written: bool) -> bool:
    """Whether a seed names what the site no longer has; the address of a moved site may have been mended."""
    broken = any(change.broken and not (written and change.move) for change in check.changes)
    return check.error is not None or broken


def _check_row(check: "SiteCheck") -> dict[str, Any]:
    return {
        "site": check.site,
        "error": check.error,
        "changes": [change.text for change in check.changes],
        "broken": check.broken,
        **(_survey_row(check.survey) if check.survey else {}),
    }


def _print_check(console: Console, check: "SiteCheck", *, sample: bool) -> None:
    if check.error is not None:
        console.print(Text(f"{check.site}: {check.error}", style="red"), soft_wrap=True)
        return
    changes = check.changes
    verdict = "as its seed says" if not changes else f"{len(changes)} change{'s' * (len(changes) > 1)}"
    console.print(Text(f"{check.site}: {verdict}", style="green" if not changes else "yellow"))
    for change in changes:
        console.print(Text(f"  {change.text}", style="red" if change.broken else ""), soft_wrap=True)
    if sample and check.survey is not None:
        _print_survey(console, check.survey)


class _CheckProgress:
    """A bar for many sites, the addresses that are asked for a single one; on stderr."""

    def __init__(self, common: CliContext, total: int) -> None:
        quiet = common.verbosity < 0
        self._line = look_progress(common) if total == 1 else None
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=err(),
            transient=True,
            disable=quiet or total == 1 or not err().is_terminal,
        )
        self._task = self._bar.add_task("sites looked at", total=total)
        self._plain = None if quiet or total == 1 or err().is_terminal else err()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def looking(self, site: str, what: str) -> None:
        """Show what is being looked at; called from several threads."""
        if self._line is not None:
            self._line(what)
        else:
            self._bar.update(self._task, description=f"looking at {site}")

    def finished(self, check: "SiteCheck") -> None:
        """Count a site; where there is no terminal to draw a bar on, a line each."""
        self._bar.advance(self._task)
        if self._plain is not None:
            self._plain.print(Text(f"… {check.site} looked at", style="dim"), soft_wrap=True)


def look_progress(common: CliContext) -> Callable[[str], None]:
    """What shows what is being looked at, on stderr."""
    console = err()

    def show(what: str) -> None:
        if common.verbosity >= 0:
            console.print(Text(f"… {unquote(what)}", style="dim"), soft_wrap=True)

    return show


def _sightings(survey: "Survey") -> str:
    """What a look at a site without articles saw, in a sentence."""
    counts = ", ".join(
        f"{len(urls)} {name}"
        for name, urls in (
            ("feeds", survey.feeds),
            ("sitemaps", survey.sitemaps),
            ("listings", survey.listings),
            ("pages that gave no article", survey.samples),
        )
    )
    return f"no article could be read at {unquote(survey.url)} ({counts}; {survey.requests} requests)"


def _survey_row(survey: "Survey") -> dict[str, Any]:
    return {
        "url": survey.url,
        "requests": survey.requests,
        "unsure": survey.unsure,
        "moved_to": survey.moved_to,
        "samples": [asdict(sample) for sample in survey.samples],
    }


def _print_survey(console: Console, survey: "Survey") -> None:
    """The sample articles and the doubts."""
    for sample in survey.samples:
        article = sample.article
        if article is None:
            console.print(
                Text(f"{unquote(sample.url)}\n  no article: {unquote(sample.problem or '')}", style="yellow"),
                soft_wrap=True,
            )
            continue
        console.print(Text(article.title, style="bold"))
        when = article.published_at.isoformat(timespec="minutes") if article.published_at else "no date"
        source = (
            f" ({article.date_source}, by the {article.published_precision})" if article.date_source else ""
        )
        console.print(
            Text(f"  {unquote(article.url)}\n  {when}{source}; {', '.join(article.authors) or 'no author'}; "
                 f"{article.language or 'language unknown'}; {len(article.text.split())} words"),
            soft_wrap=True,
        )  # fmt: skip
        text = " ".join(article.text.split())
        cut = text if len(text) <= 2 * _SHOWN else f"{text[:_SHOWN]} […] {text[-_SHOWN:]}"
        console.print(Padding(Text(cut), (0, 0, 1, 2)))
    if survey.unsure:
        console.print(Text("Not sure of:", style="bold"))
        for sentence in survey.unsure:
            console.print(Text(f"  • {sentence}"), soft_wrap=True)
