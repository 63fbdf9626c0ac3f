"""What counts itself is no revision; what an editor corrects is one, a single figure included."""

import pytest

from crawler.pipelines.stored_article import changes_by_itself

STORY = "أعلنت البلدية انتهاء ترميم الجسر الحجري.\n\nوشارك في العمل {} متطوعاً من الأهالي خلال 3 أشهر."
BYLINE = "السبت 27 كانون الأول 2025 - 23:46 | بقلم: سامر العلي | عدد القراءات: {}"


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (BYLINE.format("902"), BYLINE.format("1,317")),
        ("٩٠٢ مشاهدة", "١٣١٧ مشاهدة"),
        ("Views: 45 | Comments: 3", "Views: 51 | Comments: 4"),
        ("نُشر قبل 59 دقيقة", "نُشر قبل ساعة"),
        ("منذ 3 ساعات", "منذ 5 ساعات"),
        ("Updated 2 hours ago", "Updated 3 days ago"),
        ("Okunma: 120", "Okunma: 133"),
        ("Просмотров: 12", "Просмотров: 90"),
    ],
)
def test_counters_and_stretches_of_time_change_by_themselves(earlier: str, later: str) -> None:
    story = STORY.format(20)
    assert changes_by_itself(f"{earlier}\n\n{story}", f"{later}\n\n{story}")
    assert changes_by_itself(f"{story}\n\n{earlier}", f"{story}\n\n{later}")


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (STORY.format(20), STORY.format(25)),
        ("عدد القتلى: 12", "عدد القتلى: 15"),
        ("الحصيلة: 5 قتلى و20 جريحاً", "الحصيلة: 7 قتلى و20 جريحاً"),
        ("سعر الصرف: 14500 ليرة", "سعر الصرف: 14650 ليرة"),
        (BYLINE.format("902"), BYLINE.format("902").replace("سامر العلي", "سامر الحسن")),
        ("عدد القراءات: 902", "عدد القراءات: كثير"),
        ("منذ 3 ساعات", "منذ 3 قتلى"),
        ("The march begins at 10:00", "The march begins at 11:00"),
        ("Views: 45", "Views: 45\n\nAnother paragraph of the story."),
        (
            "قال شهود إن القصف بدأ منذ 3 ساعات، وإن فرق الإنقاذ وصلت إلى المكان بعد وقت قصير منه وما زالت "
            "تعمل هناك مع الأهالي لرفع الأنقاض.",
            "قال شهود إن القصف بدأ منذ 5 ساعات، وإن فرق الإنقاذ وصلت إلى المكان بعد وقت قصير منه وما زالت "
            "تعمل هناك مع الأهالي لرفع الأنقاض.",
        ),
    ],
)
def test_what_an_editor_changes_is_a_revision(earlier: str, later: str) -> None:
    assert not changes_by_itself(f"{earlier}\n\nفقرة أخرى.", f"{later}\n\nفقرة أخرى.")
