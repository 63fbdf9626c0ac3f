"""The words dates are made of: month and weekday names, units, and the folding they are compared in.

Arabic papers use four sets of month names: the Levantine one (Syria, Lebanon, Jordan, Palestine, Iraq), the
one from English (Egypt, the Gulf, Libya), the one from French (Tunisia, Algeria) and Morocco's; beside them
the Hijri months. Kurdish and Turkish names are those of the Gregorian calendar in use in the press.
"""

import re
import unicodedata

# What NFKD doesn't make equal: ya and alef maqsura, Farsi ya and kaf, ta marbuta, the Kurdish and Urdu
# forms of ha, the dotless Turkish i.
_LETTERS = {"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ە": "ه", "ھ": "ه", "ہ": "ه", "ı": "i", "،": ","}


class _Folding(dict[int, str | None]):
    """What stands for a character, found out when it is first met; None where it is left out."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        kind = unicodedata.category(char)
        if unicodedata.combining(char) or char == "ـ" or kind in ("Cf", "Mn"):
            self[code] = None
        elif kind == "Nd":
            self[code] = str(unicodedata.digit(char))
        else:
            self[code] = _LETTERS.get(char, char)
        return self[code]


_FOLDING = _Folding()

DIGIT = re.compile(r"\d")
"""Most lines that are asked for a date have no number, which tells it at a tenth of the cost."""


def fold(text: str) -> str:
    """Text in the form in which dates are read.

    Lower case, ASCII digits, no vowel marks, accents, tatweel or invisible marks, one form for each letter
    (alef and hamza seats, ya, kaf, ta marbuta).
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text).lower().translate(_FOLDING)


def _table(rows: dict[int, str]) -> dict[str, int]:
    return {fold(name.strip()): number for number, names in rows.items() for name in names.split("|")}


def _set(names: str) -> frozenset[str]:
    return frozenset(fold(name) for name in names.split("|"))


MONTHS = _table(
    {
        1: "كانون الثاني|كانون ثاني|كانون ثان|كانون 2|ك 2|يناير|جانفي|ینایر|January|Jan|Ocak|Oca|janvier|janv"
        "|کانوونی دووەم|کانونی دووەم|Çile|Çileya|Çileya paşîn|Kanûna paşîn",
        2: "شباط|اشباط|فبراير|فيفري|February|Feb|Şubat|Şub|février|févr|fév|شوبات|Sibat|Sibata|Şibat",
        3: "آذار|اذار|مارس|March|Mar|Mart|mars|ئازار|ئادار|Adar|Adara|Avdar",
        4: "نيسان|أبريل|إبريل|ابريل|أفريل|نيسانى|April|Apr|Nisan|Nis|avril|avr|Nîsan|Nîsana",
        5: "أيار|ايار|مايو|ماي|ماى|May|Mayıs|mai|ئایار|مایس|Gulan|Gulana",
        6: "حزيران|يونيو|يونيه|جوان|June|Jun|Haziran|Haz|juin|حوزەیران|Hezîran|Hezîrana|Pûşper",
        7: "تموز|يوليو|يوليه|يوليوز|جويلية|جويليه|July|Jul|Temmuz|Tem|juillet|juil"
        "|تەمووز|تەموز|Tîrmeh|Tîrmeha|Temûz",
        8: "آب|اب|أغسطس|اغسطس|أوغسطس|أوت|اوت|غشت|أغشت|August|Aug|Ağustos|Ağu|août|ئاب|Tebax|Tebaxa",
        9: "أيلول|ايلول|سبتمبر|شتنبر|شتمبر|September|Sept|Sep|Eylül|Eyl|septembre|ئەیلوول|ئەیلول|Îlon|Îlona",
        10: "تشرين الأول|تشرين أول|تشرين اول|تشرين 1|ت 1|أكتوبر|اكتوبر|أوكتوبر|October|Oct|Ekim|Eki"
        "|octobre|تشرینی یەکەم|Cotmeh|Cotmeha|Çiriya pêşîn",
        11: "تشرين الثاني|تشرين ثاني|تشرين ثان|تشرين 2|ت 2|نوفمبر|نونبر|نوفمير|November|Nov|Kasım|Kas"
        "|novembre|تشرینی دووەم|Mijdar|Mijdara|Çiriya paşîn",
        12: "كانون الأول|كانون أول|كانون اول|كانون 1|ك 1|ديسمبر|دجنبر|دجمبر|December|Dec|Aralık|Ara"
        "|décembre|déc|کانوونی یەکەم|کانونی یەکەم|Kanûn|Kanûna|Kanûna pêşîn|Çileya pêşîn",
    }
)
"""Gregorian month names, folded. Names of two words (or a word and a digit) have one space between them."""

HIJRI_MONTHS = _table(
    {
        1: "محرم|المحرم|محرم الحرام|Muharram",
        2: "صفر|Safar",
        3: "ربيع الأول|ربيع أول|ربيع 1",
        4: "ربيع الثاني|ربيع الآخر|ربيع ثاني|ربيع ثان|ربيع 2",
        5: "جمادى الأولى|جمادى الأول|جمادى أول|جماد الأول|جمادي اولى|جمادى 1",
        6: "جمادى الآخرة|جمادى الثانية|جمادى الثاني|جمادى الآخر|جمادى ثاني|جماد الثاني|جماد الآخر|جمادى 2",
        7: "رجب|Rajab",
        8: "شعبان|Shaban|Sha'ban",
        9: "رمضان|Ramadan",
        10: "شوال|Shawwal",
        11: "ذو القعدة|ذي القعدة|ذوالقعدة|ذيالقعدة|ذى القعدة|القعدة",
        12: "ذو الحجة|ذي الحجة|ذوالحجة|ذيالحجة|ذى الحجة|الحجة",
    }
)
"""Hijri month names, folded."""

