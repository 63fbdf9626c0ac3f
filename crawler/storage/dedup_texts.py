"""Where the dedup index finds the texts of articles for its exact look.

An article is in the index before it is in MongoDB: while it is on its way, others that resemble it may be
decided on, by this process or another. So its text waits in Redis until it is certainly stored.
"""

from collections.abc import Mapping, Sequence

import redis

from crawler.storage.connect import Stores
from crawler.storage.stored_article import UnsealedArticleReader
from dedup import Texts

UNDER_WAY = 120
"""Seconds that a text waits in Redis; from an article's decision to its being stored it takes few."""

_PREFIX = "{khabar:text}:"
"""A hash tag, so that a node of a Redis Cluster gives several at once."""


def stored_texts(stores: Stores, own: Mapping[str, str] | None = None) -> Texts:
    """Give the texts of articles that are stored or on their way.

    Args:
        stores: The open stores.
        own: Texts by article id that are about to be decided on, and to be stored: they are made known to all
            who look from now on.
    """
    if own:
        _announce(stores, own)

    def texts(ids: Sequence[str]) -> dict[str, str]:
        by_id = dict(own or {})
        by_id |= _under_way(stores, [id_ for id_ in ids if id_ not in by_id])
        return by_id | UnsealedArticleReader(stores.db).texts([id_ for id_ in ids if id_ not in by_id])

    return texts


def _announce(stores: Stores, own: Mapping[str, str]) -> None:
    pipeline = stores.redis.pipeline(transaction=False)
    for id_, text in own.items():
        pipeline.set(f"{_PREFIX}{id_}", text.encode("utf-8", "surrogatepass"), ex=UNDER_WAY)
    try:
        pipeline.execute()
    except redis.ResponseError:
        return  # no memory is left there: the index says so itself, with what to do about it


def _under_way(stores: Stores, ids: Sequence[str]) -> dict[str, str]:
    if not ids:
        return {}
    texts = stores.redis.mget([f"{_PREFIX}{id_}" for id_ in ids])
    return {
        id_: text.decode("utf-8", "surrogatepass")
        for id_, text in zip(ids, texts, strict=True)
        if isinstance(text, bytes)
    }
