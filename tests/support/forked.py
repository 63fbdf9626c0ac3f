"""What processes do that tests have forked."""

import os
import sys
import time


def main(*descriptors: int) -> int:
    """Do what the environment's ``TASK`` says."""
    task = os.environ["TASK"]
    if task == "answer":
        return _answer()
    if task == "number":
        return _number(descriptors[0])
    return _sleep() if task == "sleep" else _loaded()


def _answer() -> int:
    """Answer the line of stdin in capitals, and say which session this process is in."""
    print(sys.stdin.readline().strip().upper(), os.getsid(0) == os.getpid())
    print("log", file=sys.stderr)
    return 0


def _number(descriptor: int) -> int:
    """Write into the file that was handed over; end with a code."""
    os.write(descriptor, b"written")
    return 7


def _sleep() -> int:
    time.sleep(600)
    return 0


def _loaded() -> int:
    """Tell whether a module has been imported before this process began."""
    return int("json.tool" in sys.modules)
