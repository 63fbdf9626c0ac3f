"""Which stored article a page is, and whether the page is a revision of it.

An article's id is made of its address. When an outlet moves to another host, all addresses change: without
`former_ids`, its whole archive would be stored a second time, as duplicates of itself.

What changes in a page by itself, such as counters of readers and "3 hours ago", is no revision. It is judged
by what differs: numbers, beside the word for what they count, in a short line. A toll, a price, a date
that an editor corrected are none of these.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import urlsplit

from pymongo.database import Database

from crawler.fetch.outcome import Outcome
from crawler.html.sentences import sentence
from crawler.model.article import Article, DatePrecision, Disposition, latest_publication
from crawler.model.site import Site
from crawler.parsing.urls import former_page_ids, host_of, page_id
from crawler.pipelines.confirmation import UNRELATED, likeness
from crawler.pipelines.item import Amendment, PageItem
from crawler.storage.articles import ArticleStore
from crawler.storage.connect import Stores
from crawler.storage.reextractions import keep_date
from crawler.storage.schema import Document
from crawler.storage.stored_article import ArticleHeader, StoredArticle, UnsealedArticleReader
from dedup.text.shingles import words

SAME_DAY = timedelta(days=1)
"""How far a minute may lie from the first moment of the day that was known so far."""

REPLACEABLE = ("authors", "editors", "section", "agency", "summary", "language", "marks")
"""Fields of which a page's present word is taken, where it has one."""

TIMES = ("published_at", "published_precision", "date_source", "date_flags")

COUNTED = (
    "قراءات القراءات قراءة القراء قارئ مشاهدات المشاهدات مشاهدة مشاهدين زيارات الزيارات زيارة زائر "
    "تعليقات التعليقات مشاركات المشاركات إعجاب إعجابات تحميلات "
    "views view reads read readers visits hits comments shares likes downloads "
    "görüntüleme görüntülenme okunma okuma yorum paylaşım "
    "просмотров просмотра просмотры прочтений комментариев репостов "
    "بازدید نظر دیدگاه vues lectures commentaires Aufrufe Kommentare lecturas visitas comentarios"
)
"""What a page counts of its own readers, in the languages of the seeds' sites."""

SINCE = "منذ قبل ago önce назад پیش il hace vor since updated آخر تحديث"
"""Words beside a stretch of time that is counted from the moment at which the page is fetched."""

UNITS = (
    "ثانية ثوان ثواني دقيقة دقائق دقيقتين ساعة ساعات ساعتين يوم أيام يومين أسبوع أسابيع أسبوعين شهر أشهر "
    "second seconds minute minutes min mins hour hours day days week weeks month months "
    "saniye dakika saat gün hafta ay секунд минут минуты минуту час часа часов день дня дней неделю недели "
    "heure heures jour jours minuto minutos hora horas Stunden Minuten Tage"
)
"""Units of such a stretch: "59 minutes ago" becomes "an hour ago"."""

NEAR = 2
"""Words between a number and what it counts."""

LONGEST_LINE = 25
"""Words of a line that holds counters: by-line, date and two counters are 20."""

_COUNTED, _SINCE, _UNITS = (frozenset(words(table)) for table in (COUNTED, SINCE, UNITS))


def former_ids(site: Site, item: PageItem) -> list[str]:
    """The ids that the item's article may have had before its outlet moved, the likeliest first.

    These are that of the article which the page held before it led to another host of the outlet, those that
    earlier rules made of its address, and those of the same path on the outlet's former hosts: none, mostly.
    """
    article = item.article
    if article is None or item.article_id is None or item.outcome is not None:
        return []
    former_urls = site.former_urls(article.canonical_url)
    ids = [*former_page_ids(article.canonical_url), *map(page_id, former_urls)]
    ids += [page for url in former_urls for page in former_page_ids(url)]
    moved = host_of(item.page.url) != host_of(article.canonical_url)
    if moved and item.page.article_id is not None and site.owns(item.page.url):
        ids.insert(0, item.page.article_id)
    return [candidate for candidate in dict.fromkeys(ids) if candidate != item.article_id]


def keep_identity(db: Database[Document], item: PageItem, candidates: Sequence[str]) -> None:
    """Give the item the id under which its article is stored already, and that article the new address.

    Nothing changes where the new address has its own article, or where the stored one is
    another article: a new system may have given its path to something else.

    Args:
        db: The database.
        item: A page with an article.
        candidates: What `former_ids` returns.
    """
    assert item.article is not None and item.prepared is not None  # noqa: S101, PT018
    reader = UnsealedArticleReader(db)
    if item.article_id is None or reader.header(item.article_id) is not None:
        return
    for candidate in candidates:
        stored = reader.get(candidate)
        if stored is None or is_another_article(item.article, stored):
            continue
        item.change(article_id=candidate, prepared=replace(item.prepared, id=candidate))
        ArticleStore(db).move(stored, item.article, item.page.url)
        return


def is_another_article(article: Article, stored: StoredArticle) -> bool:
    """Whether an article shares neither its headline nor its text with a stored one."""
    if stored.title == article.title:
        return False
    return likeness(stored.text, article.text) < UNRELATED


