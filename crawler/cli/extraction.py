"""`khabar extract`: one page, by hand."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.text import Text

from crawler.article import Article
from crawler.cli.context import context_of, out
from crawler.operations.extract import extract_source
from crawler.sites import load_sites, select_sites


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("extract")(extract_command)


def extract_command(
    ctx: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="FILE|URL|-", help="A saved page, an address, or - for stdin.")
    ],
    url: Annotated[str | None, typer.Option(help="The address that a saved page came from.")] = None,
    site: Annotated[str | None, typer.Option(help="Use this site's seed.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the clean article of one page; nothing is stored.

    Example: khabar extract page.html --url https://example.org/2024/12/04/title/
    """
    common = context_of(ctx)
    seed = select_sites(load_sites(common.seeds), [site])[0] if site else None
    article = extract_source(source, common.settings, url=url, site=seed)
    if common.json or as_json:
        out().print_json(json.dumps(article_json(article), ensure_ascii=False))
        return
    console = out()
    day = article.published_at.isoformat() if article.published_at else "no date"
    console.print(Text(article.title, style="bold"), soft_wrap=True)
    facts = [day + (f" ({article.date_source})" if article.date_source else ""), *article.authors]
    console.print(Text(" · ".join(facts), style="dim"), soft_wrap=True)
    console.print(Text("\n" + article.text), soft_wrap=True)


def article_json(article: Article) -> dict[str, Any]:
    """An article as JSON shows it: times as ISO 8601."""
    data = asdict(article)
    for name in ("published_at", "modified_at"):
        data[name] = data[name].isoformat() if data[name] else None
    return data
