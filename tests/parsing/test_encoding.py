"""One decoder for all documents: which encoding the bytes are in, whatever they declare."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.encoding import decode

ARABIC = "أعلنت بلدية حلب يوم الأحد افتتاح السوق القديم بعد أعمال ترميم استمرت عامين كاملين في المدينة. "
FRENCH = "Le marché rénové a été inauguré dimanche après deux années de travaux, a déclaré le maire. "
RUSSIAN = "Мэрия сообщила об открытии старого рынка после двух лет восстановительных работ в городе. "
TEXTS = {"cp1256": ARABIC, "iso-8859-6": ARABIC.replace("—", ""), "cp1252": FRENCH, "cp1251": RUSSIAN}


def page(text: str, encoding: str, declared: str | None = None) -> bytes:
    meta = f'<meta charset="{declared}">' if declared else ""
    return f"<html><head>{meta}</head><body>{text * 20}</body></html>".encode(encoding)


@pytest.mark.parametrize("declared", [None, "utf-8", "windows-1256", "iso-8859-1", "punycode", "nonsense"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1256", "iso-8859-6", "utf-16", "utf-16-le", "utf-16-be"])
def test_arabic_is_read_whatever_is_declared(encoding: str, declared: str | None) -> None:
    body = page(ARABIC, encoding, declared)
    assert ARABIC in decode(body)
    assert ARABIC in decode(body, declared)


@pytest.mark.parametrize(("encoding", "text"), [("cp1252", FRENCH), ("cp1251", RUSSIAN)])
def test_other_scripts_are_read_where_they_are_declared(encoding: str, text: str) -> None:
    assert text in decode(page(text, encoding, encoding))
    assert text in decode(page(text, encoding), encoding)


@pytest.mark.parametrize("every", [200, 50, 20, 8])
def test_damaged_utf8_stays_utf8(every: int) -> None:
    """A letter in so many has lost its first byte, as a conversion on the way may do it."""
    letters = "".join(ARABIC * 20)
    body = b"".join(
        b"?" + letter.encode()[1:] if number % every == 0 and not letter.isascii() else letter.encode()
        for number, letter in enumerate(letters, 1)
    )
    text = decode(body)
    assert sum("\u0600" <= letter <= "\u06ff" for letter in text) > 0.8 * len(letters) * 0.7


def test_a_letter_cut_at_the_end_is_dropped() -> None:
    assert decode("خبر".encode()[:-1]) == "خب"


@given(st.binary(max_size=500), st.sampled_from([None, "utf-8", "utf-16", "gb2312", "hz", "x", "idna"]))
def test_no_bytes_break_it(body: bytes, charset: str | None) -> None:
    decode(body, charset)
