"""What is read of an article: places, days, numbers, where the report begins."""

import pytest

from dedup.documents import Document
from dedup.event.casualties import find_casualties
from dedup.event.dates import days_between, find_days
from dedup.event.lexicon import Wording, find_places, stem
from dedup.event.profile import profile
from dedup.text.shingles import words


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("صباح 19 تشرين الأول 2021", ((10, 19, (2021,)),)),
        ("يوم ٧ من شهر آب/أغسطس من عام ٢٠٢٢", ((8, 7, (2022,)),)),
        ("on 25 June 2023", ((6, 25, (2023,)),)),
        ("بتاريخ 25/6/2023 و 2023-06-24", ((6, 25, (2023,)), (6, 24, (2023,)))),
        ("6/25/2023", ((6, 25, (2023,)),)),
        ("قتل 31 شباط", ()),
        ("سقط 12 جريحا في 3 قرى", ()),
        ("2023", ()),
        ("7 آب", ((8, 7, ()),)),
    ],
)
def test_dates_are_read_in_all_their_forms(text: str, dates: object) -> None:
    assert find_days(words(text)).dates == dates


def test_a_weekday_tells_the_years_of_a_date_without_one() -> None:
    days = find_days(words("اليوم الثلاثاء 19 تشرين الأول"))
    assert days.weekdays == (1,)
    assert days.dates[0][2] == (2010, 2021, 2027, 2032, 2038)
    assert days_between(days.dates[0], (10, 20, (2021,))) == 1
    assert days_between(days.dates[0], (10, 20, (2020,))) == 366
    assert days_between((12, 31, ()), (1, 1, ())) == 1


def test_places_are_known_by_any_spelling_and_by_what_announces_them() -> None:
    mentions = find_places(words("قصف على كفر تعال وبكوباني وقرية طيرانا ثم المدينة"))
    names = [mention.name for mention in mentions]
    assert names == ["كفرتعال", "عينالعرب", "طيرانا"]


def test_what_was_compared_is_told_as_it_is_written() -> None:
    wording = Wording("قُصِفت بلدتا كَفر تَعال ولكوباني، وقال «المُسعف» سالم الحمود/أبو زيد إنّ القذائفَ كقذائف")
    assert wording.word("قذايف") == "القذائفَ"
    assert wording.word("مسعف") == "المُسعف"
    assert wording.name(("سالم", "حمود")) == "سالم الحمود"
    assert wording.place("كفرتعال") == "كَفر تَعال"
    assert wording.place("عينالعرب") == "كوباني"
    assert Wording("قصف لِلرقّة").place("الرقه") == "الرقّة"
    # What isn't found as it was compared, in a word that is broken by signs, stands as it was compared.
    assert Wording("مـ ـقـ ـتـ ـل").word("مقتل") == "مقتل"


def test_tolls_are_numbers_of_dead_and_wounded() -> None:
    found = find_casualties(words("مقتل ثلاثة مدنيين وإصابة 7 آخرين، ومقتل طفل. قتل 2000 عام 2012"))
    assert found == {"dead": {3, 1}, "wounded": {7}}


def test_the_report_begins_where_the_words_of_its_title_come() -> None:
    menu = "أخبار الرياضة والاقتصاد والمنوعات من كل العالم على مدار الساعة. " * 20
    report = "قصفت مدفعية صباح الخميس بلدة دابق وجرحت راعيا ونفقت أغنام كثيرة في الحقل. "
    read = profile(Document("1", menu + report, title="جرح راع بقصف على بلدة دابق - موقع المثال"))
    assert "دابق" in read.places
    assert read.days.weekdays == (3,)
    assert "رياض" not in read.lead
    # What the title has of the site is not the report's.
    assert stem("المثال") not in read.lead


@pytest.mark.parametrize("text", ["", " ", "،", "12", "a" * 100_000, "٠٠٠", "\ud800 ليل", "و", "2023 2 30"])
def test_any_text_can_be_read(text: str) -> None:
    assert profile(Document("1", text, title=text)).id == "1"