def compare_with_stored(stores: Stores, item: PageItem, archived: ArticleHeader) -> None:
    """Set an item's outcome or its amendment; with neither, its page was revised.

    Args:
        stores: The open stores.
        item: A page with an article, at that article's own address.
        archived: What is stored of the article.
    """
    article = item.article
    assert article is not None and item.article_id is not None and item.prepared is not None  # noqa: S101, PT018
    stored = UnsealedArticleReader(stores.db).get(item.article_id)
    if stored is None:
        return
    if item.html_sha256 is not None and item.html_sha256 == archived.html_sha256:
        if archived.text_sha256 == article.text_sha256:
            item.outcome = Outcome(Disposition.UNCHANGED, "the same page")
        else:
            item.amendment = Amendment.REREAD
            item.change(article=keep_date(stored, article))
    elif _has_same_text(stored, article):
        _take_metadata(item, stored, article, archived)
    elif item.cut_short or archived.incomplete:
        _judge_missing_part(item, stored.text, article.text, archived)
    if item.outcome is not None or item.article is None:
        return
    item.stored_revision = archived.revision
    item.has_stale_validators = archived.html_sha256 != item.html_sha256 and _same_validators(item)
    published = latest_publication(
        item.article.published_at, item.article.published_precision, archived.first_seen_at
    )
    item.change(prepared=replace(item.prepared, published_at=published))


def _has_same_text(stored: StoredArticle, article: Article) -> bool:
    """Whether headline and text are as stored, but for counters and the like."""
    if stored.title != article.title:
        return False
    return bool(stored.text == article.text or changes_by_itself(stored.text, article.text))


def _take_metadata(item: PageItem, stored: StoredArticle, article: Article, archived: ArticleHeader) -> None:
    better = None if item.cut_short else with_better_metadata(stored.as_article(), article)
    if better is not None:
        item.amendment = Amendment.METADATA
        item.change(article=better)
    elif archived.incomplete and not item.cut_short:
        # The further page that was missing is not named any more: what is stored is all there is.
        item.amendment = Amendment.COMPLETED
    else:
        item.outcome = Outcome(Disposition.UNCHANGED, "the same text")


def _judge_missing_part(item: PageItem, stored: str, text: str, archived: ArticleHeader) -> None:
    """Tell a further page that is missing now, or was when the article was stored, from an edited article."""
    if item.cut_short and _continues(text, stored):
        item.outcome = Outcome(Disposition.UNCHANGED, "cut short; what is stored goes on")
    elif item.cut_short and not archived.incomplete:
        item.outcome = Outcome(Disposition.FAILED, sentence("part_missing"))
    elif _continues(stored, text):
        item.amendment = Amendment.COMPLETED


def _continues(beginning: str, text: str) -> bool:
    """Whether a text begins with all of another one, and goes on."""
    return text.startswith(f"{beginning}\n\n")


def _same_validators(item: PageItem) -> bool:
    """Whether a page came with the validators of its last full answer: it claims to be that answer."""
    if item.etag or item.page.etag:
        return item.etag == item.page.etag
    return item.last_modified is not None and item.last_modified == item.page.last_modified


def with_better_metadata(stored: Article, article: Article) -> Article | None:
    """The stored article with what its page states better now; None where nothing is better.

    Nothing is taken away: what the page no longer states stays. The day of publication stays, too; a minute
    takes the place of a day, and any time that of none.

    Args:
        stored: The article as stored.
        article: What was read in its page now.
    """
    stated = {name: getattr(article, name) for name in REPLACEABLE}
    better: dict[str, Any] = {
        name: value for name, value in stated.items() if value and value != getattr(stored, name)
    }
    if article.image and _path(article.image) != _path(stored.image or ""):
        better["image"] = article.image
    if set(article.tags) - set(stored.tags):
        better["tags"] = article.tags
    if _is_better_time(stored, article):
        better |= {name: getattr(article, name) for name in TIMES}
    if not better:
        return None
    return replace(stored, url=article.url, canonical_url=article.canonical_url, **better)


def _is_better_time(stored: Article, article: Article) -> bool:
    """Whether a page states a minute where a day was known, or a time where none was."""
    if article.published_at is None:
        return False
    published = stored.published_at
    if published is None:
        return True
    finer = (
        stored.published_precision is DatePrecision.DAY
        and article.published_precision is DatePrecision.MINUTE
    )
    return finer and abs(article.published_at - published) <= SAME_DAY


def _path(address: str) -> str:
    """An address without its query, which holds caches and sizes."""
    try:
        return urlsplit(address)._replace(query="", fragment="").geturl()
    except ValueError:
        return address


def changes_by_itself(earlier: str, later: str) -> bool:
    """Whether two texts differ in nothing but what changes by itself.

    Args:
        earlier: A text, paragraphs parted by blank lines.
        later: The same page's text at another time.
    """
    before, after = earlier.split("\n\n"), later.split("\n\n")
    if len(before) != len(after):
        return False
    pairs = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    return all(_is_counter(*pair) for pair in pairs)


def _is_counter(earlier: str, later: str) -> bool:
    before, after = words(earlier), words(later)
    if max(len(before), len(after)) > LONGEST_LINE:
        return False
    changes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return all(
        _counts_itself(before, slice(i1, i2), after, slice(j1, j2))
        for tag, i1, i2, j1, j2 in changes
        if tag != "equal"
    )


def _counts_itself(before: list[str], cut: slice, after: list[str], added: slice) -> bool:
    changed = {*before[cut], *after[added]}
    around = changed.union(_around(before, cut), _around(after, added))
    numbers = {word for word in changed if any(map(str.isdecimal, word))}
    if changed == numbers and around & _COUNTED:
        return True
    is_stretch_of_time = changed - numbers <= _UNITS
    return is_stretch_of_time and bool(around & _SINCE) and bool(around & _UNITS)


def _around(line: list[str], place: slice) -> list[str]:
    return line[max(place.start - NEAR, 0) : place.stop + NEAR]
