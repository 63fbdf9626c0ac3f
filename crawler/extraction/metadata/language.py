"""Which language a text is in; none rather than a wrong one.

By script, then by letters that one language alone has, then by its commonest words. Where two languages come
out alike, the page's own `lang` settles it if it names one of them; else nothing is said. Trained detectors
are for long clean text; headlines and mixed scripts are the rule here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

SAMPLE_CHARS = 6_000
"""Characters that are looked at: a thousand words tell as much as ten thousand."""
MIN_LETTERS = 20
"""Less than this tells nothing reliable."""
MIN_SHARE = 0.1
"""Share of a text's words that its language's commonest ones have at least: running text has a quarter and
more, another language by chance some hundredths."""
MIN_HITS = 2
"""Common words that must be seen at least."""
LEAD = 1.3
"""How many times as much as the next language the first must score. Closer ones (Spanish and Portuguese share
half of their commonest words) are left to the page's own statement."""
FOREIGN_SHARE = 0.02
"""A text with more letters than this that a language does not have is in another one."""

_SCRIPTS = {
    "arabic": re.compile("[ء-ۿݐ-ݿﭐ-﷿ﹰ-ﻼ]+"),
    "latin": re.compile("[A-Za-zÀ-ɏ]+"),
    "cyrillic": re.compile("[Ѐ-ԯ]+"),
    "he": re.compile("[א-ת]+"),
    "hy": re.compile("[Ա-և]+"),
    "syr": re.compile("[ܐ-ܯݍ-ݏ]+"),
    "el": re.compile("[Ͱ-Ͽ]+"),
}
"""Scripts; those that one language alone is written in have its code."""
_USUAL = ("arabic", "latin")
_UNUSUAL = re.compile("[Ѐ-ԯא-תԱ-ևܐ-ܯݍ-ݏͰ-Ͽ]")
"""All the other scripts at once: most texts have none of their letters, which one look tells."""
_WORDS = re.compile(r"[^\W\d_]+")
_WITH_ARTICLE = re.compile("[وبف]?ال..|لل..")


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_ARABIC_SCRIPT_LETTERS = {
    "ku": (re.compile("[ێۆڕڵەڤ]"), 0.04),
    "ur": (re.compile("[ٹڈڑںےہھ]"), 0.03),
    "ps": (re.compile("[ټډړږښڼېۍځڅ]"), 0.02),
}
"""Letters that one language of the Arabic script alone has, and the share from which they tell. Sorani writes
its vowels out: one letter in eight is one that Arabic doesn't have at all."""
_ARABIC_SCRIPT_WORDS = {
    "ar": _words(
        "في من على إلى أن التي الذي عن مع هذا هذه قال وقال بعد قبل كان ما لا بين إن كما أو خلال حيث منذ عبر"
        " قد لم لن ذلك ضمن"
    ),
    "fa": _words(
        "است این که را با برای از های می شد شده کرد بود آن در به یک خود نیز اند ها و کند شود هم"
        " تا باید دارد کرده"
    ),
    "ur": _words("ہے کے کی میں اور سے کو نے پر ہیں کا بھی نہیں تھا"),
}
_FARSI_LETTERS = re.compile("[پچژگیک]")
_ARABIC_LETTERS = re.compile("[ةيكىأإؤ]")

