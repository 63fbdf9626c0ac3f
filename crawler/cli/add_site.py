"""`khabar sites add` and `khabar sites check`: a look at a site, and what its seed should say."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import unquote

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from crawler.cli.context import CliContext, context_of, err, out
from crawler.errors import KhabarError, SeedError
from crawler.sites import load_sites, select_sites

_SHOWN = 220
"""Letters of a sample's text: enough to see whether it begins with the story or with a menu."""


def add_command(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(help="The home page of the site.")],
    site_id: Annotated[
        str | None, typer.Option("--id", help="The seed's name; by default made from the host.")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private", help="The site lives at a private or loopback address.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the seed, write nothing.")] = False,
) -> None:
    """Look at a home page and write the site's seed; show three articles as they are extracted.

    Example: khabar sites add https://www.example.org/
    """
    from crawler.operations.add_site import refuse_known, seed_path, seed_text, site_id_of, write_seed
    from crawler.operations.polite import PoliteFetcher
    from crawler.operations.survey import Surveyor, home_address

    common = context_of(ctx)
    try:
        known = list(load_sites(common.seeds).values())
    except SeedError:
        if not common.seeds.is_dir() or any(common.seeds.glob("*.toml")):
            raise
        known = []
    # What is sure to fail shall fail before the site is asked.
    refuse_known(home_address(url), known)
    if site_id is not None:
        seed_path(common.seeds, site_id)
    fetcher = PoliteFetcher(common.settings, private=private)
    survey = Surveyor(url, fetcher, progress=_progress(common)).look()
    refuse_known(survey.url, known)
    path = seed_path(common.seeds, site_id or site_id_of(survey.url))
    text = seed_text(survey, private=private)
    if not dry_run:
        write_seed(path, text)
    if common.json:
        row = {"path": str(path), "written": not dry_run, "seed": text, **_survey_row(survey)}
        typer.echo(json.dumps(row, ensure_ascii=False, indent=2, default=str))
        return
    console = out()
    console.print(f"[bold]{escape(str(path))}[/bold]{' (not written)' if dry_run else ''}")
    console.print(Padding(Text(text.rstrip()), (0, 0, 1, 2)))
    _print_survey(console, survey)
    if not dry_run:
        err().print(f"Look the seed over, then: khabar crawl {path.stem} --limit 20", markup=False)


def check_command(
    ctx: typer.Context,
    site: Annotated[list[str] | None, typer.Argument(help="Sites to look at; none: all enabled.")] = None,
) -> None:
    """Look at sites again and say what has changed since their seeds were written.

    Ends with 3 where a seed names what the site no longer has.

    Example: khabar sites check enab-baladi
    """
    from crawler.operations.add_site import changes_of
    from crawler.operations.polite import PoliteFetcher
    from crawler.operations.survey import Surveyor

    common = context_of(ctx)
    rows: list[dict[str, Any]] = []
    console = out()
    for one in select_sites(load_sites(common.seeds), site or []):
        settings = common.settings.model_copy(
            update={"delay": common.settings.delay if one.delay is None else one.delay}
        )
        fetcher = PoliteFetcher(settings, private=one.private)
        try:
            survey = Surveyor(one.url, fetcher, one, _progress(common)).look()
        except KhabarError as error:
            rows.append({"site": one.id, "error": str(error), "changes": [], "broken": True})
            if not common.json:
                console.print(Text(f"{one.id}: {error}", style="red"), soft_wrap=True)
            continue
        changes = changes_of(one, survey)
        rows.append(
            {
                "site": one.id,
                "error": None,
                "changes": [change.text for change in changes],
                "broken": any(change.broken for change in changes),
                **_survey_row(survey),
            }
        )
        if not common.json:
            verdict = "as its seed says" if not changes else f"{len(changes)} changes"
            console.print(Text(f"{one.id}: {verdict}", style="green" if not changes else "yellow"))
            for change in changes:
                console.print(Text(f"  {change.text}", style="red" if change.broken else ""), soft_wrap=True)
            if common.verbosity > 0 or len(site or []) == 1:
                _print_survey(console, survey)
    if common.json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
    raise typer.Exit(3 if any(row["broken"] for row in rows) else 0)


def _progress(common: CliContext) -> Callable[[str], None]:
    console = err()

    def tell(what: str) -> None:
        if common.verbosity >= 0:
            console.print(Text(f"… {unquote(what)}", style="dim"), soft_wrap=True)

    return tell


def _survey_row(survey: Any) -> dict[str, Any]:
    return {
        "url": survey.url,
        "requests": survey.requests,
        "unsure": survey.unsure,
        "samples": [asdict(sample) for sample in survey.samples],
    }


def _print_survey(console: Console, survey: Any) -> None:
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
        when = f"{article.published_at:%Y-%m-%d %H:%M %z}" if article.published_at else "no date"
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
