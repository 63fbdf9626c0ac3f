"""`khabar web`: the archive in a browser."""

import contextlib
import webbrowser
from typing import Annotated

import typer

from crawler.cli.context import context_of, err, out
from crawler.cli.lazy import access, security, server


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("web")(web_command)


def web_command(
    ctx: typer.Context,
    host: Annotated[
        str, typer.Option(help="Address to listen at; another than this shows the archive to others.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 for any free one.", min=0, max=65535)] = 8765,
    name: Annotated[
        list[str] | None,
        typer.Option(help="A further host name to answer for, as behind a proxy. May be repeated."),
    ] = None,
    user_header: Annotated[
        str | None,
        typer.Option(help="Answer only requests with this header, in which a proxy names the reader."),
    ] = None,
    workers: Annotated[
        int, typer.Option(help="Processes that answer; more than one for many readers.", min=1, max=64)
    ] = 1,
    show: Annotated[bool, typer.Option("--open", help="Open the first page in a browser.")] = False,
) -> None:
    """Show the archive in a browser: sites, search, articles, stories, the dedup report.

    Example: khabar web --open
    """
    common = context_of(ctx)
    sites = common.sites_of_seeds()
    console = err()
    tokens = common.settings.web_tokens
    rules = access.Access(
        access.read_tokens(tokens.get_secret_value() if tokens else None), user_header or None
    )
    if rules.is_open and not security.is_loopback(host):
        console.print(
            f"Whoever can reach {host} can read the archive: there is no login. Set "
            "KHABAR_WEB_TOKENS, name the --user-header of a proxy that asks for one, or leave --host out.",
            style="yellow",
            soft_wrap=True,
        )

    def ready(address: str) -> None:
        # The address is the result; whoever started us from a script reads it from stdout.
        out().print(address, markup=False, soft_wrap=True)
        out().file.flush()
        common.notice("Ctrl-C ends it.")
        if show:
            webbrowser.open(address)

    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how it ends
        server.serve(
            server.Serving(
                common.settings,
                sites,
                common.seeds,
                server.host_names(host, name or ()),
                rules,
                server.may_correct(host, name or (), rules),
            ),
            host=host,
            port=port,
            workers=workers,
            ready=ready,
            notice=lambda text: console.print(f"khabar: {text}", markup=False, soft_wrap=True),
        )
