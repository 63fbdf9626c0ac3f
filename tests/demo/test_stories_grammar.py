import random

import pytest

from crawler.demo.stories import Grammar, parse

GRAMMAR = Grammar({"town": ["حمص", "حلب"], "river": ["العاصي", "[الفرات|الخابور]"]}, bound=["town"])


def write(markup: str, seed: int = 1, **values: str) -> str:
    return GRAMMAR.writer(random.Random(seed), **values).write(parse(markup))


def variants(markup: str) -> set[str]:
    return {write(markup, seed) for seed in range(200)}


def test_alternatives_nest() -> None:
    assert variants("[قال|ذكر [أمس|اليوم]]") == {"قال", "ذكر أمس", "ذكر اليوم"}


def test_phrases_are_drawn_anew_unless_bound() -> None:
    writer = GRAMMAR.writer(random.Random(3))
    towns = {writer.write(parse("{town}")) for _ in range(30)}
    rivers = {writer.write(parse("{river}")) for _ in range(60)}
    assert len(towns) == 1
    assert rivers == {"العاصي", "الفرات", "الخابور"}


def test_given_values_go_before_phrases() -> None:
    assert write("{town}", town="تدمر") == "تدمر"


def test_numbers_stay_in_their_range() -> None:
    assert variants("{3-5}") == {"3", "4", "5"}


def test_prepositions_join_their_word() -> None:
    assert write("[ناصحاً ب] [الري]") == "ناصحاً بالري"
    assert write("ب{7-7} قرى ول{9-9} أسر") == "بـ7 قرى ولـ9 أسر"


@pytest.mark.parametrize("markup", ["[a|b", "a]", "{a", "a}"])
def test_unbalanced_markup_is_refused(markup: str) -> None:
    with pytest.raises(ValueError, match=r"bracket|brace"):
        parse(markup)
