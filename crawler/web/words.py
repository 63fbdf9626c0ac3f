"""The words of the archive's pages in Arabic and English; `dedup.report.phrases` says numbers and times."""

from collections.abc import Mapping
from typing import Final

from dedup.report.phrases import trouble

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "khabar": ("خبر", "Khabar"),
    "archive": ("الأرشيف", "Archive"),
    "overview": ("المواقع", "Sites"),
    "search": ("البحث", "Search"),
    "report": ("تقرير التكرار", "Duplicates"),
    "switch": ("English", "العربية"),
    "skip": ("انتقل إلى المحتوى", "Skip to the content"),
    "menu": ("أقسام الأرشيف", "Parts of the archive"),
    "footer": (
        "يُعرض الأرشيف للقراءة فقط. لكل صفحة بياناتها بصيغة JSON.",
        "The archive is shown read-only. Each page has its data as JSON.",
    ),
    "zone": ("الأوقات بتوقيت", "Times are those of"),
    "json": ("بيانات الصفحة (JSON)", "This page's data (JSON)"),
    "openapi": ("وصف الواجهة (OpenAPI)", "The interface (OpenAPI)"),
    # Overview
    "health": ("حال المواقع", "How the sites are doing"),
    "health_help": (
        "كل عمود زحفٌ، أحدثها في آخر السطر، وارتفاعه بقدر ما جاء به من جديد؛ والخط الأحمر زحفٌ لم ينجح.",
        "Each column is a crawl, the latest at the end, as high as what it brought that was new; "
        "a red line is a crawl that went wrong.",
    ),
    "articles": ("المقالات", "Articles"),
    "originals": ("القصص", "Unique stories"),
    "duplicates": ("النسخ المكررة", "Duplicates"),
    "removed": ("حُذفت من مواقعها", "Taken down by their sites"),
    "quarantined": ("في الحجر", "In quarantine"),
    "in_trouble": ("مواقع متعثرة", "Sites in trouble"),
    "of_sites": ("من أصل", "of"),
    "site": ("الموقع", "Site"),
    "state": ("الحال", "State"),
    "last_crawl": ("آخر زحف", "Last crawl"),
    "crawls": ("الزحوف", "Crawls"),
    "days30": ("مقالات آخر 30 يومًا", "Articles of the last 30 days"),
    "per_day": ("المقالات يومًا بيوم", "Articles by day"),
    "newest": ("أحدث مقالة", "Newest article"),
    "ok": ("سليم", "well"),
    "trouble": ("متعثر", "in trouble"),
    "running": ("قيد الزحف", "being crawled"),
    "never": ("لم يُزحف بعد", "not crawled yet"),
    "refreshed": ("آخر نظر في الجديد", "Last looked for news"),
    "empty": ("الأرشيف فارغ بعد.", "The archive is still empty."),
    "empty_help": (
        "ابدأ بزحف موقع: khabar crawl، أو جرّب khabar demo.",
        "Crawl a site with khabar crawl, or try khabar demo.",
    ),
    "indexing": ("يُبنى فهرس البحث…", "The search index is being made…"),
    "indexing_help": (
        "ينتهي ذلك في ثوانٍ لأرشيف صغير، ودقائق لأرشيف كبير. أعد تحميل الصفحة.",
        "That takes seconds for a small archive and minutes for a large one. Reload this page.",
    ),
    # Verdicts, beside those that the dedup report has words for
    "store_lost": ("انقطع المخزن", "the store went away"),
    "lease_held": ("يزحفه غيرنا", "crawled by another"),
    "lease_lost": ("انتقل إلى غيرنا", "went to another"),
    # Site
    "home": ("الصفحة الرئيسة", "Home page"),
    "started": ("بدأ", "Started"),
    "took": ("استغرق", "Took"),
    "kind": ("النوع", "Kind"),
    "taken": ("صفحات", "Pages"),
    "new": ("جديد", "New"),
    "left": ("بقي", "Left"),
    "verdict": ("الحكم", "Verdict"),
    "ended_as": ("كيف انتهت الصفحات", "How the pages ended"),
    "latest": ("أحدث المقالات", "Latest articles"),
    "all_of_site": ("كل مقالات الموقع", "All articles of this site"),
    "quarantine": ("صفحات في الحجر", "Pages in quarantine"),
    "quarantine_help": (
        "صفحات لم يستطع الاستخراج التعامل معها، حُفظت كما جُلبت لينظر فيها إنسان.",
        "Pages that extraction could not cope with, kept as fetched for a person to look at.",
    ),
    "reason": ("السبب", "Reason"),
    "fetched": ("جُلبت", "Fetched"),
    "size": ("الحجم", "Size"),
    "scheduled": ("مجدول", "scheduled"),
    "manual": ("يدوي", "manual"),
    "recrawl": ("إعادة زحف", "recrawl"),
    "backfill": ("استكمال", "backfill"),
    # Search
    "query": ("كلمات البحث", "Words to look for"),
    "query_help": (
        "تُهمل الهمزات والحركات وأشكال الياء والتاء المربوطة. «عبارة كاملة» بين علامتي تنصيص، "
        "و-كلمة للاستبعاد، وكلمة* لما يبدأ بها.",
        'Spellings of hamza, marks, ya and ta marbuta do not matter. "A phrase" in quotes, '
        "-word to leave out, word* for what begins so.",
    ),
    "language": ("اللغة", "Language"),
    "since": ("من يوم", "From day"),
    "until": ("قبل يوم", "Before day"),
    "all": ("الكل", "All"),
    "dup_no": ("بلا نسخ مكررة", "Without duplicates"),
    "dup_yes": ("مع النسخ المكررة", "With duplicates"),
    "dup_only": ("النسخ المكررة وحدها", "Duplicates alone"),
    "go": ("ابحث", "Search"),
    "older": ("الأقدم", "Older"),
    "first_page": ("العودة إلى الأحدث", "Back to the newest"),
    "no_hits": ("لا شيء بهذه الكلمات.", "Nothing with these words."),
    "no_hits_help": (
        "جرّب كلمات أقل، أو فترة أوسع، أو البحث مع النسخ المكررة.",
        "Try fewer words, a longer period, or look among the duplicates too.",
    ),
    "more_than": ("أكثر من", "more than"),
    "results": ("النتائج", "Results"),
    "filters": ("حصر النتائج", "Narrow the results"),
    # Article
    "duplicate": ("نسخة مكررة", "Duplicate"),
    "removed_mark": ("حُذفت من موقعها", "taken down by its site"),
    "revised_mark": ("عُدّلت", "edited"),
    "of_original": ("الأصل", "the first"),
    "published": ("نُشرت", "Published"),
    "seen": ("رُصدت أول مرة", "First seen"),
    "authors": ("الكاتب", "By"),
    "agency": ("الوكالة", "Agency"),
    "section": ("القسم", "Section"),
    "tags": ("وسوم", "Tags"),
    "address": ("العنوان", "Address"),
    "aliases": ("عناوين أخرى", "Other addresses"),
    "modified": ("عُدّلت في", "Modified"),
    "date_source": ("مصدر التاريخ", "Date read from"),
    "captured": ("التُقطت الصفحة", "Page captured"),
    "html_sha256": ("بصمة الصفحة الخام SHA-256", "SHA-256 of the raw page"),
    "text_sha256": ("بصمة النص SHA-256", "SHA-256 of the text"),
    "id": ("المعرّف", "Id"),
    "facts": ("بيانات الحفظ", "The record"),
    "story": ("القصة", "Story"),
    "story_of": ("هذه القصة في المواقع", "This story elsewhere"),
    "this_one": ("هذه المقالة", "this article"),
    "article": ("المقالة", "Article"),
    "open_story": ("القصة كاملة وفروقها", "The whole story and its differences"),
    "compare": ("قارن", "Compare"),
    "compare_with": ("قارن بهذه", "Compare with this"),
    "neighbours": ("قبلها وبعدها في الموقع", "Before and after it on the site"),
    "before": ("قبلها", "Before"),
    "after": ("بعدها", "After"),
    "revisions": ("الصيغ السابقة", "Earlier wordings"),
    "revision": ("الصيغة", "Wording"),
    "seen_between": ("شوهدت", "Seen"),
    "to": ("حتى", "to"),
    "was": ("كانت", "Before"),
    "became": ("صارت", "After"),
    "same_words": ("الكلمات نفسها.", "The same words."),
    "no_text": ("لا نص غير العنوان.", "It says all in its headline."),
    "similarity": ("التشابه", "Similarity"),
    # Story
    "members": ("المقالات بترتيب الزمن", "The articles in time order"),
    "difference": ("الفروق كلمة كلمة", "Word by word"),
    "first_member": ("الأولى", "One"),
    "second_member": ("الثانية", "The other"),
    "choose": ("اختر مقالتين", "Choose two articles"),
    "legend_cut": ("حُذف", "cut"),
    "legend_added": ("أُضيف أو تغيّر", "added or changed"),
    "legend_figure": ("رقم أو اسم", "number or name"),
    # Report
    "report_wait": ("التقرير قيد الإعداد…", "The report is being made…"),
    "report_wait_help": (
        "يستغرق ذلك ثوانيَ لأرشيف كبير. تُحدَّث هذه الصفحة من نفسها.",
        "That takes some seconds for a large archive. This page reloads by itself.",
    ),
    # Errors
    "not_found": ("لا شيء هنا", "Nothing here"),
    "not_found_help": (
        "لا يعرف الأرشيف هذا العنوان. ربما كُتب خطأً، أو لم تُفهرس المقالة بعد.",
        "The archive does not know this address. It may be mistyped, or the article is not indexed yet.",
    ),
    "bad_request": ("طلب غير مفهوم", "This request makes no sense"),
    "unavailable": ("المخزن لا يستجيب", "The store does not answer"),
    "unknown": ("غير معلوم", "unknown"),
}
"""Arabic and English by key."""


def word(key: str, lang: str) -> str:
    """The words for `key`; a key that is not ours, such as a newer verdict, is said as it is."""
    found = WORDS.get(key)
    return trouble(key, lang) if found is None else found[lang != "ar"]
