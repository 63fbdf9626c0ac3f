"""Two pages that say the same are recognised, whatever changes by itself; notices of one template are not."""

import itertools
import random

import pytest

from crawler.pipelines.fingerprint import TextSketch, sketch_text

WALL = (
    "The website {url} is temporarily unable to service your request as it exceeded its resource limit. "
    "Please try again later. Request {number} at {time}, server time. You asked for: {headline}."
)
NOTICE = (
    "قُتل المواطن {name} من أبناء بلدة {town} اليوم برصاص مجهولين استهدفوه قرب منزله في ريف {region}، ونُقل"
    " إلى المشفى حيث فارق الحياة متأثراً بجراحه، فيما فتحت الجهات المختصة تحقيقاً لمعرفة ملابسات الحادثة."
)


def _wall(number: int, headline: str) -> TextSketch:
    path = f"/news/{number}/a-story"
    text = WALL.format(
        url=f"https://site.example{path}", number=number * 7919, time=f"10:{number:02}:13", headline=headline
    )
    sketch = sketch_text(text, [headline], path)
    assert sketch is not None
    return sketch


def test_counters_times_addresses_and_headlines_do_not_matter() -> None:
    headlines = ("School reopens after two years", "Bridge closed for repairs until spring")
    walls = [_wall(number, headline) for number, headline in enumerate(headlines, 11)]
    assert walls[0].is_same(walls[1])
    assert walls[0].digest != walls[1].digest  # their numbers differ
    assert set(walls[0].bands("site")) & set(walls[1].bands("site"))
    assert not set(walls[0].bands("site")) & set(walls[1].bands("another"))


def test_a_text_with_an_echoed_address_alone_is_letter_for_letter_the_same() -> None:
    texts = [f"لا يمكن عرض الصفحة /خبر/{n} حالياً، يرجى المحاولة لاحقاً أو مراسلة الدعم" for n in (1, 2)]
    sketches = [sketch_text(text, (), f"/خبر/{n}") for n, text in enumerate(texts, 1)]
    assert sketches[0] is not None
    assert sketches[1] is not None
    assert sketches[0].digest == sketches[1].digest


def test_notices_from_one_template_are_not_the_same() -> None:
    people = (("سامر العلي", "نوى", "درعا"), ("محمود الحسن", "مصياف", "حماة"), ("فراس يوسف", "الباب", "حلب"))
    sketches = [sketch_text(NOTICE.format(name=n, town=t, region=r)) for n, t, r in people]
    for first, second in itertools.combinations(sketches, 2):
        assert first is not None
        assert second is not None
        assert not first.is_same(second)


@pytest.mark.parametrize("text", ["", "  \n\n ", "٣٤ ١٢"])
def test_a_text_without_words_has_no_sketch(text: str) -> None:
    assert sketch_text(text) is None


def test_a_text_of_few_words_is_told_by_its_headline() -> None:
    first, second = (sketch_text("صور", [f"{name} في صور اليوم"]) for name in ("دمشق القديمة", "حلب الشهباء"))
    assert first is not None
    assert second is not None
    assert not first.is_same(second)


def test_a_sketch_survives_its_stored_form() -> None:
    sketch = _wall(3, "A headline of some words")
    assert TextSketch.unpack(sketch.digest, sketch.pack()) == sketch


def test_unrelated_texts_meet_in_no_band() -> None:
    chance = random.Random(5)
    vocabulary = [f"كلمة{chr(0x628 + n % 20)}{chr(0x62A + n // 20)}" for n in range(300)]
    sketches = [sketch_text(" ".join(chance.choices(vocabulary, k=120))) for _ in range(60)]
    bands = [band for sketch in sketches if sketch is not None for band in set(sketch.bands("site"))]
    assert len(bands) == len(set(bands))
