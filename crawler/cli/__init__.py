"""The command line: one file per command group; `main` is the console script."""

from crawler.cli.main import main

__all__ = ["main"]
