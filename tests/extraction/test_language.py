import pytest

from crawler.extraction.language import detect_language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "أعلنت وزارة الصحة اليوم عن افتتاح مشفى جديد في ريف المحافظة بعد عامين من العمل."),
        ("ar", "قال المتحدث باسم Reuters إن شركة Google و Microsoft أعلنتا عن الخطة في دمشق اليوم."),
        ("fa", "وزیر خارجه ایران اعلام کرد که مذاکرات با طرف مقابل در این هفته از سر گرفته می شود."),
        ("ku", "وەزارەتی تەندروستی هەرێمی کوردستان ڕایگەیاند کە نەخۆشخانەیەکی نوێ لە هەولێر دەکرێتەوە."),
        (
            "ku",
            "Rêveberiya Xweser ragihand ku di meha bê de li Qamişlo nexweşxaneyek nû ji bo xelkê vedibe.",
        ),
        (
            "tr",
            "Sağlık Bakanlığı, ilde yeni bir hastanenin açıldığını duyurdu.",
        ),
        (
            "en",
            "The Ministry of Health said on Monday that a new hospital was opened after two years.",
        ),
        (None, "Glābēji nākamajā dienā pēc zemes nogruvuma atraduši vēl piecus bojāgājušos, ziņo policija."),
        ("fr", "Le ministre a déclaré que les travaux de la route étaient terminés après deux années."),
        (None, "عاجل"),
        (None, "123 456"),
    ],
)
def test_told_apart(language: str | None, text: str) -> None:
    assert detect_language(text, "ar") == language


def test_the_tag_alone_decides_nothing() -> None:
    assert (
        detect_language("The committee said that the report was delayed for the second time.", "ar") == "en"
    )
