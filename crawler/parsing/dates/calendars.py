"""The names of months and weekdays, by language, as data.

Arabic papers use four sets of month names: the Levantine one (Syria, Lebanon, Jordan, Palestine, Iraq), the
one from English (Egypt, the Gulf, Libya), the one from French (Tunisia, Algeria) and Morocco's; beside them
the Hijri months. Kurdish papers use the Levantine names, those from English, and Kurdish ones; Persian ones
the solar Hijri months (Jalali) and the Gregorian names by way of French. Names in the cases that dates put
them in stand beside the bare ones. Abbreviations that are words of another kind ("ago", "mar") are left out.
"""

from collections.abc import Mapping

from crawler.parsing.dates.names import fold

_GREGORIAN = {
    "Levant": (
        "كانون الثاني|كانون ثاني|كانون ثان|كانون 2|ك 2", "شباط|اشباط", "آذار|اذار", "نيسان|نيسانى",
        "أيار|ايار",
        "حزيران", "تموز", "آب|اب", "أيلول|ايلول", "تشرين الأول|تشرين أول|تشرين اول|تشرين 1|ت 1",
        "تشرين الثاني|تشرين ثاني|تشرين ثان|تشرين 2|ت 2", "كانون الأول|كانون أول|كانون اول|كانون 1|ك 1",
    ),
    "Egypt, the Gulf": (
        "يناير|ینایر", "فبراير", "مارس", "أبريل|إبريل|ابريل", "مايو", "يونيو|يونيه", "يوليو|يوليه",
        "أغسطس|اغسطس|أوغسطس", "سبتمبر", "أكتوبر|اكتوبر|أوكتوبر", "نوفمبر|نوفمير", "ديسمبر",
    ),
    "the Maghreb": (
        "جانفي", "فيفري", "", "أفريل", "ماي|ماى", "جوان", "جويلية|جويليه|يوليوز", "أوت|اوت|غشت|أغشت",
        "شتنبر|شتمبر", "", "نونبر", "دجنبر|دجمبر",
    ),
    "Sorani": (
        "کانوونی دووەم|کانونی دووەم|جەنیوەری|یەنایەر|ڕێبەندان", "شوبات|فێبریوەری|فێبرایەر",
        "ئازار|ئادار|مارت|مارچ",
        "نیسان|ئەپریل|ئاپریل", "ئایار|مایس|مەی|مای", "حوزەیران|جون|جوون|یۆنیۆ",
        "تەمووز|تەموز|جولای|جوولای|یولیۆ",
        "ئاب|ئۆگەست|ئۆگۆست|ئاگۆست", "ئەیلوول|ئەیلول|سێپتەمبەر|سێپتێمبەر|سەپتەمبەر",
        "تشرینی یەکەم|ئۆکتۆبەر|ئۆکتۆبر|ئۆکتۆبێر|ئوکتوبەر", "تشرینی دووەم|نۆڤەمبەر|نۆڤێمبەر|نۆفەمبەر",
        "کانوونی یەکەم|کانونی یەکەم|دیسەمبەر|دێسەمبەر|دیسێمبەر",
    ),
    "Kurmanji": (
        "Çile|Çileya|Çileyê|Çileya paşîn|Kanûna paşîn|Kanûna duyem|Rêbendan|Rêbendanê",
        "Sibat|Sibata|Sibatê|Şibat|Şibata|Şibatê|Reşemî|Reşemeh|Reşemiyê", "Adar|Adara|Adarê|Avdar|Avdarê",
        "Nîsan|Nîsana|Nîsanê|Avrêl|Avrêlê", "Gulan|Gulana|Gulanê",
        "Hezîran|Hezîrana|Hezîranê|Pûşper|Pûşperê",
        "Tîrmeh|Tîrmeha|Tîrmehê|Temûz|Temûza|Temûzê", "Tebax|Tebaxa|Tebaxê|Gelawêj|Gelawêjê",
        "Îlon|Îlona|Îlonê|Rezber|Rezberê|Eylûl|Eylûlê",
        "Cotmeh|Cotmeha|Cotmehê|Çiriya pêşîn|Çiriya yekem|Çirîya pêşîn",
        "Mijdar|Mijdara|Mijdarê|Çiriya paşîn|Çiriya duyem|Çirîya paşîn|Sermawez|Sermawezê",
        "Kanûn|Kanûna|Kanûnê|Kanûna pêşîn|Kanûna yekem|Çileya pêşîn|Berfanbar|Berfanbarê",
    ),
    "Turkish": (
        "Ocak|Oca", "Şubat|Şub", "Mart", "Nisan|Nis", "Mayıs", "Haziran|Haz", "Temmuz|Tem", "Ağustos|Ağu",
        "Eylül|Eyl", "Ekim|Eki", "Kasım|Kas", "Aralık|Ara",
    ),
    "Persian": (
        "ژانویه", "فوریه|فبروری", "مارچ|مارس", "آوریل|آپریل|اپریل", "مه|می", "ژوئن|جون",
        "ژوئیه|ژوییه|جولای",
        "اوت|آگوست|اگوست|آگست", "سپتامبر|سپتمبر", "اکتبر|اکتوبر", "نوامبر|نومبر", "دسامبر|دسمبر",
    ),
    "Hebrew": (
        "ינואר", "פברואר", "מרץ|מרס|מארס", "אפריל", "מאי", "יוני", "יולי", "אוגוסט", "ספטמבר", "אוקטובר",
        "נובמבר", "דצמבר",
    ),
    "Syriac": (
        "ܟܢܘܢ ܐܚܪܝܐ|ܟܢܘܢ ܐܚܪܝ|ܟܢܘܢ ܒ", "ܫܒܛ", "ܐܕܪ", "ܢܝܣܢ", "ܐܝܪ", "ܚܙܝܪܢ", "ܬܡܘܙ", "ܐܒ", "ܐܝܠܘܠ",
        "ܬܫܪܝܢ ܩܕܡܝܐ|ܬܫܪܝܢ ܩܕܝܡ|ܬܫܪܝܢ ܐ", "ܬܫܪܝܢ ܐܚܪܝܐ|ܬܫܪܝܢ ܐܚܪܝ|ܬܫܪܝܢ ܒ", "ܟܢܘܢ ܩܕܡܝܐ|ܟܢܘܢ ܩܕܝܡ|ܟܢܘܢ ܐ",
    ),
    "Armenian": (
        "հունվար|հունվարի", "փետրվար|փետրվարի", "մարտ|մարտի", "ապրիլ|ապրիլի", "մայիս|մայիսի",
        "հունիս|հունիսի",
        "հուլիս|հուլիսի", "օգոստոս|օգոստոսի", "սեպտեմբեր|սեպտեմբերի", "հոկտեմբեր|հոկտեմբերի",
        "նոյեմբեր|նոյեմբերի", "դեկտեմբեր|դեկտեմբերի",
    ),
    "English": (
        "January|Jan", "February|Feb", "March|Mar", "April|Apr", "May", "June|Jun", "July|Jul",
        "August|Aug",
        "September|Sept|Sep", "October|Oct", "November|Nov", "December|Dec",
    ),
    "French": (
        "janvier|janv", "février|févr|fév", "mars", "avril|avr", "mai", "juin", "juillet|juil", "août",
        "septembre", "octobre", "novembre", "décembre|déc",
    ),
    "German": (
        "Januar|Jänner", "Februar", "März", "", "", "Juni", "Juli", "", "", "Oktober|Okt", "",
        "Dezember|Dez",
    ),
    "Spanish": (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre|setiembre",
        "octubre",
        "noviembre", "diciembre",
    ),
    "Italian": (
        "gennaio", "febbraio", "", "aprile", "maggio", "giugno", "luglio", "", "settembre", "ottobre", "",
        "dicembre",
    ),
    "Russian": (
        "январь|января|янв", "февраль|февраля|фев", "март|марта", "апрель|апреля|апр", "май|мая",
        "июнь|июня",
        "июль|июля", "август|августа|авг", "сентябрь|сентября|сен", "октябрь|октября|окт",
        "ноябрь|ноября|ноя",
        "декабрь|декабря|дек",
    ),
    "Ukrainian": (
        "січень|січня", "лютий|лютого", "березень|березня", "квітень|квітня", "травень|травня",
        "червень|червня", "липень|липня", "серпень|серпня", "вересень|вересня", "жовтень|жовтня",
        "листопад|листопада", "грудень|грудня",
    ),
}  # fmt: skip
_LUNAR_HIJRI = {
    "Arabic": (
        "محرم|المحرم|محرم الحرام|Muharram", "صفر|Safar", "ربيع الأول|ربيع أول|ربيع 1",
        "ربيع الثاني|ربيع الآخر|ربيع ثاني|ربيع ثان|ربيع 2",
        "جمادى الأولى|جمادى الأول|جمادى أول|جماد الأول|جمادي اولى|جمادى 1",
        "جمادى الآخرة|جمادى الثانية|جمادى الثاني|جمادى الآخر|جمادى ثاني|جماد الثاني|جماد الآخر|جمادى 2",
        "رجب|Rajab", "شعبان|Shaban|Sha'ban", "رمضان|Ramadan", "شوال|Shawwal",
        "ذو القعدة|ذي القعدة|ذوالقعدة|ذيالقعدة|ذى القعدة|القعدة",
        "ذو الحجة|ذي الحجة|ذوالحجة|ذيالحجة|ذى الحجة|الحجة",
    ),
}  # fmt: skip
_SOLAR_HIJRI = {
    "Persian": (
        "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد|امرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن",
        "اسفند|اسپند",
    ),
    "Dari": (
        "حمل", "ثور", "جوزا", "سرطان", "اسد", "سنبله", "میزان", "عقرب", "قوس", "جدی", "دلو", "حوت",
    ),
    "Sorani": (
        "خاکەلێوە", "گوڵان|بانەمەڕ", "جۆزەردان", "پووشپەڕ|پوشپەڕ", "گەلاوێژ", "خەرمانان", "ڕەزبەر|رەزبەر",
        "گەڵاڕێزان|خەزەڵوەر", "سەرماوەز", "بەفرانبار", "", "ڕەشەمە|رەشەمە",
    ),
}  # fmt: skip
_WEEKDAYS = {
    "Arabic": (
        "الاثنين|الإثنين|اثنين|الأثنين", "الثلاثاء|الثلثاء|ثلاثاء|الثلاثا",
        "الأربعاء|الاربعاء|أربعاء|الاربعا",
        "الخميس|خميس", "الجمعة|جمعة", "السبت|سبت", "الأحد|الاحد|أحد",
    ),
    "Sorani": ("دووشەممە|دوشەممە", "سێشەممە", "چوارشەممە", "پێنجشەممە", "هەینی", "شەممە", "یەکشەممە"),
    "Kurmanji": (
        "Duşem|Duşemê", "Sêşem|Sêşemê", "Çarşem|Çarşemê", "Pêncşem|Pêncşemê", "În|Înê",
        "Şemî|Şemiyê|Şemiya",
        "Yekşem|Yekşemê",
    ),
    "Turkish": (
        "Pazartesi|Pzt", "Salı", "Çarşamba|Çar", "Perşembe|Per", "Cuma", "Cumartesi|Cmt", "Pazar|Paz",
    ),
    "Persian": (
        "دوشنبه|دو شنبه", "سه‌شنبه|سه شنبه", "چهارشنبه|چهار شنبه", "پنجشنبه|پنج شنبه", "جمعه|آدینه", "شنبه",
        "یکشنبه|یک شنبه",
    ),
    "Hebrew": ("שני", "שלישי", "רביעי", "חמישי", "שישי|ששי", "שבת", "ראשון"),
    "Armenian": ("երկուշաբթի", "երեքշաբթի", "չորեքշաբթի", "հինգշաբթի", "ուրբաթ", "շաբաթ", "կիրակի"),
    "English": (
        "Monday|Mon", "Tuesday|Tue|Tues", "Wednesday|Wed", "Thursday|Thu|Thur|Thurs", "Friday|Fri",
        "Saturday|Sat", "Sunday|Sun",
    ),
    "French": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "German": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag|Sonnabend", "Sonntag"),
    "Spanish": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "Italian": ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
    "Russian": ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),
    "Ukrainian": ("понеділок", "вівторок", "середа", "четвер", "п'ятниця", "субота", "неділя"),
}  # fmt: skip


def _numbers(languages: Mapping[str, tuple[str, ...]], first: int) -> dict[str, int]:
    return {
        fold(name): number
        for names_in_order in languages.values()
        for number, names in enumerate(names_in_order, start=first)
        for name in names.split("|")
        if name
    }


MONTHS = _numbers(_GREGORIAN, 1)
"""Gregorian month names, folded. Names of two words (or a word and a digit) have one space between them."""
HIJRI_MONTHS = _numbers(_LUNAR_HIJRI, 1)
"""Months of the Islamic lunar calendar, folded."""
JALALI_MONTHS = _numbers(_SOLAR_HIJRI, 1)
"""Months of the solar Hijri calendar of Iran and Afghanistan, folded; read only beside one of its years."""
WEEKDAYS = _numbers(_WEEKDAYS, 0)
"""Weekday names, folded, with `datetime.weekday()`'s numbers."""
