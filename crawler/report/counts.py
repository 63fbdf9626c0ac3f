"""Phrases about a number of things, in the forms that Arabic and English have for it."""

from collections.abc import Mapping
from typing import Final

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
    "n_uncompared": (
        (
            "",
            "ولا تتسع الصفحة لفروق نسخة واحدة",
            "ولا تتسع الصفحة لفروق نسختين",
            "ولا تتسع الصفحة لفروق {n} نسخ",
            "ولا تتسع الصفحة لفروق {n} نسخة",
            "ولا تتسع الصفحة لفروق {n} نسخة",
        ),
        (
            "The page has no room for the differences of {n} copy",
            "The page has no room for the differences of {n} copies",
        ),
    ),
    "n_closed_cells": (
        (
            "",
            "وخلية واحدة لا تتسع الصفحة لأزواجها، وهي في ملف CSV",
            "وخليتان لا تتسع الصفحة لأزواجهما، وهي في ملف CSV",
            "و{n} خلايا لا تتسع الصفحة لأزواجها، وهي في ملف CSV",
            "و{n} خلية لا تتسع الصفحة لأزواجها، وهي في ملف CSV",
            "و{n} خلية لا تتسع الصفحة لأزواجها، وهي في ملف CSV",
        ),
        (
            "The page has no room for the pairs of {n} cell; they are in the CSV",
            "The page has no room for the pairs of {n} cells; they are in the CSV",
        ),
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
