"""News agencies by the names that papers give them."""

from crawler.extraction.text import bare

_AGENCIES = {
    "سانا": "سانا", "sana": "SANA", "رويترز": "رويترز", "reuters": "Reuters", "اف ب": "أ ف ب",
    "ا ف ب": "أ ف ب", "اف.ب": "أ ف ب", "ا.ف.ب": "أ ف ب", "فرانس برس": "فرانس برس",
    "afp": "AFP", "اسوشيتد برس": "أسوشيتد برس", "اسوشييتد برس": "أسوشيتد برس", "ا ب": "أ ب", "ap": "AP",
    "associated press": "Associated Press", "the associated press": "Associated Press",
    "الاناضول": "الأناضول", "وكاله الاناضول": "الأناضول", "anadolu": "Anadolu", "anadolu agency": "Anadolu",
    "aa": "Anadolu", "د ب ا": "د ب أ", "د.ب.ا": "د ب أ", "dpa": "dpa", "الالمانيه": "د ب أ",
    "سبوتنيك": "سبوتنيك", "sputnik": "Sputnik", "شينخوا": "شينخوا", "xinhua": "Xinhua", "تاس": "تاس",
    "tass": "TASS", "نوفوستي": "نوفوستي", "upi": "UPI", "efe": "EFE", "ansa": "ANSA",
    "iha": "İHA", "dha": "DHA",
    "واس": "واس", "spa": "SPA", "بترا": "بترا", "وام": "وام", "قنا": "قنا", "كونا": "كونا", "ا ش ا": "أ ش أ",
    "اش ا": "أ ش أ", "وفا": "وفا", "ارنا": "إرنا", "irna": "IRNA", "يو بي اي": "يو بي آي",
    "تسنيم": "تسنيم", "فارس": "فارس", "واع": "واع", "الوطنيه للاعلام": "الوطنية للإعلام", "يونيوز": "يونيوز",
    "هاوار": "هاوار", "anha": "ANHA", "نورث برس": "نورث برس",
    "north press": "North Press", "اكي": "آكي", "سي ان ان": "سي إن إن", "بي بي سي": "بي بي سي",
    "روسيا اليوم": "روسيا اليوم", "وكالات": "وكالات", "الوكالات": "وكالات",
    "agencies": "agencies", "المرصد السوري لحقوق الانسان": "المرصد السوري لحقوق الإنسان",
    "المركزيه": "المركزية", "وطا": "وات", "وات": "وات", "واج": "واج", "ومع": "ومع",
}  # fmt: skip
"""Folded name → the name as shown. Short ones count only in the fixed places where a credit stands."""


def agency_name(text: str) -> str | None:
    """The usual name of an agency, or None where a text is no agency's name.

    Args:
        text: For example «وكالة الأناضول», "(Reuters)".
    """
    name = bare(text)
    without_kind = name.removeprefix("وكاله ").removeprefix("انباء ").removeprefix("الانباء ").strip()
    return _AGENCIES.get(name) or _AGENCIES.get(without_kind)
