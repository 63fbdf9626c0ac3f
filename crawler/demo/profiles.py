"""The made-up sites: their names, staff, and which template each of them uses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from crawler.model.article import DatePrecision

Family = Literal["wordpress", "portal", "modern", "classic"]

AGENCY: Final = "نسيم"
"""The news agency that the sites take stories from; there is none of this name."""

SECTIONS: Final[Mapping[str, str]] = {
    "محليات": "local",
    "اقتصاد": "economy",
    "ثقافة": "culture",
    "خدمات": "services",
    "رياضة": "sport",
    "تعليم": "education",
    "زراعة": "agriculture",
    "طقس": "weather",
    "صحة": "health",
}
"""Sections of every site, with the word that stands for them in addresses."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One made-up site.

    `first_id` is the number of its oldest article. `indic` sites print Arabic-Indic digits. `precision`
    is how exactly its pages tell when an article appeared. `boilerplate` are phrases of its template that
    never belong to an article.
    """

    id: str
    name: str
    name_en: str
    family: Family
    first_id: int
    authors: tuple[str, ...]
    precision: DatePrecision = DatePrecision.MINUTE
    indic: bool = False
    inline_source: bool = False
    boilerplate: tuple[str, ...] = ()


PROFILES: Final = (
    Profile(
        id="demo-yasmin",
        name="بريد الياسمين",
        name_en="Jasmine Post",
        family="wordpress",
        first_id=4107,
        authors=("سها مارديني", "كريم الأيوبي", "دانا شعبان", "فريق التحرير"),
        boilerplate=("مقالات ذات صلة", "شارك هذا الموضوع", "اترك تعليقاً", "الأكثر قراءة"),
    ),
    Profile(
        id="demo-assi",
        name="مرآة العاصي",
        name_en="Orontes Mirror",
        family="portal",
        first_id=20311,
        authors=(),
        precision=DatePrecision.DAY,
        boilerplate=("اقرأ أيضاً", "شارك الخبر عبر", "تابعوا قناتنا على تلغرام", "عدد المشاهدات"),
    ),
    Profile(
        id="demo-sahel",
        name="رصيف الساحل",
        name_en="Coast Quay",
        family="modern",
        first_id=88012,
        authors=("مجد حيدر", "لارا صقر", "يامن ديوب"),
        indic=True,
        boilerplate=("ADVERTISEMENT", "جميع الحقوق محفوظة", "لا يجوز إعادة نشر", "اشترك في نشرتنا البريدية"),
    ),
    Profile(
        id="demo-furat",
        name="دفتر الفرات",
        name_en="Euphrates Notebook",
        family="classic",
        first_id=513,
        authors=("عبد الله الحسن", "جواهر السالم", "معتز العاني"),
        inline_source=True,
        boilerplate=("نسخة للطباعة", "أرسل إلى صديق", "عدد القراءات", "مواضيع أخرى"),
    ),
)
