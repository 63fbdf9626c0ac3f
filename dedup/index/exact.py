"""Calls of the index's script that wait for exact verdicts: it requests them, and goes on with them."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from dedup.index.codec import requested_pairs
from dedup.index.recheck import ExactComparison, pairs_within
from dedup.index.scripts import Mode, Scripts
from dedup.parameters import Parameters
from dedup.prepared import Prepared

MOST_REQUESTS = 32
"""So often verdicts are requested without an insertion between, before the estimate decides: other writers
have to insert similar articles at each of them."""


def insert_exactly(
    scripts: Scripts, batch: Sequence[Prepared], exact: ExactComparison, parameters: Parameters
) -> list[Any]:
    """Insert a batch as far as all verdicts are known, compare the pairs that lack one, and go on.

    Args:
        scripts: Those of the index.
        batch: The articles.
        exact: Compares pairs by their texts.
        parameters: Those of the index.

    Returns:
        The script's reply for each article.
    """
    exact.compare(pairs_within(batch, parameters))
    done: list[Any] = []
    fruitless = 0
    while len(done) < len(batch):
        rest = batch[len(done) :]
        is_late = fruitless == MOST_REQUESTS
        replies = scripts.check(
            scripts.packed(rest[:1] if is_late else rest), verdicts=exact.verdicts, exact=not is_late
        )
        requests = [pairs for reply in replies if (pairs := requested_pairs(reply)) is not None]
        inserted = len(replies) - len(requests)
        done += replies[:inserted]
        exact.compare(chain.from_iterable(requests))
        fruitless = 0 if inserted else fruitless + 1
    return done


def query_exactly(scripts: Scripts, batch: Sequence[Prepared], exact: ExactComparison) -> list[Any]:
    """Decide on a batch without inserting it; see `insert_exactly`."""
    packed = scripts.packed(batch, assign=False)
    for _ in range(MOST_REQUESTS):
        replies = scripts.check(packed, Mode.QUERY, exact.verdicts, exact=True)
        pairs = [pair for reply in replies for pair in requested_pairs(reply) or ()]
        if not pairs:
            return replies
        exact.compare(pairs)
    return scripts.check(packed, Mode.QUERY, exact.verdicts)
