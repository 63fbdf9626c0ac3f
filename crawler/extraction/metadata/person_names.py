"""Which words are the name of a person who wrote a story, and which only stand where such a name stands."""

import re
from collections.abc import Callable, Iterator

from crawler.extraction.text import bare, fold, one_line

MAX_NAME_CHARS = 60
MAX_NAME_WORDS = 6
"""«عبد الرحمن بن محمد آل ياسين» has six."""


def _set(listed: str, form: Callable[[str], str] = fold) -> frozenset[str]:
    return frozenset(form(word) for word in listed.split("|"))


_PLACES = _set(
    "دمشق|ريف دمشق|حلب|ريف حلب|حمص|حماة|حماه|إدلب|ادلب|ريف إدلب|اللاذقية|طرطوس|درعا|السويداء"
    "|القنيطرة|دير الزور|ديرالزور|الرقة|الحسكة|القامشلي|قامشلو|عفرين|منبج|الباب|جرابلس|اعزاز|أعزاز"
    "|تدمر|كوباني|عين العرب|داريا|دوما|الغوطة|الغوطة الشرقية|البوكمال|الميادين|تل أبيض|رأس العين"
    "|سراقب|معرة النعمان|جبلة|بانياس|الزبداني|سوريا|سورية|لبنان|العراق|الأردن|فلسطين|تركيا|مصر"
    "|السعودية|قطر|الإمارات|الكويت|اليمن|ليبيا|تونس|الجزائر|المغرب|السودان|إيران|روسيا|ألمانيا|فرنسا"
    "|بريطانيا|أمريكا|أميركا|الولايات المتحدة|الصين|أوكرانيا|بيروت|طرابلس|بغداد|أربيل|هولير"
    "|السليمانية|دهوك|الموصل|البصرة|كركوك|عمان|القدس|القدس المحتلة|رام الله|غزة|أنقرة|إسطنبول"
    "|اسطنبول|غازي عنتاب|عنتاب|القاهرة|الرياض|جدة|الدوحة|دبي|أبوظبي|أبو ظبي|صنعاء|عدن|الخرطوم|الرباط"
    "|طهران|موسكو|لندن|باريس|برلين|جنيف|بروكسل|فيينا|واشنطن|نيويورك|كييف|damascus|aleppo|homs|hama"
    "|idlib|latakia|tartus|daraa|deir ez-zor|deir ezzor|raqqa|hasakah|qamishli|afrin|kobani|syria"
    "|lebanon|iraq|jordan|turkey|egypt|beirut|baghdad|erbil|amman|jerusalem|gaza|ankara|istanbul"
    "|cairo|riyadh|doha|dubai|tehran|moscow|london|paris|berlin|geneva|brussels|washington|new york"
    "|kyiv|united nations|şam|halep|ankara|i̇stanbul|qamişlo|hesekê|helep|amed|hewlêr|دیمەشق|حەلەب"
    "|هەولێر|سلێمانی|قامیشلۆ|حەسەکە",
    bare,
)  # fmt: skip
_NO_NAME_WORDS = _set(
    "مدينة|ريف|محافظة|بلدة|قرية|حي|شارع|جامعة|مجلس|وزارة|شركة|"
    "خاص|وكالات|مراسلنا|مراسلون|نيوز|برس|تقرير|متابعات|متابعة|ترجمة|مقال|صحيفة|موقع|قناة|وكالة|شبكة"
    "|راديو|فريق|قسم|مكتب|يقول|تقول|قال|قالت|كتب|كتبت|رد|نشر|نشرت|النشر|بتاريخ|الساعة|صباحا|مساء"
    "|ظهرا|آخر|تحديث|التحديث|دقيقة|دقائق|قراءة|القراءات|مشاهدة|مشاهدات|المشاهدات|تعليق|تعليقات"
    "|التعليقات|شارك|مشاركة|المشاركة|متابعة|تابع|اشترك|المزيد|اقرأ|الكاتب|الكاتبة|المؤلف|المحرر"
    "|المصدر|إعداد|تحرير|بقلم|بواسطة|تاريخ|عدد|زيارة|القسم|التصنيف|الرئيسية|أخبار|اليوم|أمس|في|من"
    "|إلى|عن|مع|أن|إن|هذا|هذه|التي|الذي|لم|لن|قد|كان|كانت|بعد|قبل|حتى|بين|عند|لدى|حول|أو|ثم|كل"
    "|لا|ما|هل|حيث|منذ|خلال|ضد|نحو|دون|غير|عام|الآن|ضمن|ضحايا|مقتل|says|said|reply|comment|comments"
    "|share|views|read|minutes|min|ago|published|posted|updated|date|time|by|on|at|in|the|of|for"
    "|from|with|to|is|was|more|news|press|am|pm|gmt|home|follow|subscribe|about|all|admin"
)  # fmt: skip
"""Words that no name has: of sentences, labels, times, outlets."""
_MONTHS_AND_DAYS = _set(
    "السبت|الأحد|الاثنين|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|يناير|فبراير|أبريل|مايو|يونيو|يوليو"
    "|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر|كانون|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول|تشرين|monday"
    "|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|july|september|october"
    "|november|december"
)  # fmt: skip
_NAMES_WITH_WAW = _set(
    "وليد|وائل|وسام|وفاء|وسيم|وجدي|وداد|ورد|وضاح|وهيب|وجيه|وحيد|ولاء|وصفي|وهبة|وهبي|واصف|وديع|وعد"
    "|وردة|وجدان|ونوس|وهاب|وطفة|وصال|وسن|وجد|وهبه|ولي|وزير|وافي|والي|واثق|وئام"
)
"""Names whose first letter looks like the «و» that joins two names."""
_NAME = re.compile(r"[^\W\d_]+(?:[ .'’-]{1,2}[^\W\d_]+){0,6}\.?")
_SPLIT = re.compile(r"(?:(?<!\s)\s+)?(?:[,،;؛|+]|\band\b|\bve\b)\s*|(?<!\s)\s+[/&]\s+")
_DASH = re.compile(r"(?<!\s)\s+[-–—]\s+|[-–—/]")
_WAW = re.compile(r"(?<!\s)\s+و\s?(?=\S)")