_LATIN_WORDS: Mapping[str, frozenset[str]] = {
    "en": _words(
        "the of and to in that is was for on with as by at from has have said it his were are be an"
    ),
    "tr": _words(
        "ve bir bu için ile da de olarak olan daha çok ise gibi kadar sonra dedi oldu etti ancak yeni en"
    ),
    "ku": _words("û ku di de li ji bi bo ye xwe jî her hat kir dike wan wê vê yên bû ên heye ya yê re da"),
    "fr": _words("le la les des et du en une un que pour dans qui sur est au par avec pas sont aux ce a l d"),
    "de": _words(
        "der die und das den von zu mit sich des auf für ist im dem nicht ein eine als auch wurde am bei nach"
    ),
    "es": _words("el la los las de que y en un una por con para del se su al es como más lo ha no este sus"),
    "it": _words(
        "il la le lo gli di che e in un una per con del della dei delle nel nella è non si da al alla sono ha"
    ),
    "pt": _words("o a os as de que e em um uma por com para do da dos das no na não se é ao foi mais sua"),
    "ro": _words("și în de la cu pe a că o un din pentru este care au fost mai nu se prin după"),
    "nl": _words("de het een en van in is dat op te zijn met voor niet aan er om ook als bij door werd"),
    "sv": _words("och i att det som en på är av för med till den har de inte om ett var"),
    "da": _words("og i at det som en på er af for med til den har de ikke om et var blev"),
    "pl": _words("i w na z się do że nie jest to po o za od przez dla jak oraz został są"),
    "id": _words("yang dan di untuk dengan dari ini itu pada dalam akan tidak ke oleh telah mengatakan"),
}
"""The commonest words, by language. Those that no newsroom of the region writes in stand here so that nothing
else is made of them."""
_ALPHABETS = {
    "en": "àáâäçèéêëíîïñóôöùúûü", "tr": "çğıi̇öşüâîû", "ku": "çêîşûü", "fr": "àâæçéèêëîïôœùûüÿ",
    "de": "äöüßéèàç",    "es": "áéíñóúüç", "it": "àèéìíîòóùú", "pt": "áâãàçéêíóôõúü", "ro": "ăâîșşțţ",
    "nl": "éèëïóöüà", "sv": "åäöéà",    "da": "æøåéä", "pl": "ąćęłńóśźż", "id": "é",
}  # fmt: skip
"""Letters beside a to z that a language uses, those of its usual loan words too."""
_OWN_LETTERS = {
    "tr": re.compile("[ğıİ]"), "ku": re.compile("[êîûÊÎÛ]"),
    "de": re.compile("[äß]"), "es": re.compile("[ñ¿¡]"),
    "pt": re.compile("[ãõ]"), "pl": re.compile("[ąęłśż]"),
    "ro": re.compile("[ășțţ]"), "it": re.compile("[ìò]"),
}  # fmt: skip
"""Letters that weigh like a common word where they are frequent."""
_OTHER_SCRIPTS = frozenset(
    {"ar", "fa", "ur", "ps", "he", "ru", "uk", "be", "bg", "hy", "el", "zh", "ja", "ko", "th"}
)
"""Languages that a text in Latin letters is not in, whatever its page says."""
_CYRILLIC_LANGUAGES = frozenset({"ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "tg", "mn", "tt"})
_UKRAINIAN, _RUSSIAN = re.compile("[іїєґ]"), re.compile("[ыэё]")
_RUSSIAN_WORDS = _words("что это как его для из ещё более они был была были после при также который которые")
_BULGARIAN_WORDS = _words("че ще са това към със беше който която които през")
_OTHER_CYRILLIC = re.compile("[ўђћљњџјѓќѕқғәңүұһө]")


def detect_language(text: str, declared: str | None = None) -> str | None:
    """The language that most of a text is in.

    Args:
        text: Headline and story.
        declared: What the page's markup says; only settles what the text leaves open.

    Returns:
        An ISO 639-1 code (Kurdish is ``ku`` in either script), ``syr`` for Syriac, which has none, or
        None where the text doesn't tell.
    """
    sample = text[:SAMPLE_CHARS]
    in_order = _WORDS.findall(sample)
    is_usual = _UNUSUAL.search(sample) is None
    letters = {
        name: sum(map(len, pattern.findall(sample)))
        for name, pattern in _SCRIPTS.items()
        if not is_usual or name in _USUAL
    }
    script, count = max(letters.items(), key=lambda item: item[1])
    of_other_scripts = sum(map(len, in_order)) - sum(letters.values())
    if count < max(MIN_LETTERS, of_other_scripts):
        return None
    declared = re.split("[-_]", (declared or "").lower(), maxsplit=1)[0]
    words = Counter(map(str.lower, in_order))
    if script == "arabic":
        return _arabic_script(sample, words, count, declared)
    if script == "latin":
        return _latin_script(sample, words, count, declared)
    if script == "cyrillic":
        return _cyrillic_script(sample.lower(), words, count, declared)
    return script


def _arabic_script(sample: str, words: Counter[str], letters: int, declared: str) -> str | None:
    for name, (pattern, share) in _ARABIC_SCRIPT_LETTERS.items():
        if len(pattern.findall(sample)) > share * letters:
            return name
    scores = {name: float(_hits(words, common)) for name, common in _ARABIC_SCRIPT_WORDS.items()}
    farsi, arabic = len(_FARSI_LETTERS.findall(sample)), len(_ARABIC_LETTERS.findall(sample))
    scores["fa"] += sum(words.values()) * farsi / letters
    scores["ar"] += sum(words.values()) * (arabic / letters + _share_with_article(words) / 2)
    return _first(scores, words, declared)


def _share_with_article(words: Counter[str]) -> float:
    """The share of words that begin with the Arabic article, joined or not."""
    with_article = sum(count for word, count in words.items() if _WITH_ARTICLE.match(word))
    return with_article / max(1, sum(words.values()))


def _latin_script(sample: str, words: Counter[str], letters: int, declared: str) -> str | None:
    special = Counter(letter for letter in sample.lower() if letter.isalpha() and not letter.isascii())
    scores: dict[str, float] = {}
    for name, common in _LATIN_WORDS.items():
        foreign = sum(count for letter, count in special.items() if letter not in _ALPHABETS[name])
        if foreign > FOREIGN_SHARE * letters:
            continue
        scores[name] = float(_hits(words, common))
        if name in _OWN_LETTERS:
            share = len(_OWN_LETTERS[name].findall(sample)) / letters
            scores[name] += 4 * share * sum(words.values())
    best = _first(scores, words, declared)
    if best is None and declared not in _LATIN_WORDS and declared and declared not in _OTHER_SCRIPTS:
        return declared if max(scores.values(), default=0.0) < MIN_SHARE * sum(words.values()) else None
    return best


def _cyrillic_script(sample: str, words: Counter[str], letters: int, declared: str) -> str | None:
    ukrainian, russian = len(_UKRAINIAN.findall(sample)), len(_RUSSIAN.findall(sample))
    is_other = len(_OTHER_CYRILLIC.findall(sample)) > FOREIGN_SHARE / 2 * letters
    if is_other or _hits(words, _BULGARIAN_WORDS) >= MIN_HITS:
        return declared if declared in _CYRILLIC_LANGUAGES - {"ru", "uk"} else None
    if ukrainian > FOREIGN_SHARE * letters and ukrainian > 3 * russian:
        return "uk"
    if russian > 3 * ukrainian and russian + _hits(words, _RUSSIAN_WORDS) >= MIN_HITS:
        return "ru"
    return declared if declared in _CYRILLIC_LANGUAGES and not (ukrainian and russian) else None


def _first(scores: Mapping[str, float], words: Counter[str], declared: str) -> str | None:
    """The language that scores well above the next; among close ones the declared one, or none."""
    ranked = sorted(scores, key=lambda name: -scores[name])
    if not ranked:
        return None
    enough = max(MIN_HITS, MIN_SHARE * sum(words.values()))
    best = ranked[0]
    if scores[best] < enough:
        return declared if scores.get(declared, 0.0) >= max(1.0, enough / 2) else None
    close = [name for name in ranked if scores[name] * LEAD > scores[best]]
    if len(close) == 1:
        return best
    return declared if declared in close else None


def _hits(words: Counter[str], common: Iterable[str]) -> int:
    return sum(words[word] for word in common)
