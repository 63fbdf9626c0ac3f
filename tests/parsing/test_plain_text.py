"""Plain text out of bits of HTML."""

import pytest

from crawler.parsing.plain_text import one_line, paragraphs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  عنوان \n الخبر ", "عنوان الخبر"),
        ("&laquo;قول&raquo;", "«قول»"),
        ("&amp;laquo;قول&amp;raquo;", "«قول»"),
        ("<b>عنوان</b> الخبر", "عنوان الخبر"),
        ("&lt;b&gt;عنوان&lt;/b&gt;", "عنوان"),
        ("3 < 5 و 7 > 2", "3 < 5 و 7 > 2"),
        ("", None),
        (None, None),
        ("<br/>", None),
    ],
)
def test_one_line(text: str | None, expected: str | None) -> None:
    assert one_line(text) == expected


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("<p>أول</p><p>ثان <b>عريض</b> تتمة</p>", ["أول", "ثان عريض تتمة"]),
        ("أول<br>ثان<br/><br/>ثالث", ["أول", "ثان", "ثالث"]),
        ("<div>أول<p>ثان</p>ذيل</div>", ["أول", "ثان", "ذيل"]),
        ("<ul><li>أ</li><li>ب</li></ul>", ["أ", "ب"]),
        (
            "<p>نص</p><script>alert(1)</script><style>p{}</style><figure><figcaption>صورة</figcaption></figure>",
            ["نص"],
        ),
        ("<p>نص</p><p>&nbsp;</p><p></p>", ["نص"]),
        ("<p>نص<!-- تعليق --> تتمة</p>", ["نص تتمة"]),
        ("سطر أول\nيتصل\n\nفقرة ثانية &amp; أخيرة", ["سطر أول يتصل", "فقرة ثانية & أخيرة"]),
        ("<p>نص</p><p>The post <a href='x'>عنوان</a> appeared first on <a>موقع</a>.</p>", ["نص"]),
        ("<p>نص</p><p>ظهرت المقالة <a>عنوان</a> أولاً على <a>موقع</a>.</p>", ["نص"]),
        ("<p>ظهرت أعمدة الدخان فوق المدينة صباحاً.</p>", ["ظهرت أعمدة الدخان فوق المدينة صباحاً."]),
    ],
)
def test_paragraphs(fragment: str, expected: list[str]) -> None:
    assert paragraphs(fragment) == "\n\n".join(expected)


@pytest.mark.parametrize("fragment", [None, "", "  ", "<p> </p>", "<img src='x'>"])
def test_nothing_left_is_none(fragment: str | None) -> None:
    assert paragraphs(fragment) is None


def test_hostile_nesting_does_not_exhaust_the_stack() -> None:
    text = paragraphs("<p>قبل</p>" + "<b>" * 50_000 + "x")
    assert text is not None
    assert text.startswith("قبل")
