"""What changes in a page by itself, such as counters of readers and "3 hours ago", is no revision.

Judged by what differs: numbers, beside a word that says what they count, in a short line. A toll, a price, a
date that an editor corrected are none of these.
"""

from difflib import SequenceMatcher
from itertools import chain

from dedup.text.shingles import words

COUNTED = (
    "قراءات القراءات قراءة القراء قارئ مشاهدات المشاهدات مشاهدة مشاهدين زيارات الزيارات زيارة زائر "
    "تعليقات التعليقات مشاركات المشاركات إعجاب إعجابات تحميلات "
    "views view reads read readers visits hits comments shares likes downloads "
    "görüntüleme görüntülenme okunma okuma yorum paylaşım "
    "просмотров просмотра просмотры прочтений комментариев репостов "
    "بازدید نظر دیدگاه vues lectures commentaires Aufrufe Kommentare lecturas visitas comentarios"
)
"""What a page counts of its own readers, in the languages of the seeds' sites."""

SINCE = "منذ قبل ago önce назад پیش il hace vor since updated آخر تحديث"
"""Words beside a stretch of time that is counted from the moment at which the page is asked for."""

UNITS = (
    "ثانية ثوان ثواني دقيقة دقائق دقيقتين ساعة ساعات ساعتين يوم أيام يومين أسبوع أسابيع أسبوعين شهر أشهر "
    "second seconds minute minutes min mins hour hours day days week weeks month months "
    "saniye dakika saat gün hafta ay секунд минут минуты минуту час часа часов день дня дней неделю недели "
    "heure heures jour jours minuto minutos hora horas Stunden Minuten Tage"
)
"""Units of such a stretch: "59 minutes ago" becomes "an hour ago"."""

NEAR = 2
"""Words between a number and what it counts."""

LONGEST_LINE = 25
"""Words of a line that holds counters: by-line, date and two counters are 20."""

_COUNTED, _SINCE, _UNITS = (frozenset(words(table)) for table in (COUNTED, SINCE, UNITS))


def changes_by_itself(earlier: str, later: str) -> bool:
    """Whether two texts differ in nothing but what changes by itself.

    Args:
        earlier: A text, paragraphs parted by blank lines.
        later: The same page's text at another time.
    """
    before, after = earlier.split("\n\n"), later.split("\n\n")
    if len(before) != len(after):
        return False
    pairs = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    return all(_is_counter(*pair) for pair in pairs)


def _is_counter(earlier: str, later: str) -> bool:
    before, after = words(earlier), words(later)
    if max(len(before), len(after)) > LONGEST_LINE:
        return False
    changes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return all(
        _counts_itself(before, slice(i1, i2), after, slice(j1, j2))
        for tag, i1, i2, j1, j2 in changes
        if tag != "equal"
    )


def _counts_itself(before: list[str], cut: slice, after: list[str], added: slice) -> bool:
    changed = [*before[cut], *after[added]]
    around = set(chain(_around(before, cut), _around(after, added), changed))
    if all(any(map(str.isdecimal, word)) for word in changed) and around & _COUNTED:
        return True
    measures = all(word in _UNITS or any(map(str.isdecimal, word)) for word in changed)
    return measures and bool(around & _SINCE) and bool(around & _UNITS)


def _around(line: list[str], place: slice) -> list[str]:
    return line[max(place.start - NEAR, 0) : place.stop + NEAR]
