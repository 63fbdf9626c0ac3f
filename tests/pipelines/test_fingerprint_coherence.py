"""A headline speaks of its own story and of no server's page, in any language."""

import pytest

from crawler.model.article import Hints
from crawler.pipelines.fingerprint import contradicts, is_vouched_for, speaks_of

STORIES = [
    (
        "استئناف ترميم الجسر الحجري القديم في سلمية بمشاركة المتطوعين",
        "قال مدير الورشة إن العمال عادوا إلى الجسر الحجري صباح اليوم، وترميمه سيستمر شهرين بمشاركة متطوعين.",
    ),
    (
        "Volunteers rebuild the old stone bridge before winter",
        "Work on the stone bridge resumed today. Rebuilding it takes two months, said the volunteers.",
    ),
    (
        "Волонтёры восстановили каменный мост до наступления зимы",
        "Каменный мост открыли сегодня: волонтёры закончили восстановление раньше срока, до холодов.",
    ),
    (
        "Gönüllüler eski taş köprüyü kıştan önce onardı",
        "Eski köprü bugün açıldı. Gönüllüler onarımı kıştan önce bitirdi, köprüde yürüyüş yapıldı.",
    ),
]
WALLS = [
    "زوارنا الكرام، نقوم حالياً بنقل الموقع إلى خادم جديد لتقديم خدمة أفضل، وسنعود خلال ساعات قليلة.",
    "The website is temporarily unable to service your request as it exceeded resource limit. Try again.",
    "Доступ к информационному ресурсу ограничен на основании федерального закона об информации.",
    "Bu siteye erişim idari tedbir kararıyla engellenmiştir. Karar hakkında bilgi almak için başvurunuz.",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore.",
    "نستخدم نحن وشركاؤنا ملفات تعريف الارتباط لتخزين المعلومات على جهازك ومعالجة بياناتك الشخصية بموافقتك.",
]


@pytest.mark.parametrize(("headline", "text"), STORIES)
def test_a_headline_speaks_of_its_story_and_of_no_wall(headline: str, text: str) -> None:
    assert speaks_of(headline, text)
    assert is_vouched_for(Hints(title=headline), "https://site.example/1", text)
    assert not contradicts(Hints(title=headline), "عنوان آخر تماماً لهذه الصفحة", text)
    for wall in WALLS:
        assert not speaks_of(headline, wall)
        assert contradicts(Hints(title=headline), "Site", wall)


@pytest.mark.parametrize("wall", WALLS)
def test_a_wall_that_quotes_the_headline_does_not_speak_of_it(wall: str) -> None:
    headline = STORIES[0][0]
    assert not speaks_of(headline, f"{wall} «{headline}»")
    # Nothing contradicts the source where the page repeats its words.
    assert not contradicts(Hints(title=headline), headline, wall)


def test_words_of_the_address_vouch_for_a_text_and_none_do_not() -> None:
    headline, text = STORIES[1]
    slug = headline.lower().replace(" ", "-")
    assert is_vouched_for(Hints(), f"https://site.example/2026/11/{slug}/", text)
    assert not is_vouched_for(Hints(), f"https://site.example/2026/11/{slug}/", WALLS[1])
    assert not is_vouched_for(Hints(), "https://site.example/?p=123", text)


BULLETIN = (
    "أغلق الدولار مساء الجمعة في دمشق على 13306 شراء و13527 مبيعاً، وفي ريفها على 13252 شراء.\n\n"
    "أما اليورو فأغلق على 14549، والدينار الأردني على 18730، والدرهم الإماراتي على 3599."
)


def test_a_summary_vouches_for_the_bulletin_whose_headline_says_other_words() -> None:
    headline, summary = "نشرة الصرف ليوم 20 تشرين الثاني", BULLETIN.split("\n")[0]
    assert not is_vouched_for(Hints(title=headline), "https://site.example/?p=526", BULLETIN)
    assert is_vouched_for(Hints(title=headline, summary=summary), "https://site.example/?p=526", BULLETIN)


@pytest.mark.parametrize("wall", WALLS)
def test_a_summary_vouches_for_no_wall_even_one_that_opens_with_it(wall: str) -> None:
    hints = Hints(summary=BULLETIN.split("\n")[0])
    assert not is_vouched_for(hints, "https://site.example/?p=526", wall)
    teaser = " ".join([hints.summary or "", *[wall] * 12])
    assert not is_vouched_for(hints, "https://site.example/?p=526", teaser)


@pytest.mark.parametrize("headline", [None, "", "عاجل", "من هنا", "12 34 56"])
def test_too_few_words_say_nothing(headline: str | None) -> None:
    assert not speaks_of(headline, STORIES[0][1])
    assert not contradicts(Hints(title=headline), "Site", WALLS[0])
