"""The sites of many hosts, as `Site.owns` tells them one by one."""

from crawler.model.site import Site
from crawler.model.site_hosts import SiteHosts

SITES = [
    Site(id="a", name="a", url="https://www.a.example/", feeds=("https://feeds.host.example/a",)),
    Site(id="b", name="b", url="https://b.a.example/", hosts=("b.example:8080",), formerly=("old.example",)),
    Site(id="c", name="c", url="http://127.0.0.1/", private=True, feeds=("https://feeds.host.example/c",)),
]


def test_a_host_is_of_the_first_site_that_owns_it() -> None:
    hosts = SiteHosts(SITES)
    for host in (
        "a.example", "www.a.example", "b.a.example", "x.b.example:8080", "b.example", "news.old.example",
        "127.0.0.1", "x.127.0.0.1", "feeds.host.example", "x.feeds.host.example", "example", "ba.example",
    ):  # fmt: skip
        expected = next((site.id for site in SITES if site.owns(f"http://{host}/")), None)
        assert hosts.owner(host) == expected, host
