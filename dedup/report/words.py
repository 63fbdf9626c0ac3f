"""The report's words in Arabic and English; `dedup.report.phrases` says them."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "title": ("تقرير التكرار", "Duplicates report"),
    "lead": (
        "مَن نشر أولًا، ومَن أعاد النشر، وبعد كم من الوقت، وبأي قدر من التشابه.",
        "Who published first, who carried it, how much later, and how alike the versions are.",
    ),
    "skip": ("انتقل إلى المحتوى", "Skip to the content"),
    "contents": ("أقسام التقرير", "Sections of this report"),
    "generated": ("أُعدّ في", "Made on"),
    "period": ("الفترة", "Period"),
    "period_all": ("الأرشيف كله", "the whole archive"),
    "period_from": ("من", "from"),
    "period_until": ("حتى ما قبل", "until just before"),
    "zone": ("الأوقات بتوقيت", "Times are in"),
    "empty": ("لا مقالات في هذه الفترة.", "There are no articles in this period."),
    "empty_help": (
        "ابدأ بزحف موقع، أو اختر فترة أوسع، ثم أعد إنشاء التقرير.",
        "Crawl a site, or choose a longer period, then make the report again.",
    ),
    "no_duplicates": ("لم يُعثر على نسخ مكررة.", "No duplicates were found."),
    # Headline figures
    "figures": ("الأرقام الرئيسة", "Headline figures"),
    "articles": ("المقالات", "Articles"),
    "stories": ("القصص", "Unique stories"),
    "duplicates": ("النسخ المكررة", "Duplicates"),
    "share": ("نسبة التكرار", "Duplicate share"),
    "part": ("النسبة", "Share"),
    "close": ("إغلاق", "Close"),
    "all_flows": ("بقية المسارات", "The other routes"),
    "by_reason": ("النسخ المكررة بحسب النوع", "Duplicates by kind"),
    "kind": ("النوع", "Kind"),
    "exact": ("مطابقة", "exact"),
    "near": ("شبه مطابقة", "near"),
    "contains": ("تزيد على الأصل", "contains the original"),
    "contained": ("مقتطعة من الأصل", "part of the original"),
    "unstated": ("بلا نوع", "unstated"),
    # Sites
    "sites": ("المواقع", "Sites"),
    "sites_help": (
        "الأصالة: نسبة ما نشره الموقع أولًا أو انفرد به من مجموع مقالاته.",
        "Originality: the share of a site's articles that it had first or alone.",
    ),
    "site": ("الموقع", "Site"),
    "first": ("السبق", "Had first"),
    "alone": ("الانفراد", "Alone"),
    "originality": ("الأصالة", "Originality"),
    # Who republishes whom
    "flows": ("مَن يعيد النشر عمّن", "Who republishes whom"),
    "flows_help": (
        "الصفوف: مَن نشر أولًا. الأعمدة: مَن أعاد النشر. كلما اشتد لون الخلية زادت النسخ.",
        "Rows: who had it first. Columns: who carried it. The darker the cell, the more copies.",
    ),
    "flows_all": ("كل المسارات في الجدول أدناه.", "Each route is in the table below."),
    "flow": ("المسار", "Route"),
    "flow_to": ("إلى", "to"),
    "carried_from": ("نشرته أولًا", "had it first"),
    "count": ("العدد", "Count"),
    "median_delay": ("وسيط التأخر", "Median delay"),
    "median_similarity": ("وسيط التشابه", "Median similarity"),
    "own": ("إعادة نشر ذاتية", "own repost"),
    "all_pairs": ("كل الأزواج", "All pairs"),
    "last_all": ("كل الأرشيف", "The whole archive"),
    "last_365": ("آخر سنة", "The last year"),
    "last_30": ("آخر 30 يومًا", "The last 30 days"),
    "last_7": ("آخر 7 أيام", "The last 7 days"),
    "examples": ("أحدث الأمثلة", "Latest pairs"),
    # Stories
    "largest": ("أكبر القصص", "Largest stories"),
    "recent": ("أحدث القصص", "Most recent stories"),
    "stories_help": (
        "القصص التي رواها أكثر من مقالة، ومقالاتها بترتيب الزمن.",
        "Stories that more than one article tells, with their articles in time order.",
    ),
    "story_above": ("وردت أعلاه بين أكبر القصص", "shown above among the largest stories"),
    "original": ("الأصل", "first"),
    "earlier": (
        "أول مقالة في هذه القصة خارج نطاق التقرير.",
        "This story's first article lies outside this report.",
    ),
    "time_line": ("الخط الزمني", "Time line"),
    "similarity": ("التشابه", "Similarity"),
    "undated": ("وقت الرصد", "when first seen"),
    "differences": ("الفروق عن الأصل", "Differences from the first"),
    "was": ("الأصل", "First"),
    "now": ("هذه النسخة", "This version"),
    "same_words": ("الكلمات نفسها.", "The same words."),
    # Similarity
    "histogram": ("توزيع التشابه", "How similar the duplicates are"),
    "histogram_help": (
        "عدد النسخ المكررة في كل درجة تشابه. لا تُرسم النسخ المطابقة كي لا تطغى على سواها.",
        "Duplicates at each degree of similarity. Exact copies are not drawn: they would dwarf the others.",
    ),
    "of_these_exact": ("منها مطابقة", "Of these exact"),
    "boundary": ("حدّ القرار", "Decision boundary"),
    "borderline": ("نسخ على الحدّ", "Borderline duplicates"),
    "borderline_help": (
        "أقل النسخ المكررة شبهًا بأصلها: يحسن أن ينظر فيها إنسان.",
        "The duplicates least like their first article: worth a person's look.",
    ),
    "near_misses": ("لم تُعدّ مكررة بفارق ضئيل", "Just short of a duplicate"),
    "near_misses_help": (
        "آخر الأزواج التي قورنت وعُدّت قصتين: يحسن أن ينظر فيها إنسان.",
        "The latest pairs that were compared and held to be two stories: worth a person's look.",
    ),
    # Time
    "days": ("النسخ المكررة عبر الزمن", "Duplicates over time"),
    "days_help": ("نصيب النسخ المكررة من مقالات كل فترة.", "Duplicates among the articles of each period."),
    "day": ("اليوم", "Day"),
    "month": ("الشهر", "Month"),
    "year": ("السنة", "Year"),
    "others": ("مقالات أخرى", "Other articles"),
    # Sites, their pages and what was taken off them
    "notes": ("متاعب المواقع", "Sites in trouble"),
    "notes_help": (
        "ما تعثر في آخر زحف، والصفحات التي تنتظر أن ينظر فيها إنسان، والفقرات المتكررة التي حُذفت من النصوص.",
        "What went wrong in the last crawl, pages that wait for a person, "
        "and paragraphs taken off because the site repeats them.",
    ),
    "trouble": ("ما تعثر", "What is wrong"),
    "no_trouble": ("لا شيء", "nothing"),
    "quarantined": ("صفحات في الحجر", "Pages in quarantine"),
    "boilerplate": ("فقرات متكررة حُذفت", "Boilerplate removed"),
    "compare": ("قارن", "Compare"),
    "compare_one": ("المقالة", "Article"),
    "compare_other": ("بالمقالة", "with article"),
    # Shared
    "table": ("الأرقام في جدول", "The figures as a table"),
    "unknown": ("غير معلوم", "unknown"),
    "no_link": ("رابط غير صالح", "no valid link"),
    "opens": ("يفتح الموقع الأصلي", "opens the site"),
    "switch": ("English", "العربية"),
    "delay": ("التأخر", "Delay"),
    "article": ("المقالة", "Article"),
    "footer": (
        "أنشأه خبر. الصفحة كاملة في ملف واحد ولا تتصل بالشبكة.",
        "Made by Khabar. The whole page is this one file; it never uses the network.",
    ),
}
"""Arabic and English by key."""

TROUBLES: Final[Mapping[str, tuple[str, str]]] = {
    "blocked": ("محجوب عنا", "blocked"),
    "failing": ("يخفق", "failing"),
    "unreachable": ("لا يستجيب", "unreachable"),
    "nothing_discovered": ("لم يدلّ على صفحات", "names no pages"),
    "nothing_extracted": ("لم تُستخرج منه مقالات", "gives no articles"),
    "nothing_fetched": ("لا يُسمح بجلب صفحاته", "may not be fetched"),
    "fewer_than_usual": ("أقل من المعتاد", "fewer articles than usual"),
    "dates_missing": ("بلا تواريخ", "dates are missing"),
    "bodies_short": ("نصوص قصيرة", "texts are short"),
    "boilerplate": ("نصوص متكررة", "texts full of boilerplate"),
    "died": ("انقطع الزحف", "the crawl died"),
    "error": ("خطأ", "error"),
}
"""What may be wrong with a site; another word is shown as it is given."""

CATEGORIES: Final = ("zero", "one", "two", "few", "many", "other")
"""Unicode CLDR's plural categories. {n} is the number; a form that says it in a word leaves it out."""

