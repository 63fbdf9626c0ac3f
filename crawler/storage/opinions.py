"""What dedup thinks of articles, compared with what their texts give: the log does not hold it.

Other articles change it, and `khabar dedup rebuild` makes it again, so that an event for each change would
say little. But all of it can be derived, or has to agree with what stands beside it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from pymongo.database import Database

from crawler.custody.verify import Finding
from crawler.storage.custody_hashes import earlier_wordings
from crawler.storage.pair_figures import measured_pair
from crawler.storage.schema import Document
from crawler.storage.stored_article import ArticleHeader
from dedup import Reason, prepare_many
from dedup.comparison.pairs import Rule
from dedup.text.shingles import NORMALISATION_VERSION, contents

_REASONS = frozenset(str(reason) for reason in Reason if reason.is_copy)
_RULES = frozenset(map(str, Rule))
_MEASURES = ("similarity", "contained", "contains", "jaccard")
_LATER_MEASURES = ("passages", "repeats")


def opinion_findings(
    db: Database[Document], documents: Sequence[Document], logged: Collection[str]
) -> Iterator[Finding]:
    """Yield what dedup cannot think of some articles.

    Args:
        db: The database.
        documents: The articles as they are stored.
        logged: Ids of articles that the custody log names: a story may be called by one that is gone.
    """
    articles = {document["_id"]: document for document in documents}
    # An article's original, or for one that has none, the article by which its story is called.
    names = {_first_of_story(document) for document in documents} - articles.keys()
    articles |= {document["_id"]: document for document in db.articles.find({"_id": {"$in": list(names)}})}
    gone = {str(document.get("story_id")) for document in documents} - articles.keys() - set(logged)
    if gone:
        # They may be older than the log.
        present = db.articles.distinct("_id", {"_id": {"$in": list(gone)}})
        left = db.withdrawn.distinct("article_id", {"article_id": {"$in": list(gone)}})
        gone -= {*present, *left}
    earlier = {str(wording["text_sha256"]) for wording in earlier_wordings(db, list(articles))}
    yield from compared(documents, articles, gone, earlier)


def compared(
    documents: Sequence[Document],
    articles: Mapping[str, Document],
    gone: Collection[str] = (),
    earlier: Collection[str] = (),
) -> Iterator[Finding]:
    """Yield what dedup cannot think of some articles, by what stands beside it.

    Args:
        documents: The articles.
        articles: They, those that they are called copies of, and those that give their stories a name, by id.
        gone: Ids of stories that no article has ever had.
        earlier: Hashes of earlier wordings of all these: figures may be of one that was replaced.
    """
    for document, signature in zip(documents, _signatures(documents), strict=True):
        original = articles.get(_first_of_story(document))
        problems = [
            *(["its story is called by no article"] if document.get("story_id") in gone else ()),
            *_signature_problems(document, signature),
            *_copy_problems(document, original, earlier),
        ]
        for problem in problems:
            yield Finding("opinion", document["_id"], problem, str(document.get("site", "")))


def _first_of_story(document: Document) -> str:
    return str(document.get("duplicate_of") or document.get("story_id"))


def _is_first(article: Document, document: Document) -> bool:
    """Whether an article is in another one's story, and no copy."""
    return article.get("story_id") == document.get("story_id") and not article.get("duplicate_of")


def _signatures(documents: Sequence[Document]) -> list[Document]:
    texts = [(document["_id"], document.get("text", ""), None, None) for document in documents]
    return [dict(prepared.to_stored()) for prepared in prepare_many(texts)]


def _signature_problems(document: Document, signature: Document) -> Iterator[str]:
    """An earlier version signed otherwise; its signatures are made anew when they are used."""
    stored = document.get("signature") or {}
    if stored.get("normalisation", 1) >= NORMALISATION_VERSION and stored != signature:
        yield "its signature is not that of its text"


def _copy_problems(document: Document, original: Document | None, earlier: Collection[str]) -> Iterator[str]:
    name = document.get("duplicate_of")
    if not name:
        if document.get("similarity") is not None or document.get("duplicate_reason") is not None:
            yield "it is like an article that is not named"
        if original is not None and original["_id"] != document["_id"] and _is_first(original, document):
            yield f"it is no copy, and neither is {original['_id']} in the same story"
        return
    if original is None:
        yield f"it is called a copy of {name}, which is not in the archive"
        return
    if not _is_first(original, document):
        yield f"it is called a copy of {name}, which is in another story or a copy itself"
    if document.get("duplicate_reason") not in _REASONS:
        yield f"its reason is none: {document.get('duplicate_reason')!r}"
    yield from _figure_problems(document, original, earlier)


def _figure_problems(document: Document, original: Document, earlier: Collection[str]) -> Iterator[str]:
    pair = document.get("pair")
    if pair is None:
        return  # It was placed, and not measured yet.
    present = [document.get("text_sha256"), original.get("text_sha256")]
    if pair.get("texts") != present:
        if not set(pair.get("texts") or [None]) <= {*present, *earlier}:
            yield "the figures beside its original are of wordings that neither has had"
        return
    stored = document.get("similarity"), document.get("duplicate_reason"), document.get("repeats", False)
    measured = pair.get("similarity"), pair.get("reason"), pair.get("repeats", False)
    if measured != stored or pair.get("rule") not in _RULES:
        yield "the figures beside its original are not those that were measured"
        return
    _, (copied, content) = contents([document.get("text", ""), original.get("text", "")])
    copy, first = ArticleHeader.from_document(document), ArticleHeader.from_document(original)
    figures = measured_pair(copy, first, copied, content)
    # Some were not measured by earlier versions.
    later = any(pair.get(measure, figures[measure]) != figures[measure] for measure in _LATER_MEASURES)
    if later or any(pair.get(measure) != figures[measure] for measure in _MEASURES):
        yield "the figures beside its original are not those that both texts give"
