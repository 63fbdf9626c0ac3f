"""Where tests read files from: the project, and the shared collection of real pages and texts beside it."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The project's folder."""

DATA = Path(os.environ.get("KHABAR_DATA") or ROOT.parent / "shared" / "data")
"""The shared collection; tests that read it are skipped where it is missing."""
