"""Options and arguments that several commands take, written once."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from crawler.cli.context import context_of
from crawler.folders import default_seeds
from crawler.model.seeds import seed_paths

Since = Annotated[
    str | None,
    typer.Option(help="Only articles published from this day on (2024-12-04, in Damascus) or moment on."),
]
Until = Annotated[
    str | None,
    typer.Option(help="Only articles published up to the end of this day, or before this moment."),
]


def complete_site(ctx: typer.Context, incomplete: str) -> list[str]:
    """The ids of the seeds that begin so, for the shell's completion."""
    folder = Path(ctx.find_root().params.get("seeds") or default_seeds())
    return [path.stem for path in seed_paths(folder) if path.stem.startswith(incomplete)]


SiteOption = Annotated[str | None, typer.Option(help="Only this site.", autocompletion=complete_site)]
SiteArguments = Annotated[
    list[str] | None,
    typer.Argument(help="Sites, by the stem of their seed file.", autocompletion=complete_site),
]

_JSON = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for machines.")]
_QUIET = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notices.")]
_VERBOSE = Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")]
_COMMON: dict[str, Any] = {"json_output": _JSON, "quiet": _QUIET, "verbose": _VERBOSE}
"""The options that may stand before a command or after it."""


def with_common_options(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take the options of the whole program after its name, too.

    Args:
        command: A command function; its first parameter is the context.
    """
    signature = inspect.signature(command)
    extra = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=annotation)
        for name, annotation in _COMMON.items()
    ]

    @functools.wraps(command)
    def wrapped(ctx: typer.Context, *args: Any, **options: Any) -> None:
        json_output, quiet, verbose = (options.pop(name) for name in _COMMON)
        common = context_of(ctx)
        ctx.obj = replace(
            common,
            json=common.json or json_output,
            verbosity=-1 if quiet else max(common.verbosity, int(verbose)) if verbose else common.verbosity,
        )
        command(ctx, *args, **options)

    wrapped.__signature__ = signature.replace(  # type: ignore[attr-defined]  # read by inspect and typer
        parameters=[*signature.parameters.values(), *extra]
    )
    wrapped.__annotations__ = {**command.__annotations__, **_COMMON}
    return wrapped
