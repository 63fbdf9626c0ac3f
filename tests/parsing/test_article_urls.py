"""Which query chooses the article."""

import pytest

from crawler.parsing.article_urls import article_numbers, has_own_number


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("p=77", {"p": "77"}),
        ("option=com_content&view=article&id=436:khabar-hamm&catid=5", {"id": "436:khabar-hamm"}),
        ("id=436-khabar", {"id": "436-khabar"}),
        ("NewsID=5&lang=ar", {"NewsID": "5"}),
        ("postid=12", {"postid": "12"}),
        ("view=category&id=5:akhbar", {}),
        ("id=akhbar", {}),
        ("id=❸", {}),
        ("page=3&cat=12", {}),
    ],
)
def test_parameters_that_choose_an_article(query: str, numbers: dict[str, str]) -> None:
    assert article_numbers(query) == numbers


def test_a_long_number_or_one_with_a_name_is_an_articles_own() -> None:
    assert has_own_number(["4210"])
    assert has_own_number(["436:khabar"])
    assert not has_own_number(["436"])
