"""What is remembered of a site's WordPress REST interface between two crawls."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pymongo.database import Database

from crawler.storage.clock import not_ahead, waits_until
from crawler.storage.schema import Document
from crawler.storage.sources import REFUSED_FOR

TERMS_FOR = timedelta(days=30)
"""How long it is remembered how few posts a site gives at once: a cap may go with its plugin."""

PROBED_FOR = timedelta(days=30)
"""How long a site whose home page names no interface is not looked at for one: a site changes its software
once in some years."""

INCOMPLETE_FOR = timedelta(days=7)
"""After so long all posts are walked over again where the last whole walk was given fewer than there are:
hidden posts may have been opened, a broken cap mended."""


@dataclass(frozen=True, slots=True)
class PostsMemory:
    """What is remembered of a site's REST interface.

    `api` is its root, as the site named it; `refused_until` the time before which it is not to be asked;
    `embed` whether it may be asked for names with the posts; `page_size` how many posts it gives at once,
    where it gives fewer than WordPress does. `is_probed`: the home page was looked at lately, and names none.
    """

    api: str | None = None
    refused_until: datetime | None = None
    embed: bool = True
    page_size: int | None = None
    is_probed: bool = False


@dataclass(frozen=True, slots=True)
class PostsMark:
    """How far the walks over a site's posts have come; times are texts by the site's clock.

    `newest` is the last change that the last finished walk saw, and `missing` how many posts that walk was
    not given though the site counts them; None: nobody counted. `before` is where a walk that has not ended
    stands: what was published after it is in the frontier. `total` are the posts that the site counts by
    that walk's first answer, `given` those that it has given so far.
    """

    newest: str | None = None
    missing: int | None = None
    before: str | None = None
    total: int | None = None
    given: int = 0


def recall_posts(db: Database[Document], site: str) -> PostsMemory:
    """Return what is remembered of a site's REST interface."""
    document = db.sources.find_one({"_id": f"{site}/wordpress"}) or {}
    now = datetime.now(UTC)
    learned_at = not_ahead(document.get("page_size_at"), now)
    probed_at = not_ahead(document.get("probed_at"), now)
    return PostsMemory(
        api=document.get("api"),
        refused_until=waits_until(document.get("refused_until"), now, REFUSED_FOR),
        embed=document.get("embed", True),
        page_size=document.get("page_size") if learned_at and now - learned_at < TERMS_FOR else None,
        is_probed=probed_at is not None and now - probed_at < PROBED_FOR,
    )


def remember_posts(db: Database[Document], site: str, api: str, refused_until: datetime | None) -> None:
    """Remember that a site has a REST interface, or that it does not want it to be asked for a while."""
    db.sources.update_one(
        {"_id": f"{site}/wordpress"},
        {"$set": {"site": site, "url": api, "api": api, "refused_until": refused_until}},
        upsert=True,
    )


def remember_probe(db: Database[Document], site: str) -> None:
    """Remember that a site's home page was looked at for a REST interface."""
    fields = {"site": site, "probed_at": datetime.now(UTC)}
    db.sources.update_one({"_id": f"{site}/wordpress"}, {"$set": fields}, upsert=True)


def remember_terms(db: Database[Document], site: str, *, embed: bool, page_size: int) -> None:
    """Remember how a site's REST interface may be asked.

    Args:
        db: The store.
        site: The site's id.
        embed: Whether it gives names with the posts.
        page_size: How many posts it gives at once.
    """
    fields = {"site": site, "embed": embed, "page_size": page_size, "page_size_at": datetime.now(UTC)}
    db.sources.update_one({"_id": f"{site}/wordpress"}, {"$set": fields}, upsert=True)


def recall_posts_mark(db: Database[Document], site: str, url: str) -> PostsMark:
    """Return how far the walks that begin at `url` have come."""
    document = db.sources.find_one({"_id": f"{site}/{url}"}) or {}
    missing, now = document.get("missing"), datetime.now(UTC)
    walked_at = not_ahead(document.get("walked_at"), now)
    if missing and (walked_at is None or now - walked_at > INCOMPLETE_FOR):
        missing = None
    return PostsMark(
        newest=document.get("newest"),
        missing=missing,
        before=document.get("before"),
        total=document.get("total"),
        given=document.get("given", 0),
    )


def mark_posts_walk(
    db: Database[Document], site: str, url: str, mark: PostsMark, *, is_whole: bool = False
) -> None:
    """Note how far the walk that begins at `url` has come.

    Args:
        db: The store.
        site: The site's id.
        url: Where the walk began.
        mark: How far it has come.
        is_whole: It has ended, and went over all posts.
    """
    now = datetime.now(UTC)
    fields = {
        "site": site,
        "url": url,
        "newest": mark.newest,
        "missing": mark.missing,
        "before": mark.before,
        "total": mark.total,
        "given": mark.given,
        "read_at": now,
        **({"walked_at": now} if is_whole else {}),
    }
    db.sources.update_one({"_id": f"{site}/{url}"}, {"$set": fields}, upsert=True)


def recall_closed_names(db: Database[Document], site: str) -> frozenset[str]:
    """Return which names (users, categories) a site's REST interface does not tell for the time being."""
    document = db.sources.find_one({"_id": f"{site}/wordpress"}) or {}
    closed, now = document.get("closed_names") or {}, datetime.now(UTC)
    return frozenset(kind for kind, until in closed.items() if waits_until(until, now, REFUSED_FOR))


def remember_closed_names(db: Database[Document], site: str, kind: str, until: datetime) -> None:
    """Remember that a site's REST interface does not tell these names until then."""
    fields = {"site": site, f"closed_names.{kind}": until}
    db.sources.update_one({"_id": f"{site}/wordpress"}, {"$set": fields}, upsert=True)
