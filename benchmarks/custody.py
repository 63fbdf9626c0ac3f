"""How many of 10,000 random changes to an archive and its custody log `khabar verify` finds.

python -m benchmarks.custody [CHANGES]
"""

import random
import sys
import time

from tests.support.custody_archive import change, small_archive


def main() -> int:
    """Change an archive again and again, and print what was found."""
    changes = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    archive, chance = small_archive(), random.Random(2024)
    begun, missed, alarms = time.perf_counter(), list[str](), 0
    for number in range(changes):
        changed, what = change(archive, chance)
        if not changed.findings():
            missed.append(what)
        if number % 100 == 0:
            alarms += len(archive.findings())
    seconds = time.perf_counter() - begun
    print(f"{changes} changes, {changes - len(missed)} found, {alarms} false alarms, {seconds:.0f} s")
    for what in missed[:20]:
        print(f"missed: {what}")
    return 1 if missed or alarms else 0


if __name__ == "__main__":
    sys.exit(main())
