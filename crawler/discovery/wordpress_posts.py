"""WordPress's REST interface (``/wp-json/wp/v2/posts``): a hundred whole articles in one answer.

Where the interface is and how it is asked stands in `wordpress`.
"""

import html
import json
import re
from dataclasses import dataclass
from datetime import datetime
from json import dumps
from typing import Any
from zoneinfo import ZoneInfo

from crawler.discovery.errors import SourceError
from crawler.discovery.wordpress import LOCAL_TIME
from crawler.html.sentences import sentence
from crawler.model.article import Discovered, Hints
from crawler.model.crawl import SourceKind
from crawler.parsing.dates.feed_times import parse_time
from crawler.parsing.plain_text import one_line, paragraphs
from crawler.parsing.urls import InvalidURLError, absolute_url, canonical_url

# A page builder's own marks: where they are left over, the text has not been rendered.
_SHORTCODE = re.compile(r"\[(?:vc_|et_pb_|fusion_|av_|tdb?_|fl_)[^\[\]]{0,2000}\]")


class PostsError(SourceError):
    """What was served is no answer of WordPress's REST interface."""


@dataclass(frozen=True, slots=True)
class Post:
    """One article as the interface gives it; `content` is HTML, `date` and `modified` site-local texts.

    `author_id` and `category_ids` are the numbers of those whose names did not come with it.
    """

    id: int
    url: str
    title: str
    content: str
    date: str
    modified: str
    published_at: datetime | None
    modified_at: datetime | None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    excerpt: str | None = None
    image: str | None = None
    author_id: int | None = None
    category_ids: tuple[int, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether the text is here: not behind a password, nor left to a page builder or to the theme."""
        return bool(paragraphs(self.content)) and not _SHORTCODE.search(self.content)

    def discovered(self) -> Discovered:
        """The post as a page that exists."""
        hints = Hints(
            title=self.title or None,
            published_at=self.published_at,
            modified_at=self.modified_at,
            authors=self.authors,
            summary=self.excerpt,
            post_id=self.id,
        )
        return Discovered(self.url, SourceKind.WORDPRESS, hints)

    def as_page(self, language: str) -> bytes:
        """The post as a page, so that it is cleaned as every other page is.

        Args:
            language: The site's, for a text that is too short to tell.
        """
        statements: dict[str, Any] = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "url": self.url,
            "headline": self.title,
            "datePublished": self.published_at and self.published_at.isoformat(),
            "dateModified": self.modified_at and self.modified_at.isoformat(),
            "author": [{"@type": "Person", "name": name} for name in self.authors],
            "articleSection": list(self.categories),
            "keywords": list(self.tags),
            "image": self.image,
            "description": self.excerpt,
        }
        statement = dumps({name: value for name, value in statements.items() if value}, ensure_ascii=False)
        title, url = html.escape(self.title), html.escape(self.url)
        escaped = statement.replace("<", "\\u003c")
        return (
            f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
            f'<link rel="canonical" href="{url}"><meta property="og:type" content="article">'
            f'<script type="application/ld+json">{escaped}</script></head>'
            f'<body class="single single-post"><article class="post type-post hentry">'
            f'<h1 class="entry-title">{title}</h1><div class="entry-content">{self.content}</div>'
            "</article></body></html>"
        ).encode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class PostPage:
    """One answer: its posts, and how many entries had no usable address or time."""

    posts: list[Post]
    skipped: int = 0

    @property
    def rows(self) -> int:
        """How many entries the answer holds, usable or not."""
        return len(self.posts) + self.skipped

    @property
    def ids(self) -> frozenset[int]:
        """The numbers of its posts."""
        return frozenset(post.id for post in self.posts)

    @property
    def oldest(self) -> str | None:
        """When the oldest of them was published, by the site's clock."""
        return min((post.date for post in self.posts), default=None)


def parse_posts(body: bytes, url: str, *, zone: ZoneInfo) -> PostPage:
    """Read an answer of the interface.

    Args:
        body: The answer, decompressed.
        url: Where it was fetched.
        zone: The site's time zone, for posts that tell only their local time.

    Raises:
        PostsError: This is no list of posts.
    """
    rows = _rows(body, url, "posts")
    posts: dict[int, Post] = {}
    skipped = 0
    for row in rows:
        post = _post(_object(row), url, zone)
        if post is None:
            skipped += 1
        else:
            posts.setdefault(post.id, post)
    return PostPage(list(posts.values()), skipped)


def parse_names(body: bytes, url: str) -> dict[int, str | None]:
    """Read an answer that names users or categories: by number; None for what WordPress calls none.

    Raises:
        PostsError: This is no list of names.
    """
    names: dict[int, str | None] = {}
    for row in map(_object, _rows(body, url, "names")):
        if isinstance(number := row.get("id"), int):
            names[number] = _term_name(row)
    return names


def _rows(body: bytes, url: str, what: str) -> list[Any]:
    text = body.decode("utf-8-sig", "replace").strip()
    # PHP puts its warnings before the answer, some plugins their marks behind it.
    start = 0 if text.startswith(("[", "{")) else max(text.find('[{"'), 0)
    try:
        rows, _ = json.JSONDecoder().raw_decode(text[start:])
    except (ValueError, RecursionError):
        raise PostsError(url, sentence("answer_no_json")) from None
    if isinstance(rows, dict) and rows and all(map(str.isdecimal, rows)):
        # What PHP makes of a list from which a plugin took single entries.
        return list(rows.values())
    if not isinstance(rows, list):
        raise PostsError(url, sentence("answer_no_list", what=what))
    return rows


def _post(row: dict[str, Any], url: str, zone: ZoneInfo) -> Post | None:
    number, date = row.get("id"), _clock(row.get("date"))
    if not isinstance(number, int) or date is None:
        return None
    try:
        link = canonical_url(_text(row.get("link")), url)
    except InvalidURLError:
        return None
    content = row.get("content")
    hidden = _object(content).get("protected") is True
    modified = _clock(row.get("modified")) or date
    terms, authors = _terms(row), _authors(row)
    author = row.get("author")
    return Post(
        id=number,
        url=link,
        title=one_line(_rendered(row.get("title"))) or "",
        content="" if hidden else _rendered(content),
        date=date,
        modified=modified,
        published_at=_moment(row.get("date_gmt"), date, zone),
        modified_at=_moment(row.get("modified_gmt"), modified, zone),
        authors=tuple(authors),
        categories=tuple(terms.get("category", ())),
        tags=tuple(terms.get("post_tag", ())),
        excerpt=(paragraphs(_rendered(row.get("excerpt"))) or "").replace("\n\n", " ") or None,
        image=_image(row, url),
        # 0 is nobody: a post whose author's account was deleted.
        author_id=author if isinstance(author, int) and author > 0 and not authors else None,
        category_ids=() if _embedded(row, "wp:term") else _numbers(row.get("categories")),
    )


def _clock(value: object) -> str | None:
    """A site-local time in the form that the interface takes back; None where it is none."""
    try:
        return datetime.strptime(_text(value)[:19], LOCAL_TIME).strftime(LOCAL_TIME)  # noqa: DTZ007 - as given
    except ValueError:
        return None


def _moment(gmt: object, local: str, zone: ZoneInfo) -> datetime | None:
    return parse_time(f"{_text(gmt)[:19]}Z", zone) or parse_time(local, zone)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _rendered(value: object) -> str:
    return _text(value.get("rendered")) if isinstance(value, dict) else _text(value)


def _embedded(row: dict[str, Any], name: str) -> list[Any]:
    return _list(_object(row.get("_embedded")).get(name))


def _authors(row: dict[str, Any]) -> list[str]:
    """Names of the authors. A site that hides its users gives an error in their place, without a name."""
    authors = map(_object, _embedded(row, "author"))
    return list(filter(None, (one_line(_text(author.get("name"))) for author in authors)))


def _numbers(value: object) -> tuple[int, ...]:
    return tuple(filter(_is_number, _list(value)))


def _is_number(value: object) -> bool:
    return isinstance(value, int)


def _term_name(term: dict[str, Any]) -> str | None:
    """A category's or tag's name; None for «غير مصنف», what WordPress calls none."""
    name = one_line(_text(term.get("name")))
    return None if _text(term.get("slug")) == "uncategorized" or name == "غير مصنف" else name


def _terms(row: dict[str, Any]) -> dict[str, list[str]]:
    """Names of categories and tags, by taxonomy."""
    names: dict[str, list[str]] = {}
    for group in _embedded(row, "wp:term"):
        for term in map(_object, _list(group)):
            if name := _term_name(term):
                names.setdefault(_text(term.get("taxonomy")), []).append(name)
    return names


def _image(row: dict[str, Any], url: str) -> str | None:
    for media in map(_object, _embedded(row, "wp:featuredmedia")):
        source = _text(media.get("source_url"))
        try:
            return absolute_url(source, url) if source else None
        except InvalidURLError:
            return None
    return None
