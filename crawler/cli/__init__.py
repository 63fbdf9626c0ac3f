"""The command line: one file per command group; `main` is the console script."""

import sys

from crawler import __version__

__all__ = ["main"]


def main() -> None:
    """Run the `khabar` command; the version alone is printed without loading the rest."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"khabar {__version__}\n")
        return
    from crawler.cli.main import run

    run()
