"""A small archive in memory with its custody log, and random changes to it."""

import copy
import hashlib
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from crawler.custody.entries import Entry, Event, EventKind, Head, entry_record, new_event, next_entry
from crawler.custody.verify import Finding, Ledger
from crawler.storage.custody import entry_of
from crawler.storage.custody_hashes import article_sha256, wording_sha256
from crawler.storage.looks import look_facts
from crawler.storage.opinions import compared
from crawler.storage.pair_figures import measured_pair
from crawler.storage.stored_article import ArticleHeader
from dedup import prepare
from dedup.text.shingles import contents

Document = dict[str, Any]
SITE = "barada"
BEGUN = datetime(2024, 12, 4, 10, 25, 30, 123000, tzinfo=UTC)


@dataclass
class Archive:
    """What an archive and its log consist of."""

    entries: list[Document]
    head: Head
    articles: dict[str, Document]
    wordings: dict[str, Document]
    segments: dict[str, bytes]

    def findings(self) -> list[Finding]:
        """What `khabar verify` finds."""
        ledger = Ledger()
        documents = sorted(self.entries, key=lambda document: document["_id"])
        findings = list(ledger.read(map(entry_of, documents), self.head))
        by_article: dict[str, dict[str, str]] = {}
        for document in self.wordings.values():
            own = by_article.setdefault(document["article_id"], {})
            own[document["_id"]] = wording_sha256(document)
        for document in self.articles.values():
            wordings = by_article.get(document["_id"], {})
            findings += ledger.check_article(document["_id"], SITE, article_sha256(document), wordings)
            findings += ledger.check_look(document["_id"], SITE, look_facts(document))
        articles = {document["_id"]: document for document in self.articles.values()}
        stories = {document["story_id"] for document in self.articles.values()}
        earlier = {document["text_sha256"] for document in self.wordings.values()}
        findings += compared(list(self.articles.values()), articles, stories - articles.keys(), earlier)
        findings += ledger.missing_articles(set(self.articles))
        for name, data in self.segments.items():
            findings += ledger.check_segment(SITE, name, [data[:1000], data[1000:]])
        findings += ledger.missing_segments({(SITE, name) for name in self.segments})
        return findings


def small_archive(articles: int = 6) -> Archive:
    """An archive of articles, half of them revised, with captures in two segments; the last is a copy."""
    made = Archive([], Head(0, ""), {}, {}, {"one.warc.gz": b"", "two.warc.gz": b""})
    head: Head | None = None
    for number in range(articles):
        article_id, at = f"{number:032x}", BEGUN + timedelta(hours=number)
        name = "one.warc.gz" if number < articles // 2 else "two.warc.gz"
        events = [_capture(made, name, at, number)]
        document = _article(article_id, number, at)
        made.articles[article_id] = document
        events.append(_state(EventKind.ARTICLE, document, {}, at))
        entry = next_entry(head, at, events)
        head = _append(made, entry)
        if number % 2:
            key, later = f"{article_id}:1", at + timedelta(minutes=5)
            made.wordings[key] = _wording(key, article_id, document["text"], at, later)
            document |= {"text": f"{document['text']} وأضاف.", "revision": 2, "revised_at": later}
            wordings = {key: wording_sha256(made.wordings[key])}
            entry = next_entry(head, later, [_capture(made, name, later, number + 100)])
            head = _append(made, entry)
            head = _append(
                made, next_entry(head, later, [_state(EventKind.REVISION, document, wordings, later)])
            )
    assert head is not None
    _add_copy(made, made.articles[f"{0:032x}"], made.articles[f"{articles - 1:032x}"])
    for document in made.articles.values():
        document["signature"] = prepare(document["_id"], document["text"]).to_stored()
        # It was looked at again.
        at = document["checked_at"] + timedelta(days=1)
        document |= {"checked_at": at, "aliases": [document["url"], "x"]}
        look = new_event(EventKind.LOOK, at, SITE, document["_id"], **look_facts(document))
        head = _append(made, next_entry(head, at, [look]))
    made.head = head
    return made


def _add_copy(archive: Archive, original: Document, copy: Document) -> None:
    """Let dedup think that one article is a copy of another, with the figures of both texts."""
    _, (copied, content) = contents([copy["text"], original["text"]])
    pair = measured_pair(
        ArticleHeader.from_document(copy), ArticleHeader.from_document(original), copied, content
    )
    pair["reason"] = "near"
    copy |= {"story_id": original["_id"], "duplicate_of": original["_id"], "pair": pair}
    copy |= {"similarity": pair["similarity"], "duplicate_reason": pair["reason"]}
    copy |= {"repeats": pair["repeats"]}


def _append(archive: Archive, entry: Entry) -> Head:
    record = entry_record(entry)
    archive.entries.append({"_id": record.pop("number"), **record})
    return Head(entry.number, entry.sha256)


def _capture(archive: Archive, name: str, at: datetime, number: int) -> Event:
    data = hashlib.shake_256(str(number).encode()).digest(700)
    begin = len(archive.segments[name])
    archive.segments[name] += data
    sha256 = hashlib.sha256(data).hexdigest()
    return new_event(EventKind.CAPTURE, at, SITE, name, begin=begin, end=begin + len(data), sha256=sha256)


