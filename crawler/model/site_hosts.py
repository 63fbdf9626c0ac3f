"""Which site a host belongs to, for many hosts and many sites."""

from collections.abc import Iterable

from crawler.model.site import Site, hosts_of, is_address


class SiteHosts:
    """The hosts of sites; where two sites have one, it is the first's, as `Site.owns` tells.

    Args:
        sites: The sites, in order.
    """

    def __init__(self, sites: Iterable[Site]) -> None:
        self._hosts: dict[str, tuple[int, str]] = {}
        """Hosts by name, with the place of their site in the order, and its id."""
        self._homes: dict[str, tuple[int, str]] = {}
        """The same for those under which other hosts of the site may be."""
        for number, site in enumerate(sites):
            own, sources = hosts_of(site)
            for host in (*own, *sources):
                self._hosts.setdefault(host, (number, site.id))
            for host in own:
                if not is_address(host):
                    self._homes.setdefault(host, (number, site.id))

    def owner(self, host: str) -> str | None:
        """The id of the site that a host belongs to; None: none.

        Args:
            host: As `host_of` gives it.
        """
        name = host.removeprefix("www.")
        labels = name.split(".")
        homes = [self._homes.get(".".join(labels[start:])) for start in range(len(labels))]
        owners = [owner for owner in (self._hosts.get(name), *homes) if owner is not None]
        return min(owners)[1] if owners else None