WEEKDAYS = _table(
    {
        0: "الاثنين|الإثنين|اثنين|الأثنين|Monday|Mon|Pazartesi|Pzt|lundi|دووشەممە|دوشەممە|Duşem",
        1: "الثلاثاء|الثلثاء|ثلاثاء|الثلاثا|Tuesday|Tue|Tues|Salı|mardi|سێشەممە|Sêşem",
        2: "الأربعاء|الاربعاء|أربعاء|الاربعا|Wednesday|Wed|Çarşamba|Çar|mercredi|چوارشەممە|Çarşem",
        3: "الخميس|خميس|Thursday|Thu|Thur|Thurs|Perşembe|Per|jeudi|پێنجشەممە|Pêncşem",
        4: "الجمعة|جمعة|Friday|Fri|Cuma|vendredi|هەینی|În",
        5: "السبت|سبت|Saturday|Sat|Cumartesi|Cmt|samedi|شەممە|Şemî",
        6: "الأحد|الاحد|أحد|Sunday|Sun|Pazar|Paz|dimanche|یەکشەممە|Yekşem",
    }
)
"""Weekday names, folded, with `datetime.weekday()`'s numbers."""

MINUTE, HOUR, DAY = 60, 3600, 86_400

UNITS = {
    fold(name): (seconds, count)
    for seconds, count, names in (
        (1, 1, "ثانية|ثواني|ثوان|second|seconds|sec|secs|saniye|چرکە"),
        (1, 2, "ثانيتين|ثانيتان"),
        (MINUTE, 1, "دقيقة|دقائق|دقايق|د|minute|minutes|min|mins|m|dakika|dk|خولەک|deqe|deqîqe"),
        (MINUTE, 2, "دقيقتين|دقيقتان"),
        (HOUR, 1, "ساعة|ساعات|س|hour|hours|hr|hrs|h|saat|کاتژمێر|saet"),
        (HOUR, 2, "ساعتين|ساعتان"),
        (DAY, 1, "يوم|أيام|ايام|يوما|day|days|d|gün|رۆژ|roj"),
        (DAY, 2, "يومين|يومان"),
        (7 * DAY, 1, "أسبوع|أسابيع|اسبوع|week|weeks|hafta|هەفتە|hefte"),
        (7 * DAY, 2, "أسبوعين|أسبوعان"),
        # A month of 30 and a year of 365 days: the wording is no more exact than that.
        (30 * DAY, 1, "شهر|أشهر|شهور|شهرا|month|months|ay"),
        (30 * DAY, 2, "شهرين|شهران"),
        (365 * DAY, 1, "سنة|سنوات|سنين|عام|أعوام|عاما|year|years|yıl"),
        (365 * DAY, 2, "سنتين|عامين|سنتان|عامان"),
    )
    for name in names.split("|")
}
"""Units of "… ago": (seconds, how many the word itself means: the Arabic dual is two)."""

NUMBER_WORDS = {
    fold(name): number
    for number, names in enumerate(
        (
            "واحد|واحدة|a|an|one|bir|یەک|yek",
            "اثنين|اثنتين|two|iki|دوو|du",
            "ثلاث|ثلاثة|three|üç|sê",
            "أربع|أربعة|four|dört|çar",
            "خمس|خمسة|five|beş|pênc",
            "ست|ستة|six|altı",
            "سبع|سبعة|seven|yedi",
            "ثماني|ثمانية|ثمان|eight|sekiz",
            "تسع|تسعة|nine|dokuz",
            "عشر|عشرة|ten|on",
        ),
        start=1,
    )
    for name in names.split("|")
}
"""Small numbers in words, as "… ago" uses them."""

DAY_WORDS = {
    fold(name): days
    for days, names in (
        (0, "اليوم|today|bugün|ئەمڕۆ|îro"),
        (1, "أمس|البارحة|yesterday|dün|دوێنێ|duh"),
        (2, "أول أمس|أمس الأول|أول من أمس|أول البارحة"),
    )
    for name in names.split("|")
}
"""Words for a day, with how many days ago it was."""

FILLERS = _set(
    "في|من|يوم|بتاريخ|تاريخ|التاريخ|الساعة|ساعة|الموافق|شهر|سنة|عام|لعام|تمام|عند|حوالي|نحو|النشر|الإضافة|الإنشاء|نشر|نشرت"
    "|نُشر|كتب|تم|أضيف|أضيفت|صدر|منذ|قبل|و|توقيت|بتوقيت|بالتوقيت|المحلي|آخر|تحديث|التحديث|ال|م|ه|ميلادي|هجري|هجرية"
    "|ميلادية|on|at|of|the|date|time|published|posted|publish|by|in|last|updated|update|modified|about|added|st|nd|rd"
    "|th|er|de|le|à|tarih|tarihi|yayın|yayınlanma|güncelleme|saat"
)
"""Words that stand beside a date and say nothing against the line being one."""
