"""`khabar` in a process that a fork server starts: `main` runs the command line."""

import json
import os
import sys
from pathlib import Path

ARGUMENTS = "KHABAR_TEST_ARGUMENTS"
"""The variable that holds the arguments and the working folder, as JSON."""


def main() -> int:
    """Run `khabar` with the arguments that the environment holds; returns its exit code."""
    arguments, folder = json.loads(os.environ.pop(ARGUMENTS))
    os.chdir(Path(folder))
    sys.argv = ["khabar", *arguments]
    from crawler.cli.main import run

    run()
    return 0