def is_place(text: str) -> bool:
    """Whether a text is the name of a place that datelines of the region's papers begin with."""
    return bare(text) in _PLACES or bare(text).removeprefix("مدينه ") in _PLACES


def is_person_name(text: str, *, words: int = 2) -> bool:
    """Whether a text can be a person's name: some words of letters, none of a sentence, a label or a time.

    Args:
        text: The text.
        words: How many words it must have at least.
    """
    text = text.strip()
    if len(text) > MAX_NAME_CHARS or _NAME.fullmatch(text) is None or is_place(text):
        return False
    parts = fold(text).replace("-", " ").split()
    return words <= len(parts) <= MAX_NAME_WORDS and not any(
        part in _NO_NAME_WORDS or part in _MONTHS_AND_DAYS for part in parts
    )


def without_place(text: str) -> str:
    """A name without the place behind or before it: «سامر العلي – دمشق» is «سامر العلي»."""
    parts = [part.strip() for part in _DASH.split(text)]
    people = [part for part in parts if part and not is_place(part)]
    return people[0] if len(people) == 1 < len(parts) else text


def names_in(text: str) -> Iterator[str]:
    """The names of a list of names, as they stand: «سامر الحلبي وليلى حسن، كرم ديب».

    Args:
        text: The list, without a label.
    """
    for part in _SPLIT.split(one_line(text[:300])):
        yield from map(without_place, _parted_at_waw(part.strip(' -–—:|«»"“”.()[]')))


def _parted_at_waw(text: str) -> list[str]:
    """«سامر الحلبي وليلى حسن» as two names, if both have two words and the second is no name with «و»."""
    for match in _WAW.finditer(text):
        before, after = text[: match.start()].strip(), text[match.end() :].strip()
        joined = text[match.start() :].split()[0]
        if (
            len(before.split()) >= 2
            and len(after.split()) >= 2
            and (joined == "و" or fold(joined) not in _NAMES_WITH_WAW)
        ):
            return [before, *_parted_at_waw(after)]
    return [text] if text else []
