"""Redirectors: the page behind a counting service, told from what merely mentions a page."""

import pytest

from crawler.model.site import Site
from crawler.parsing.redirectors import own_address, preferred_address

SITE = Site(id="sada", name="صدى", url="https://sada.example/")
PAGE = "https://sada.example/2024/12/04/souq"


@pytest.mark.parametrize(
    "link",
    [
        PAGE,
        "/2024/12/04/souq?utm_source=x",
        "https://l.social.example/l.php?u=https%3A%2F%2Fsada.example%2F2024%2F12%2F04%2Fsouq&h=AT0",
        "https://count.example/r?x=1&url=https%253A%252F%252Fsada.example%252F2024%252F12%252F04%252Fsouq",
        "https://proxy.example/https://sada.example/2024/12/04/souq",
        "https://proxy.example/cdn/https:/sada.example/2024/12/04/souq",
        "https://sada.example/go?to=https://sada.example/2024/12/04/souq",
        "https://sada.example/redirect.php?url=https%3A%2F%2Fsada.example%2F2024%2F12%2F04%2Fsouq",
    ],
)
def test_the_page_behind_a_redirector_is_the_link(link: str) -> None:
    assert own_address(link, SITE, "https://sada.example/") == PAGE


@pytest.mark.parametrize(
    "link",
    [
        "https://other.example/2024/12/04/souq",
        "https://count.example/r?url=https%3A%2F%2Fother.example%2Fstory",
        "https://other.example/search?q=sada.example",
        "https://other.example/quote?text=see+https://sada.example/2024/12/04/souq+there",
    ],
)
def test_what_leads_elsewhere_is_none_of_the_site(link: str) -> None:
    assert own_address(link, SITE) is None


def test_a_page_of_the_site_that_has_an_address_in_its_query_stays_what_it_is() -> None:
    link = f"https://sada.example/compare?with={PAGE}"
    assert own_address(link, SITE) == link


def test_of_an_entrys_addresses_the_sites_own_is_taken_and_without_one_the_first() -> None:
    foreign = "https://count.example/~r/sada/~3/abc"
    assert preferred_address([foreign, "no address", PAGE], SITE) == PAGE
    assert preferred_address(["no address", foreign, "https://b.example/x"], SITE) == foreign
    assert preferred_address([foreign, PAGE], None) == foreign
    assert preferred_address(["javascript:void(0)"], SITE) is None
