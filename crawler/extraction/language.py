"""Which language a text is in: Arabic, Kurdish, Turkish, English and those that are mistaken for them.

By script, then by letters that one language alone has, then by its commonest words. Dedicated detectors are
trained on long clean text; headlines and mixed scripts are the rule here, and five languages need no model.
"""

import re
from collections import Counter

SAMPLE_CHARS = 6_000
MIN_LETTERS = 20
"""Less than this tells nothing reliable."""

_ARABIC = re.compile("[ء-ۿݐ-ݿﭐ-﷿ﹰ-ﻼ]+")
_LATIN = re.compile("[A-Za-zÀ-ɏ]+")
_CYRILLIC = re.compile("[Ѐ-ӿ]+")
_HEBREW = re.compile("[א-ת]+")
_ARMENIAN = re.compile("[Ա-ֆ]+")
_SYRIAC = re.compile("[ܐ-ܬ]+")
_WORDS = re.compile(r"[^\W\d_]+")


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_SORANI = re.compile("[ێۆڕڵەڤ]")
_PERSIAN_WORDS = _words("است این که را با برای از های می شد شده کرد بود آن در به یک خود نیز اند ها")
_URDU_WORDS = _words("ہے کے کی میں اور سے کو نے پر ہیں کا بھی نہیں تھا")
_ARABIC_WORDS = _words("في من على إلى أن التي الذي عن مع هذا هذه قال وقال بعد قبل كان ما لا بين إن كما أو")
_LATIN_WORDS: dict[str, frozenset[str]] = {
    "en": _words("the of and to in that is was for on with as by at from has have said it his were are be"),
    "tr": _words("ve bir bu için ile da de olarak olan daha çok ise gibi kadar sonra dedi oldu etti ancak"),
    "ku": _words("û ku di de li ji bi bo ye xwe jî her hat kir dike wan wê vê yên bû ên heye"),
    "fr": _words("le la les des et du en une un que pour dans qui sur est au par avec pas sont"),
    "de": _words("der die und das den von zu mit sich des auf für ist im dem nicht ein eine als auch"),
    "es": _words("el la los las de que y en un una por con para del se su al es como más"),
}
_ALPHABETS = {
    "en": "àáâäçèéêëíîïñóôöùúûü",
    "tr": "çğıi̇öşüâîû",
    "ku": "çêîşûü",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "de": "äöüßéèàç",
    "es": "áéíñóúüç",
}
"""Letters beside a to z that a language uses, those of its usual loan words too."""
_OTHER_SCRIPTS = frozenset(("", "ar", "fa", "ur", "he", "ru", "uk", "hy", "el", "zh", "ja", "ko", "th"))
"""Languages that a text in Latin letters is not in, whatever its page says."""
FOREIGN_SHARE = 0.02
"""A text with more letters than this that a language does not have is in another one, not among these."""
_LATIN_LETTERS = {"tr": re.compile("[ğıİ]"), "ku": re.compile("[êîûÊÎÛ]"), "de": re.compile("[äß]")}


def detect_language(text: str, declared: str | None = None) -> str | None:
    """The language that most of a text is in.

    Args:
        text: Headline and story.
        declared: What the page's markup says; only settles what the text leaves open.

    Returns:
        An ISO 639-1 code (Kurdish is ``ku`` in either script), or None for too little text.
    """
    sample = text[:SAMPLE_CHARS]
    scripts = Counter(
        {
            "arabic": _letters(_ARABIC, sample),
            "latin": _letters(_LATIN, sample),
            "ru": _letters(_CYRILLIC, sample),
            "he": _letters(_HEBREW, sample),
            "hy": _letters(_ARMENIAN, sample),
            "syr": _letters(_SYRIAC, sample),
        }
    )
    script, count = scripts.most_common(1)[0]
    if count < MIN_LETTERS:
        return None
    words = Counter(word.lower() for word in _WORDS.findall(sample))
    declared = (declared or "").lower()[:2]
    if script == "arabic":
        return _arabic_script(sample, words, count, declared)
    if script == "latin":
        return _latin_script(sample, words, count, declared)
    return None if script == "syr" else script


def _letters(script: re.Pattern[str], sample: str) -> int:
    """How many letters of a script a text has; the pattern finds them in runs."""
    return sum(map(len, script.findall(sample)))


def _arabic_script(sample: str, words: Counter[str], letters: int, declared: str) -> str:
    # Sorani writes its vowels out: one letter in eight is one that Arabic doesn't have at all.
    if len(_SORANI.findall(sample)) > 0.04 * letters:
        return "ku"
    scores = {
        "ar": _hits(words, _ARABIC_WORDS),
        "fa": _hits(words, _PERSIAN_WORDS),
        "ur": _hits(words, _URDU_WORDS),
    }
    best = max(scores, key=lambda name: scores[name])
    if scores[best] == 0:
        return declared if declared in ("ar", "fa", "ur", "ku") else "ar"
    return best


def _latin_script(sample: str, words: Counter[str], letters: int, declared: str) -> str | None:
    scores: dict[str, float] = {name: float(_hits(words, common)) for name, common in _LATIN_WORDS.items()}
    for name, pattern in _LATIN_LETTERS.items():
        # A letter that a language alone has weighs like a common word where it is frequent.
        share = len(pattern.findall(sample)) / letters
        scores[name] += 40 * share * sum(words.values()) / 10
    letters_used = "".join(_LATIN.findall(sample.lower()))
    special = Counter(letter for letter in letters_used if not letter.isascii())
    for name, alphabet in _ALPHABETS.items():
        if (
            sum(count for letter, count in special.items() if letter not in alphabet)
            > FOREIGN_SHARE * letters
        ):
            scores[name] = 0.0
    best = max(scores, key=lambda name: scores[name])
    if scores[best] <= 0.02 * sum(words.values()):
        return declared if declared not in _OTHER_SCRIPTS and scores.get(declared, 1.0) > 0 else None
    return best


def _hits(words: Counter[str], common: frozenset[str]) -> int:
    return sum(count for word, count in words.items() if word in common)
