"""An index in memory says what one in a server says, whatever is done to both."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedup import Index
from tests.support.texts import hex_id, sentences

pytest.importorskip("lupa", reason="lupa is not installed: pip install 'khabar[memory]'")
NOON = datetime(2024, 12, 4, 12, tzinfo=UTC)

_articles = st.builds(
    lambda number, named, story, kept, hours, source: (
        f"article {number}" if named else hex_id(number),
        " ".join(sentences(story, 14)[:kept]),
        None if hours is None else NOON + timedelta(hours=hours),
        source,
    ),
    st.integers(0, 20),
    st.booleans(),
    st.integers(0, 3),
    st.integers(0, 14),
    st.none() | st.integers(0, 60),
    st.none() | st.sampled_from("xyz"),
)
_steps = st.lists(
    st.tuples(
        st.sampled_from(["insert", "insert", "query", "remove", "apart"]), st.lists(_articles, max_size=6)
    ),
    max_size=8,
)


def _done(index: Index, step: str, articles: list[Any]) -> Any:
    ids = [article[0] for article in articles]
    if step == "insert":
        return index.check_and_insert(articles)
    if step == "query":
        return index.query(articles)
    if step == "remove":
        return index.remove(ids)
    index.mark_apart(pair for pair in pairwise(ids) if pair[0] != pair[1])
    return None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_steps)
def test_both_say_the_same(client: "redis.Redis", steps: list[tuple[str, list[Any]]]) -> None:
    served, kept = Index(client, basename="test"), Index("memory://", basename="test")
    served.clear()
    for step, articles in steps:
        assert _done(kept, step, articles) == _done(served, step, articles)
    ids = sorted({article[0] for _, articles in steps for article in articles})
    assert kept.lookup(ids) == served.lookup(ids)
    assert kept.stories() == served.stories()
    assert kept.near_misses() == served.near_misses()
    assert kept.stats().documents == served.stats().documents
    kept.clear()
    assert not kept.exists()
