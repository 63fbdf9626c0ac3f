"""Boilerplate learned by repetition: what comes again on many pages goes, and nothing else ever does."""

from dataclasses import replace

import pytest

from crawler.extraction.boilerplate.repeated import block_key, blocks_of, without_blocks
from crawler.model.article import Article
from crawler.storage import repeated_paragraphs
from crawler.storage.connect import Stores
from crawler.storage.repeated_paragraphs import BoilerplateCounts, template_of

SITE = "صوت-الجزيرة"
TEMPLATE = "ملاحظة: تصل أخبارنا إلى هاتفك كل صباح، فاكتب إلى المحرر ليضيف رقمك."


def _story(number: int) -> list[str]:
    return [
        f"أعلنت البلدية رقم {number} خطة لتوسيع الشارع {part} في الحي القديم من المدينة." for part in range(3)
    ]


def _learn(counts: BoilerplateCounts, paragraphs: list[str]) -> bool:
    return counts.learn(blocks_of("\n\n".join(paragraphs)))


@pytest.fixture
def counts(stores: Stores) -> BoilerplateCounts:
    return BoilerplateCounts(stores.redis, SITE)


def test_what_many_pages_have_is_learned_and_shown(counts: BoilerplateCounts) -> None:
    for number in range(12):
        assert counts.learned() == (frozenset() if number < 10 else {block_key(TEMPLATE)})
        assert _learn(counts, [*_story(number), TEMPLATE])
    (one,) = counts.repeated()
    assert (one.count, one.pages, one.text, one.removed) == (12, 12, TEMPLATE, True)
    article = Article("u", "عنوان", "\n\n".join([*_story(99), TEMPLATE.replace("إ", "ا")]), "u")
    assert without_blocks(article, counts.learned()).text.split("\n\n") == _story(99)


def test_one_story_on_many_pages_is_never_learned(counts: BoilerplateCounts) -> None:
    assert _learn(counts, _story(1))
    assert not any(_learn(counts, _story(1)) for _ in range(30))
    assert counts.repeated(2) == []
    assert counts.learned() == frozenset()


def test_a_background_paragraph_among_many_pages_stays(counts: BoilerplateCounts) -> None:
    background = "وكان الجسر قد أغلق عام 2019 بعد أن تضررت دعامته الوسطى في الفيضان."
    for number in range(150):
        _learn(counts, [*_story(number), *([background] if number % 3 == 0 else [])])
    (one,) = counts.repeated()
    assert (one.text, one.count, one.removed) == (background, 50, False)
    assert counts.learned() == frozenset()


@pytest.mark.parametrize(
    ("reports", "others", "is_learned"), [(10, 0, True), (14, 12, False), (300, 150, True)]
)
def test_the_closing_sentence_of_a_daily_report_stays_whatever_was_counted_first(
    reports: int, others: int, is_learned: bool
) -> None:
    closing = "وتعتمد هذه النشرة على متوسط ما تعلنه المكاتب عند افتتاح السوق."
    pages = [blocks_of("\n\n".join([*_story(number), closing])) for number in range(reports)]
    pages += [blocks_of("\n\n".join(_story(number))) for number in range(reports, reports + others)]
    assert (block_key(closing) in template_of(pages)) is is_learned


def test_what_is_old_is_forgotten_and_memory_is_bounded(
    counts: BoilerplateCounts, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeated_paragraphs, "GENERATION", 20)
    for number in range(20):
        _learn(counts, [*_story(number), TEMPLATE])
    assert block_key(TEMPLATE) in counts.learned()
    for number in range(20, 62):  # more than two generations
        _learn(counts, _story(number))
    assert counts.learned() == frozenset()
    assert counts.repeated() == []
    held = sum(stores.redis.hlen(key) for key in stores.redis.keys("khabar:boilerplate:*"))
    assert held <= 2 * (20 * 3 + 1)


def test_sites_are_counted_apart_and_forgotten_apart(counts: BoilerplateCounts, stores: Stores) -> None:
    other = BoilerplateCounts(stores.redis, "other")
    for number in range(12):
        _learn(counts, [*_story(number), TEMPLATE])
        _learn(other, [*_story(number), TEMPLATE])
    counts.forget()
    assert counts.learned() == frozenset()
    assert other.learned() == {block_key(TEMPLATE)}


def test_a_text_without_anything_else_is_left_alone() -> None:
    keys = frozenset({block_key(TEMPLATE)})
    article = Article("u", "عنوان", TEMPLATE, "u")
    assert without_blocks(article, keys) is article
    dated = replace(article, text=f"دمشق-سانا\n\n{TEMPLATE}")
    assert without_blocks(dated, keys) is dated


def test_datelines_and_credits_are_no_template() -> None:
    text = f"دمشق-سانا\n\n{TEMPLATE}\n\nالمصدر: وكالات"
    assert [block.text for block in blocks_of(text)] == [TEMPLATE]


def test_the_middle_of_a_long_text_is_the_storys() -> None:
    paragraphs = [f"فقرة رقم {number} من نص طويل" for number in range(40)]
    assert [block.text for block in blocks_of("\n\n".join(paragraphs))] == paragraphs[:12] + paragraphs[-12:]


def test_nothing_to_learn_from_an_empty_text(counts: BoilerplateCounts) -> None:
    assert not counts.learn(blocks_of(""))
