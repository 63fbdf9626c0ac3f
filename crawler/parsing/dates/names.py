"""The words of dates beside names of months and days, and the folding in which all are compared."""

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


def folded_set(names: str) -> frozenset[str]:
    """The names of a list such as ``في|من``, folded."""
    return frozenset(fold(name) for name in names.split("|"))


MINUTE, HOUR, DAY = 60, 3600, 86_400

UNITS = {
    fold(name): (seconds, count)
    for seconds, count, names in (
        (1, 1, "ثانية|ثواني|ثوان|second|seconds|sec|secs|saniye|چرکە|ثانیه"),
        (1, 2, "ثانيتين|ثانيتان"),
        (MINUTE, 1, "دقيقة|دقائق|دقايق|د|minute|minutes|min|mins|m|dakika|dk|خولەک|deqe|deqîqe|دقیقه"),
        (MINUTE, 2, "دقيقتين|دقيقتان"),
        (HOUR, 1, "ساعة|ساعات|س|hour|hours|hr|hrs|h|saat|کاتژمێر|saet|ساعت"),
        (HOUR, 2, "ساعتين|ساعتان"),
        (DAY, 1, "يوم|أيام|ايام|يوما|day|days|d|gün|رۆژ|roj|روز"),
        (DAY, 2, "يومين|يومان"),
        (7 * DAY, 1, "أسبوع|أسابيع|اسبوع|week|weeks|hafta|هەفتە|hefte|هفته"),
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

PLURALS = folded_set(
    "ثواني|ثوان|دقائق|دقايق|ساعات|أيام|ايام|أسابيع|أشهر|شهور|سنوات|سنين|أعوام"
    "|seconds|secs|minutes|mins|hours|hrs|days|weeks|months|years"
)
"""Units that tell nothing without a number: «قبل أيام» is some days ago."""

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
        (0, "اليوم|today|bugün|ئەمڕۆ|îro|امروز|היום|сегодня|сьогодні|heute|oggi|hoy"),
        (1, "أمس|البارحة|yesterday|dün|دوێنێ|duh|دیروز|אתמול|вчера|вчора|gestern|ieri|ayer"),
        (2, "أول أمس|أمس الأول|أول من أمس|أول البارحة"),
    )
    for name in names.split("|")
}
"""Words for a day, with how many days ago it was."""

FILLERS = folded_set(
    "في|من|يوم|بتاريخ|تاريخ|التاريخ|الساعة|ساعة|الموافق|شهر|سنة|عام|لعام|تمام|عند|حوالي|نحو|النشر|الإضافة|الإنشاء|نشر|نشرت"
    "|نُشر|كتب|تم|أضيف|أضيفت|صدر|منذ|قبل|و|توقيت|بتوقيت|بالتوقيت|المحلي|آخر|تحديث|التحديث|ال|م|ه|ميلادي|هجري|هجرية"
    "|ميلادية|on|at|of|the|date|time|published|posted|publish|by|in|last|updated|update|modified|about|added|st|nd|rd"
    "|th|er|de|le|à|tarih|tarihi|yayın|yayınlanma|güncelleme|saat"
    # What Kurdish, Turkish, Persian and others set between or behind the parts of a date.
    "|ی|ى|یی|ێ|دا|لە|ساڵی|سالی|رۆژی|ڕۆژی|کاتژمێر|بەروار|ê|an|a|ya|ye|yê|li|roja|sala|saet|dîrok|te|ta|da|nda|günü|saati"
    "|در|روز|ساعت|سال|انتشار|מאת|יום|ב|ביום|בשעה|פורסם|עודכן|в|у|г|года|р|року|о|den|der|am|um|uhr|il|alle|ore|el|del"
    "|las|los|a|día|թ|թվականի|pubdate"
)
"""Words that stand beside a date and say nothing against the line being one."""
