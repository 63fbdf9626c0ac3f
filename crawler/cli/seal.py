"""`khabar seal` and `khabar unseal`: articles, or parts of them, that are not to be served."""

import contextlib
import json
from typing import Annotated

import typer

from crawler.alerts.rules import load_rules
from crawler.alerts.run import rewrite_feeds
from crawler.cli.context import CliContext, context_of, err, out
from crawler.cli.output import Column, RowTable
from crawler.errors import KhabarError, UsageError
from crawler.folders import alerts_file
from crawler.model.seal import SealedField, sealed_fields
from crawler.operations.archive.read import Archive
from crawler.operations.archive.seal import SealResult, seal, seal_records, unseal
from crawler.storage.connect import Stores, open_stores

ALL_FIELDS = ",".join(SealedField)
SHOWN_COPIES = 10


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("seal")(seal_command)
    app.command("unseal")(unseal_command)


def seal_command(
    ctx: typer.Context,
    addresses: Annotated[
        list[str] | None, typer.Argument(metavar="URL…", help="The articles' addresses, or their ids.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why; readers are shown it.")] = None,
    fields: Annotated[
        str, typer.Option(help="What to withhold: text (the whole article), names, image.")
    ] = ALL_FIELDS,
    names: Annotated[
        list[str] | None,
        typer.Option(help="A person's name to take out, beside authors and editors; may be repeated."),
    ] = None,
    list_all: Annotated[bool, typer.Option("--list", help="Show all seals, with their history.")] = False,
) -> None:
    """Withhold articles from web, search, export, report and evidence; nothing is deleted.

    Example: khabar seal https://example.org/2024/12/04/title/ --reason "a witness asked for it"
    """
    common = context_of(ctx)
    if list_all:
        if addresses:
            raise UsageError("--list shows all seals; leave the addresses out")
        with contextlib.closing(open_stores(common.settings)) as stores:
            _show_seals(stores, as_json=common.json)
        return
    if not addresses:
        raise UsageError("name an article, by its address or id; --list shows what is sealed")
    if reason is None:
        raise UsageError("--reason is missing: readers of a withheld article are told why")
    withheld = sealed_fields(fields)
    with contextlib.closing(open_stores(common.settings)) as stores:
        result = seal(stores, common.settings, addresses, reason=reason, fields=withheld, names=names or ())
    _rewrite_feeds(common)
    _show_result(common, result, "sealed")
    if result.copies:
        sites = sorted({site for _, site in result.copies})
        ids = ", ".join(id_ for id_, _ in result.copies[:SHOWN_COPIES])
        more = len(result.copies) - SHOWN_COPIES
        common.notice(
            f"{len(result.copies)} other articles of the same stories are still served ({', '.join(sites)}): "
            f"{ids}{f' and {more} more' if more > 0 else ''}",
            style="yellow",
        )


def _rewrite_feeds(common: CliContext) -> None:
    """Take what is withheld out of the feeds of this machine's saved searches."""
    path = alerts_file()
    if not path.is_file():
        return
    archive = Archive(common.settings)
    try:
        problems = rewrite_feeds(archive, load_rules(path))
    except KhabarError as error:
        problems = [str(error)]
    finally:
        archive.close()
    for problem in problems:
        err().print(f"A feed of saved searches may still show it: {problem}", style="red", markup=False)


def unseal_command(
    ctx: typer.Context,
    addresses: Annotated[
        list[str], typer.Argument(metavar="URL…", help="The articles' addresses, or their ids.")
    ],
    reason: Annotated[str | None, typer.Option(help="Why, for the record.")] = None,
) -> None:
    """Serve again what was sealed.

    Example: khabar unseal 0123456789abcdef0123456789abcdef
    """
    common = context_of(ctx)
    with contextlib.closing(open_stores(common.settings)) as stores:
        result = unseal(stores, common.settings, addresses, reason=reason)
    _show_result(common, result, "unsealed")


def _show_result(common: CliContext, result: SealResult, what: str) -> None:
    if common.json:
        out().print_json(json.dumps(result.as_json(), ensure_ascii=False))
    else:
        for article_id in result.changed:
            out().print(f"{what}: {article_id}", markup=False)
        for article_id in result.unchanged:
            out().print(f"{what} already: {article_id}", markup=False)
    if result.index_error is not None:
        err().print(
            f"The search index of this machine could not follow: {result.index_error}. It still shows what "
            "it had; run: khabar search --rebuild",
            style="red",
            markup=False,
        )
        raise typer.Exit(1)


def _show_seals(stores: Stores, *, as_json: bool) -> None:
    records = seal_records(stores)
    if as_json:
        out().print_json(json.dumps(records, ensure_ascii=False))
        return
    headings = ("article", "site", "state", "withheld", "since")
    table = RowTable([*map(Column, headings), Column("reason", wraps=True)])
    for record in records:
        table.add_row(
            record["id"],
            record["site"],
            "sealed" if record["active"] else "lifted",
            ", ".join(record["fields"]),
            record["sealed_at"][:16],
            record["reason"],
        )
    out().print(table if records else "no article is sealed")
