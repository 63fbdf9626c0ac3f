"""Made-up articles, some of them copies of others, as rows for the batch clustering."""

from datetime import UTC, datetime, timedelta

from tests.support.texts import sentences

DAY = datetime(2024, 12, 4, tzinfo=UTC)


def rows(stories: int = 30) -> list[tuple[str, str, object, str | None]]:
    articles: list[tuple[str, str, object, str | None]] = []
    for story in range(stories):
        lines = sentences(story, 12)
        versions = (
            lines,
            lines[:8],
            [*sentences(900 + story, 2), *lines],
            [*sentences(500 + story, 9), *lines[:5]],
        )
        for copy, kept in enumerate(versions[: 1 + story % 4]):
            at = DAY + timedelta(hours=story + copy) if story % 7 else None
            articles.append((f"{story}-{copy}", " ".join(kept), at, f"site-{copy}" if story % 5 else None))
    whole = " ".join(line for story in (1, 2, 3) for line in sentences(story, 12))
    articles.append(("round-up", whole, DAY, "site-9"))
    return [*articles, ("empty", "", None, None), ("marks", "؟!", DAY, "site-1")]
