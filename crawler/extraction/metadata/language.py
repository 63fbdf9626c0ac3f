"""Which language a text is in; none rather than a wrong one.

By script, then by letters that one language alone has, then by its commonest words. Where two languages come
out alike, the page's own `lang` settles it if it names one of them; else nothing is said. Trained detectors
are for long clean text; headlines and mixed scripts are the rule here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SAMPLE_CHARS = 6_000
"""Characters that are looked at: a thousand words say as much as ten thousand."""
MIN_LETTERS = 20
"""From less than this nothing reliable can be said."""
MIN_SHARE = 0.1
"""Share of a text's words that its language's commonest ones have at least: running text has a quarter and
more, another language by chance some hundredths."""
MIN_HITS = 2
"""Common words that must be seen at least."""
LEAD = 1.3
"""How many times as much as the next language the first must score. Closer ones (Spanish and Portuguese share
half of their commonest words) are left to the page's own statement."""
OWN_LETTER = 4
"""What a share of letters that one language alone has counts beside the same share of common words."""
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
_USUAL_SCRIPTS = {script: _SCRIPTS[script] for script in ("arabic", "latin")}
_UNUSUAL = re.compile("[Ѐ-ԯא-תԱ-ևܐ-ܯݍ-ݏͰ-Ͽ]")
"""All the other scripts at once: most texts have none of their letters, which one look shows."""
_WORDS = re.compile(r"[^\W\d_]+")
_WITH_ARTICLE = re.compile("[وبف]?ال..|لل..")


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_ARABIC_SCRIPT_LETTERS = {
    "ku": (re.compile("[ێۆڕڵەڤ]"), 0.04),
    "ur": (re.compile("[ٹڈڑںےہھ]"), 0.03),
    "ps": (re.compile("[ټډړږښڼېۍځڅ]"), 0.02),
}
"""Letters that one language of the Arabic script alone has, and the share from which they decide. Sorani
writes its vowels out: one letter in eight is one that Arabic doesn't have at all."""
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
_NOT_OF_LATIN_UNKNOWN = _OTHER_SCRIPTS | _LATIN_WORDS.keys()
"""Languages that are not believed to be that of a text in Latin letters which is in none of those known."""
_CYRILLIC_LANGUAGES = frozenset({"ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "tg", "mn", "tt"})
_UKRAINIAN, _RUSSIAN = re.compile("[іїєґ]"), re.compile("[ыэё]")
_RUSSIAN_WORDS = _words("что это как его для из ещё более они был была были после при также который которые")
_BULGARIAN_WORDS = _words("че ще са това към със беше който която които през")
_OTHER_CYRILLIC = re.compile("[ўђћљњџјѓќѕқғәңүұһө]")
_OF_ONE_SCRIPT = frozenset(_SCRIPTS) - {"arabic", "latin", "cyrillic"}

LANGUAGES = frozenset(
    {*_ARABIC_SCRIPT_WORDS, *_ARABIC_SCRIPT_LETTERS, *_LATIN_WORDS, *_OF_ONE_SCRIPT, "ru", "uk"}
)
"""The languages that a text is told to be in without its page's word."""


def detect_language(text: str, declared: str | None = None) -> str | None:
    """The language that most of a text is in.

    Args:
        text: Headline and story.
        declared: What the page's markup says; only settles what the text leaves open.

    Returns:
        An ISO 639-1 code (Kurdish is ``ku`` in either script), ``syr`` for Syriac, which has none, or
        None where the text leaves it open.
    """
    sample = text[:SAMPLE_CHARS]
    words = _WORDS.findall(sample)
    scripts = _SCRIPTS if _UNUSUAL.search(sample) else _USUAL_SCRIPTS
    letters = {script: _count(pattern, sample) for script, pattern in scripts.items()}
    script = max(letters, key=letters.__getitem__)
    of_other_scripts = sum(map(len, words)) - sum(letters.values())
    if letters[script] < max(MIN_LETTERS, of_other_scripts):
        return None
    language = re.split("[-_]", (declared or "").lower(), maxsplit=1)[0]
    return _Sample(sample, Counter(map(str.lower, words)), letters[script], language).detect(script)


def letters_of(text: str, languages: Iterable[str]) -> int:
    """Letters of a text that are of the scripts which some of `LANGUAGES` are written in."""
    scripts: set[str] = set()
    for language in languages:
        scripts |= _scripts_of(language)
    return sum(_count(_SCRIPTS[script], text) for script in scripts)


def _scripts_of(language: str) -> set[str]:
    if language in _OF_ONE_SCRIPT:
        return {language}
    scripts = {"cyrillic"} if language in _CYRILLIC_LANGUAGES else set()
    if language in _LATIN_WORDS:
        scripts.add("latin")
    if language in _ARABIC_SCRIPT_WORDS or language in _ARABIC_SCRIPT_LETTERS:
        scripts.add("arabic")
    return scripts


def _count(pattern: re.Pattern[str], text: str) -> int:
    """Characters of a text that match."""
    return sum(map(len, pattern.findall(text)))


@dataclass(frozen=True, slots=True)
class _Sample:
    """A text of one script, its words with their counts, how many letters it has, what its page declares."""

    text: str
    words: Counter[str]
    letters: int
    declared: str

    def detect(self, script: str) -> str | None:
        """The language; a script that one language alone is written in is called by its code."""
        if script == "arabic":
            return self._arabic_script()
        if script == "latin":
            return self._latin_script()
        if script == "cyrillic":
            return self._cyrillic_script()
        return script

    def _arabic_script(self) -> str | None:
        for language, (pattern, share) in _ARABIC_SCRIPT_LETTERS.items():
            if self._share(pattern) > share:
                return language
        scores = {name: float(self._hits(common)) for name, common in _ARABIC_SCRIPT_WORDS.items()}
        count = self.words.total()
        with_article = sum(number for word, number in self.words.items() if _WITH_ARTICLE.match(word))
        scores["fa"] += count * self._share(_FARSI_LETTERS)
        scores["ar"] += count * self._share(_ARABIC_LETTERS) + with_article / 2
        return self._first(scores)

    def _latin_script(self) -> str | None:
        special = Counter(filter(_is_special, self.text.lower()))
        scores: dict[str, float] = {}
        for language, common in _LATIN_WORDS.items():
            foreign = sum(count for letter, count in special.items() if letter not in _ALPHABETS[language])
            if foreign > FOREIGN_SHARE * self.letters:
                continue
            scores[language] = float(self._hits(common))
            if language in _OWN_LETTERS:
                scores[language] += OWN_LETTER * self._share(_OWN_LETTERS[language]) * self.words.total()
        best = self._first(scores)
        if best is not None or not self.declared or self.declared in _NOT_OF_LATIN_UNKNOWN:
            return best
        is_unknown = max(scores.values(), default=0.0) < MIN_SHARE * self.words.total()
        return self.declared if is_unknown else None

    def _cyrillic_script(self) -> str | None:
        text = self.text.lower()
        ukrainian, russian = len(_UKRAINIAN.findall(text)), len(_RUSSIAN.findall(text))
        declared = self.declared if self.declared in _CYRILLIC_LANGUAGES else None
        is_other = len(_OTHER_CYRILLIC.findall(text)) > FOREIGN_SHARE / 2 * self.letters
        if is_other or self._hits(_BULGARIAN_WORDS) >= MIN_HITS:
            return None if declared in ("ru", "uk") else declared
        if ukrainian > max(FOREIGN_SHARE * self.letters, 3 * russian):
            return "uk"
        if russian > 3 * ukrainian and russian + self._hits(_RUSSIAN_WORDS) >= MIN_HITS:
            return "ru"
        return None if ukrainian and russian else declared

    def _first(self, scores: Mapping[str, float]) -> str | None:
        """The language that scores well above the next; among close ones the declared one, or none."""
        if not scores:
            return None
        best = max(scores, key=scores.__getitem__)
        enough = max(MIN_HITS, MIN_SHARE * self.words.total())
        if scores[best] < enough:
            is_likely = scores.get(self.declared, 0.0) >= max(1.0, enough / 2)
            return self.declared if is_likely else None
        close = [language for language, score in scores.items() if score * LEAD > scores[best]]
        if len(close) == 1:
            return best
        return self.declared if self.declared in close else None

    def _share(self, pattern: re.Pattern[str]) -> float:
        """The share of the letters that match a pattern of single letters."""
        return len(pattern.findall(self.text)) / self.letters

    def _hits(self, common: Iterable[str]) -> int:
        return sum(map(self.words.__getitem__, common))


def _is_special(letter: str) -> bool:
    return not letter.isascii() and letter.isalpha()