def _state(kind: EventKind, document: Document, wordings: dict[str, str], at: datetime) -> Event:
    pairs = [[key, wordings[key]] for key in sorted(wordings)] or None
    sha256 = article_sha256(document)
    return new_event(kind, at, SITE, document["_id"], sha256=sha256, wordings=pairs, **look_facts(document))


def _article(article_id: str, number: int, at: datetime) -> Document:
    text = f"وصلت الشاحنة رقم {number} إلى السوق صباح اليوم."
    return {
        "_id": article_id,
        "site": SITE,
        "url": f"https://barada.example/{number}/",
        "title": f"الشاحنة {number}",
        "text": text,
        "authors": ["سلمى", "كريم"],
        "published_at": at,
        "first_seen_at": at + timedelta(minutes=1),
        "revision": 1,
        "incomplete": False,
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "html_sha256": hashlib.sha256(article_id.encode()).hexdigest(),
        "capture": {"record_id": f"<urn:uuid:{number}>", "segment": "one.warc.gz", "offset": number},
        "removed_at": at + timedelta(days=1) if number % 3 == 0 else None,
        "checked_at": at + timedelta(days=2),
        "aliases": [f"https://barada.example/{number}/"],
        "story_id": article_id,
    }


def _wording(key: str, article_id: str, text: str, at: datetime, until: datetime) -> Document:
    return {
        "_id": key,
        "article_id": article_id,
        "revision": 1,
        "text": text,
        "seen_from": at,
        "seen_until": until,
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


def change(archive: Archive, chance: random.Random) -> tuple[Archive, str]:
    """A copy of an archive with one change to it, and what was changed."""
    changed = copy.deepcopy(archive)
    documents = {
        "article": list(changed.articles.values()),
        "wording": list(changed.wordings.values()),
        "entry": changed.entries,
    }
    kind = chance.choice(
        [*(["article"] * 4), *(["wording"] * 2), *(["entry"] * 4), "segment", "segment", "more"]
    )
    if kind in documents:
        document = chance.choice(documents[kind])
        leaves = [
            (container, key)
            for container, key in _leaves(document)
            # Of another version: a signature that was made otherwise, and is made anew when it is used.
            if key != "normalisation" and container[key] is not None
        ]
        container, key = chance.choice(leaves)
        before = container[key]
        container[key] = _other(before, chance)
        return changed, f"{kind} {key}: {before!r} to {container[key]!r}"
    if kind == "segment":
        name = chance.choice(sorted(changed.segments))
        data = bytearray(changed.segments[name])
        place = chance.randrange(len(data))
        data[place] ^= 1 << chance.randrange(8)
        changed.segments[name] = bytes(data)
        return changed, f"byte {place} of {name}"
    return changed, _larger(changed, chance)


def _larger(archive: Archive, chance: random.Random) -> str:
    """Take something away, add something, or change the order."""
    kind = chance.randrange(9)
    ids, keys, names = sorted(archive.articles), sorted(archive.wordings), sorted(archive.segments)
    if kind == 0:
        return f"without entry {archive.entries.pop(chance.randrange(len(archive.entries)))['_id']}"
    if kind == 1:
        one, other = chance.sample(archive.entries, 2)
        one["_id"], other["_id"] = other["_id"], one["_id"]
        return f"entries {one['_id']} and {other['_id']} change places"
    if kind == 2:
        return f"without article {archive.articles.pop(chance.choice(ids))['_id']}"
    if kind == 3:
        archive.articles["f" * 32] = {**archive.articles[chance.choice(ids)], "_id": "f" * 32}
        return "one more article"
    if kind == 4:
        return f"without wording {archive.wordings.pop(chance.choice(keys))['_id']}"
    if kind == 5:
        name = chance.choice(names)
        archive.segments[name] = archive.segments[name][: -chance.randrange(1, 900)]
        return f"{name} is shorter"
    if kind == 6:
        archive.segments[chance.choice(names)] += b"x"
        return "a segment is longer"
    if kind == 7:
        del archive.segments[chance.choice(names)]
        return "without a segment"
    one, other = (archive.articles[each] for each in chance.sample(ids, 2))
    one["published_at"], other["published_at"] = other["published_at"], one["published_at"]
    return "two articles change their times"


def _leaves(value: Any) -> list[tuple[Any, Any]]:
    leaves: list[tuple[Any, Any]] = []
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in pairs:
        if isinstance(part, dict | list | tuple):
            leaves += _leaves(part)
        else:
            leaves.append((value, key))
    return leaves


def _other(value: Any, chance: random.Random) -> Any:
    """A value that differs in one place."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + chance.choice([-1, 1, 256])
    if isinstance(value, datetime):
        return value + timedelta(milliseconds=chance.choice([-1, 1, 1000]))
    if isinstance(value, float):
        return round(value + chance.choice([-1, 1]) / 10_000, 4)
    if isinstance(value, bytes):
        place = chance.randrange(len(value))
        return value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :]
    if not value:
        return "x"
    place = chance.randrange(len(value))
    return value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]
