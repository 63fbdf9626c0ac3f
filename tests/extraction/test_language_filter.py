"""What is seen of a page's language without extracting it."""

import pytest

from crawler.extraction.language_filter import article_objection, longest_runs, page_objection

ARABIC = "أعلنت وزارة الصحة اليوم عن افتتاح مشفى جديد في ريف المحافظة بعد عامين من العمل."
ENGLISH = "The Ministry of Health said on Monday that a new hospital was opened after two years of work."
FRENCH = (
    "Le ministre a déclaré que les travaux de la route étaient terminés après deux années. "
    "Il a dit que les autres sont ouvertes."
)
CHINESE = "卫生部星期一宣布，经过两年的建设，一所新医院在该省农村地区正式开业，当地居民表示欢迎。"
SWITCHER = '<a href="/ar">العربية</a> <a href="/fa">فارسی</a> <a href="/ku">کوردی سۆرانی</a> <a>اردو زبان</a>'


def _page(text: str, declared: str = "", more: str = "") -> bytes:
    lang = f' lang="{declared}"' if declared else ""
    return f"<html{lang}><head><title>x</title></head><body>{more}<p>{text}</p></body></html>".encode()


@pytest.mark.parametrize(
    ("page", "languages", "objection"),
    [
        (_page(ARABIC), {"ar"}, ""),
        (_page(ARABIC, "en-US"), {"ar"}, ""),
        (_page(ENGLISH, "en"), {"ar"}, "its page has no text in the letters of ar"),
        (_page(CHINESE, "zh"), {"ar", "fa"}, "its page has no text in the letters of ar, fa"),
        # Letters of a menu are no article, and what the page says of itself may settle the rest.
        (_page(ENGLISH * 70, "en", SWITCHER), {"ar"}, "its page is in en"),
        (_page(ENGLISH, "en", SWITCHER), {"ar"}, ""),
        (_page(ENGLISH, "ar", SWITCHER), {"ar"}, ""),
        (_page(FRENCH), {"en"}, "its page is in fr"),
        (_page(FRENCH, "en"), {"en"}, ""),
        # A text may stand in a script's data alone, in escapes.
        (f"<html lang=en><script>x = {ARABIC!a}</script>".replace("\\\\", "\\").encode(), {"ar"}, ""),
        ("".join(f"&#{ord(letter)};" for letter in ARABIC).encode(), {"ar"}, ""),
        (ARABIC.encode("cp1256"), {"ar"}, ""),
        (b"%PDF-1.7", {"ar"}, ""),
    ],
)
def test_a_page_is_left_out_where_a_look_suffices(page: bytes, languages: set[str], objection: str) -> None:
    assert page_objection(page, frozenset(languages)) == objection


def test_the_longest_texts_are_looked_at() -> None:
    page = f"<!-- <p>{FRENCH} --><li>home</li><script>{FRENCH}</script><p>The <b>Ministry</b> of &amp;"
    assert longest_runs(page).split("\n")[0] == "The Ministry of &"


@pytest.mark.parametrize(
    ("text", "language", "objection"),
    [
        (ENGLISH, "en", "it is in en"),
        (ARABIC, "ar", ""),
        ("عاجل", None, ""),
        (CHINESE, None, "most of it is not in the letters of ar"),
    ],
)
def test_an_article_is_judged_by_its_text(text: str, language: str | None, objection: str) -> None:
    assert article_objection(text, language, frozenset({"ar"})) == objection
