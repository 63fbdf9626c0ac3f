"""Which addresses belong to the public internet."""

import socket

import pytest
from scrapy import Request
from scrapy.exceptions import CannotResolveHostError
from scrapy.resolver import dnscache

from crawler.fetch.outcome import RefusedRequestError
from crawler.fetch.safety import PrivateNameMiddleware, SafeResolver, SafetyMiddleware, is_public
from crawler.model.site import Site


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "64:ff9b::5db8:d822", "2606:2800:220:1:248:1893:25c8:1946"]
)
def test_public_addresses_pass(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:127.0.0.1",
        "100.64.0.1",
        "224.0.0.1",
        "fe80::1%eth0",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a01:203",
        "2002:7f00:1::",
        "2002:a01:203::1",
    ],
)
def test_addresses_that_no_news_site_sends_us_to_do_not(address: str) -> None:
    assert not is_public(address)


def _site(**keys: object) -> Site:
    return Site.model_validate(
        {"id": "x", "name": "س", "name_en": "X", "url": "https://example.org/", **keys}
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:8000/a", "not on the public internet"),
        ("http://[::1]/a", "not on the public internet"),
        ("http://localhost/a", "not on the public internet"),
        ("ftp://example.org/a", "not http"),
    ],
)
def test_an_unsafe_request_is_refused_with_the_reason(url: str, said: str) -> None:
    with pytest.raises(RefusedRequestError, match=said):
        SafetyMiddleware(_site()).process_request(Request(url))


def test_a_redirect_off_the_site_is_refused_and_one_within_it_is_not() -> None:
    middleware = SafetyMiddleware(_site())
    meta = {"redirect_times": 1, "page": object()}
    with pytest.raises(RefusedRequestError, match=r"off the site, to elsewhere\.org"):
        middleware.process_request(Request("https://elsewhere.org/a", meta=meta))
    middleware.process_request(Request("https://www.example.org/a", meta=meta))


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("2606:2800:220:1:248:1893:25c8:1946", False),
        ("::1", True),
        ("fd00::7", True),
        ("::ffff:10.0.0.1", True),
    ],
)
def test_an_ipv6_address_in_the_answer_is_judged_like_any_other(address: str, refused: bool) -> None:
    resolver = SafeResolver(None, 10, 1.0, allow_private=False)  # type: ignore[arg-type]  # answers from its cache
    dnscache["six.example"] = address
    failures: list[str] = []
    found: list[str] = []
    resolver.getHostByName("six.example").addCallbacks(found.append, lambda f: failures.append(str(f.value)))
    assert [text.rpartition(": ")[2] for text in failures] == (
        [f"six.example leads to the private address {address}."] if refused else []
    )
    assert found == ([] if refused else [address])


@pytest.mark.parametrize(("allowed", "refused"), [(False, True), (True, False)])
def test_a_name_that_leads_to_a_private_address_is_refused_where_it_is_resolved(
    allowed: bool, refused: bool
) -> None:
    resolver = SafeResolver(None, 10, 1.0, allow_private=allowed)  # type: ignore[arg-type]  # answers from its cache
    dnscache["news.example"] = "127.0.0.1"
    failures: list[str] = []
    found: list[str] = []
    resolver.getHostByName("news.example").addCallbacks(found.append, lambda f: failures.append(str(f.value)))
    assert ("news.example leads to the private address 127.0.0.1" in "".join(failures)) is refused
    assert (found == ["127.0.0.1"]) is not refused


@pytest.mark.parametrize(
    ("answers", "taken"),
    [
        (["2606:2800:220:1::1"], "2606:2800:220:1::1"),
        (["2606:2800:220:1::1", "93.184.216.34"], "93.184.216.34"),
        (["10.0.0.1", "2606:2800:220:1::1"], "2606:2800:220:1::1"),
        (["fd00::7", "::1"], "fd00::7"),
    ],
)
def test_a_name_with_ipv6_addresses_alone_is_resolved_and_public_ones_go_before(
    monkeypatch: pytest.MonkeyPatch, answers: list[str], taken: str
) -> None:
    found = [
        (socket.AF_INET6 if ":" in address else socket.AF_INET, 1, 6, "", (address, 0)) for address in answers
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    resolver = SafeResolver(None, 10, 1.0, allow_private=False)  # type: ignore[arg-type]  # asks nobody
    assert resolver._resolve("six.example") == taken


def test_a_name_that_led_to_a_private_address_is_refused_and_one_that_does_not_exist_fails() -> None:
    resolver = SafeResolver(None, 10, 1.0, allow_private=False)  # type: ignore[arg-type]  # answers from its cache
    dnscache["intern.example"] = "64:ff9b::a01:203"
    resolver.getHostByName("intern.example").addErrback(lambda _: None)
    middleware = PrivateNameMiddleware(resolver)
    request = Request("https://intern.example/a")
    with pytest.raises(RefusedRequestError, match=r"intern\.example leads to 64:ff9b::a01:203"):
        middleware.process_exception(request, CannotResolveHostError("no results"))
    middleware.process_exception(request, TimeoutError())
    middleware.process_exception(Request("https://none.example/a"), CannotResolveHostError("no results"))


def test_a_private_address_passes_where_the_seed_says_that_the_site_lives_there() -> None:
    site = _site(url="http://127.0.0.1:8000/", private=True)
    SafetyMiddleware(site).process_request(Request("http://127.0.0.1:8000/a"))


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1."])
def test_other_ways_to_write_a_private_address_lead_nowhere(host: str) -> None:
    """Either the request is refused, or its name is, once the system's resolver says what it means."""
    try:
        SafetyMiddleware(_site()).process_request(Request(f"http://{host}/a"))
    except RefusedRequestError:
        return
    try:
        address = socket.gethostbyname(host)
    except OSError:
        return
    assert not is_public(address)
