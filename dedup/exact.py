"""The exact second look: pairs that the index's estimate is not sure of are compared by their texts."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from dedup.parameters import Parameters
from dedup.prepared import Prepared
from dedup.similarity import Verdict, compare
from dedup.wire import Unsure

Texts: TypeAlias = Callable[[Sequence[str]], Mapping[str, str]]
"""Gives the body texts of articles by their ids; those that it doesn't have are left out."""


def exact_verdicts(
    asked: Sequence[tuple[Prepared, Sequence[Unsure]]], texts: Texts, parameters: Parameters
) -> dict[str, dict[str, Verdict]]:
    """Compare articles with those that the index could not be sure of.

    Args:
        asked: Articles, each with the earlier ones that it is to be compared with.
        texts: Asked once, for all of them.
        parameters: How to compare.

    Returns:
        For each article the verdicts, by the id of the other; none where one of the texts is missing.
    """
    ids = {other.id for _, others in asked for other in others} | {one.id for one, others in asked if others}
    known = texts(sorted(ids)) if ids else {}
    return {
        one.id: {
            other.id: compare(
                known[one.id],
                known[other.id],
                published_a=one.published_at if other.published_at else None,
                published_b=other.published_at if one.published_at else None,
                same_source=other.same_source,
                parameters=parameters,
            )
            for other in others
            if one.id in known and other.id in known
        }
        for one, others in asked
    }
