"""When the newsroom of the demo's tests is looked at."""

from datetime import UTC, datetime

NOW = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)
