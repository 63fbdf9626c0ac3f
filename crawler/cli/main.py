"""The `khabar` command: common options, the commands, and what an error looks like."""

import json
import os
import signal
import sys
import warnings
from collections.abc import Collection
from importlib import import_module
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from crawler import __version__
from crawler.cli.context import CliContext, err, language_of
from crawler.cli.lazy import dedup, store_errors
from crawler.cli.options import with_common_options
from crawler.errors import KhabarError, UsageError
from crawler.folders import default_seeds
from crawler.html.sentences import in_language
from crawler.settings import load_settings

GROUPS = {
    "demo": {"demo"},
    "init": {"init"},
    "crawling": {"crawl", "recrawl"},
    "schedule": {"schedule", "worker"},
    "status": {"status"},
    "sites": {"sites"},
    "search": {"search"},
    "show": {"show"},
    "seal": {"seal", "unseal"},
    "evidence": {"evidence", "keys"},
    "export": {"export"},
    "importing": {"import"},
    "alerts": {"alerts"},
    "web": {"web"},
    "dedup": {"dedup"},
    "extraction": {"extract", "reextract"},
    "custody": {"verify"},
    "stores": {"stores", "backup", "restore", "doctor"},
}
"""Modules of this package, and the commands each registers."""

PANELS = {
    "Crawl": ("demo", "init", "crawl", "recrawl", "schedule", "worker", "status", "sites"),
    "Read the archive": ("search", "show", "export", "alerts", "web", "dedup"),
    "Bring in": ("import",),
    "Withhold": ("seal", "unseal"),
    "Hand over": ("evidence", "keys"),
    "One page": ("extract", "reextract"),
    "Stores": ("verify", "stores", "backup", "restore", "doctor"),
}
"""The panels of `khabar --help`, and the commands in each."""


def _version(is_set: bool) -> None:
    if is_set:
        typer.echo(f"khabar {__version__}")
        raise typer.Exit


def common(
    ctx: typer.Context,
    seeds: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the seed files; else ./seeds, or your own over those that come with Khabar.",
            envvar="KHABAR_SEEDS",
        ),
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of the embedded stores and logs; before KHABAR_DATA_DIR.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print results as JSON, for machines.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notices.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False,
    lang: Annotated[
        str | None,
        typer.Option(
            help="ar or en: the language of tables and messages; else the system's.", envvar="KHABAR_LANG"
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001  # the callback does the work
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Read the options that every command shares."""
    ctx.obj = CliContext(
        seeds=seeds or default_seeds(),
        settings=load_settings(data_dir=data_dir),
        json=as_json,
        verbosity=-1 if quiet else int(verbose),
        lang=language_of(lang),
    )


def application(words: Collection[str] = ()) -> typer.Typer:
    """Build the `khabar` application.

    Args:
        words: The words of a command line; only the groups whose commands are among them are loaded,
            since the libraries of all take seconds. Without such a word every command is there.
    """
    app = typer.Typer(
        name="khabar",
        help="Khabar (خبر): crawl news sites, keep their articles clean, recognise near-duplicates.",
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(common)
    for group in [group for group, names in GROUPS.items() if names & set(words)] or GROUPS:
        import_module(f"crawler.cli.{group}").register(app)
    _finish(app)
    return app


def _finish(app: typer.Typer) -> None:
    """Give every command the common options and its panel."""
    panel_of = {command: panel for panel, commands in PANELS.items() for command in commands}
    for command in app.registered_commands:
        if command.callback is not None:
            command.rich_help_panel = panel_of.get(command.name or command.callback.__name__)
            command.callback = with_common_options(command.callback)
    for group in app.registered_groups:
        group.rich_help_panel = panel_of.get(group.name or "")
        if group.typer_instance is not None:
            for command in group.typer_instance.registered_commands:
                if command.callback is not None:
                    command.callback = with_common_options(command.callback)


def _command_words() -> list[str]:
    """The words of the command line; while the shell completes one, those that it passes on."""
    if "_KHABAR_COMPLETE" in os.environ:
        return os.environ.get("COMP_WORDS", os.environ.get("_TYPER_COMPLETE_ARGS", "")).split()[1:]
    return sys.argv[1:]


def run() -> None:
    """Run the command line; errors meant for people become one line on stderr and an exit code."""
    # A library's deprecation is nothing the reader of a result can act on; the tests see it.
    warnings.simplefilter("ignore", DeprecationWarning)
    signal.signal(signal.SIGTERM, _terminate)
    try:
        application(_command_words())(prog_name="khabar", standalone_mode=True)
    except KhabarError as error:
        _fail(error, error.exit_code)
    except KeyboardInterrupt:
        err().print("khabar: interrupted")
        sys.exit(130)
    except _TerminatedError:
        err().print("khabar: stopped by SIGTERM")
        sys.exit(128 + signal.SIGTERM)
    except BrokenPipeError:
        # The reader of our output (head, a pager) has seen enough.
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        readable = _readable(error)
        if readable is None:
            raise
        _fail(readable, 1)


class _TerminatedError(BaseException):
    """SIGTERM has come: what is open is closed, and half-written files are removed, as after Ctrl-C."""


def _terminate(_number: int, _frame: object) -> NoReturn:
    raise _TerminatedError


def _readable(error: Exception) -> Exception | None:
    """The error as one that people can read; None for one that only a programmer can do something about."""
    return error if isinstance(error, dedup.DedupError) else store_errors.explained(error)


def _language() -> str:
    """The language of the reader, as far as it is known where a command has failed."""
    words = iter(sys.argv[1:])
    chosen = None
    for word in words:
        name, _, value = word.partition("=")
        if name == "--lang":
            chosen = value or next(words, None)
    try:
        return language_of(chosen or os.environ.get("KHABAR_LANG"))
    except UsageError:
        return "en"


def _fail(error: Exception, code: int) -> NoReturn:
    if "--json" in sys.argv:
        sys.stderr.write(json.dumps({"error": str(error), "exit_code": code}, ensure_ascii=False) + "\n")
    else:
        text = in_language(str(error), _language())
        err().print(f"khabar: {text}", markup=False, soft_wrap=True)
    sys.exit(code)