COUNTED: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, str]]]] = {
    "n_articles": (
        ("لا مقالات", "مقالة واحدة", "مقالتان", "{n} مقالات", "{n} مقالة", "{n} مقالة"),
        ("{n} article", "{n} articles"),
    ),
    "in_n_sites": (
        ("في لا موقع", "في موقع واحد", "في موقعين", "في {n} مواقع", "في {n} موقعًا", "في {n} موقع"),
        ("on {n} site", "on {n} sites"),
    ),
    "from_n_sites": (
        ("من لا موقع", "من موقع واحد", "من موقعين", "من {n} مواقع", "من {n} موقعًا", "من {n} موقع"),
        ("from {n} site", "from {n} sites"),
    ),
    "n_told_more": (
        (
            "لم تُروَ أي قصة مرتين",
            "قصة واحدة رواها أكثر من مقالة",
            "قصتان رواهما أكثر من مقالة",
            "{n} قصص رواها أكثر من مقالة",
            "{n} قصة رواها أكثر من مقالة",
            "{n} قصة رواها أكثر من مقالة",
        ),
        ("{n} told by more than one article", "{n} told by more than one article"),
    ),
    "n_exact": (
        (
            "لا نسخ مطابقة",
            "نسخة مطابقة واحدة",
            "نسختان مطابقتان",
            "{n} نسخ مطابقة",
            "{n} نسخة مطابقة",
            "{n} نسخة مطابقة",
        ),
        ("{n} exact copy", "{n} exact copies"),
    ),
    "n_more_articles": (
        ("", "ومقالة أخرى", "ومقالتان أخريان", "و{n} مقالات أخرى", "و{n} مقالة أخرى", "و{n} مقالة أخرى"),
        ("and {n} more article", "and {n} more articles"),
    ),
    "n_more_flows": (
        (
            "",
            "ومسار آخر لم يُعرض",
            "ومساران آخران لم يُعرضا",
            "و{n} مسارات أخرى لم تُعرض",
            "و{n} مسارًا آخر لم يُعرض",
            "و{n} مسار آخر لم يُعرض",
        ),
        ("{n} more route is not shown", "{n} more routes are not shown"),
    ),
    "n_more_sites": (
        (
            "",
            "وموقع آخر لم يُعرض",
            "وموقعان آخران لم يُعرضا",
            "و{n} مواقع أخرى لم تُعرض",
            "و{n} موقعًا آخر لم يُعرض",
            "و{n} موقع آخر لم يُعرض",
        ),
        ("{n} more site is not shown", "{n} more sites are not shown"),
    ),
    "first_n_of_pairs": (
        (
            "",
            "آخر زوج من {all}",
            "آخر زوجين من {all}",
            "آخر {n} أزواج من {all}",
            "آخر {n} زوجًا من {all}",
            "آخر {n} زوج من {all}",
        ),
        ("The latest {n} of {all}", "The latest {n} of {all}"),
    ),
    "first_n_of": (
        (
            "",
            "تُعرض قصة واحدة من {all}",
            "تُعرض قصتان من {all}",
            "تُعرض {n} قصص من {all}",
            "تُعرض {n} قصة من {all}",
            "تُعرض {n} قصة من {all}",
        ),
        ("{n} of {all} shared stories is shown", "{n} of {all} shared stories are shown"),
    ),
    "n_earlier": (
        (
            "",
            "قصة واحدة يقع أصلها خارج نطاق التقرير",
            "قصتان يقع أصلهما خارج نطاق التقرير",
            "{n} قصص يقع أصلها خارج نطاق التقرير",
            "{n} قصة يقع أصلها خارج نطاق التقرير",
            "{n} قصة يقع أصلها خارج نطاق التقرير",
        ),
        ("{n} story began outside this report", "{n} stories began outside this report"),
    ),
    "n_undated": (
        (
            "",
            "مقالة واحدة بلا تاريخ نشر: يُعتمد وقت رصدها",
            "مقالتان بلا تاريخ نشر: يُعتمد وقت رصدهما",
            "{n} مقالات بلا تاريخ نشر: يُعتمد وقت رصدها",
            "{n} مقالة بلا تاريخ نشر: يُعتمد وقت رصدها",
            "{n} مقالة بلا تاريخ نشر: يُعتمد وقت رصدها",
        ),
        (
            "{n} article states no date: the time it was first seen counts",
            "{n} articles state no date: the time they were first seen counts",
        ),
    ),
    "n_unmeasured": (
        (
            "",
            "نسخة واحدة بلا درجة تشابه",
            "نسختان بلا درجة تشابه",
            "{n} نسخ بلا درجة تشابه",
            "{n} نسخة بلا درجة تشابه",
            "{n} نسخة بلا درجة تشابه",
        ),
        ("{n} duplicate has no measured similarity", "{n} duplicates have no measured similarity"),
    ),
    "n_words_same": (
        (
            "",
            "كلمة واحدة مشتركة",
            "كلمتان مشتركتان",
            "{n} كلمات مشتركة",
            "{n} كلمة مشتركة",
            "{n} كلمة مشتركة",
        ),
        ("{n} word the same", "{n} words the same"),
    ),
    "copies_of": (
        ("لا نسخ", "نسخة واحدة", "نسختان", "{n} نسخ", "{n} نسخة", "{n} نسخة"),
        ("{n} copy", "{n} copies"),
    ),
    # Delays: standing alone (nominative), and after «بعد» or «قبل» (genitive).
    "minutes": (
        ("أقل من دقيقة", "دقيقة", "دقيقتان", "{n} دقائق", "{n} دقيقة", "{n} دقيقة"),
        ("{n} min", "{n} min"),
    ),
    "hours": (("", "ساعة", "ساعتان", "{n} ساعات", "{n} ساعة", "{n} ساعة"), ("{n} h", "{n} h")),
    "days": (("", "يوم", "يومان", "{n} أيام", "{n} يومًا", "{n} يوم"), ("{n} day", "{n} days")),
    "after_minutes": (
        ("في الوقت نفسه", "بعد دقيقة", "بعد دقيقتين", "بعد {n} دقائق", "بعد {n} دقيقة", "بعد {n} دقيقة"),
        ("{n} min later", "{n} min later"),
    ),
    "after_hours": (
        ("", "بعد ساعة", "بعد ساعتين", "بعد {n} ساعات", "بعد {n} ساعة", "بعد {n} ساعة"),
        ("{n} h later", "{n} h later"),
    ),
    "after_days": (
        ("", "بعد يوم", "بعد يومين", "بعد {n} أيام", "بعد {n} يومًا", "بعد {n} يوم"),
        ("{n} day later", "{n} days later"),
    ),
    "before_minutes": (
        ("", "قبله بدقيقة", "قبله بدقيقتين", "قبله بـ{n} دقائق", "قبله بـ{n} دقيقة", "قبله بـ{n} دقيقة"),
        ("{n} min before it", "{n} min before it"),
    ),
    "before_hours": (
        ("", "قبله بساعة", "قبله بساعتين", "قبله بـ{n} ساعات", "قبله بـ{n} ساعة", "قبله بـ{n} ساعة"),
        ("{n} h before it", "{n} h before it"),
    ),
    "before_days": (
        ("", "قبله بيوم", "قبله بيومين", "قبله بـ{n} أيام", "قبله بـ{n} يومًا", "قبله بـ{n} يوم"),
        ("{n} day before it", "{n} days before it"),
    ),
}
"""Arabic (a form for each of `CATEGORIES`) and English (one, other) by key."""
