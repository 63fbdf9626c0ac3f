"""A site that is known from an import alone: its seed is written, so that every command knows it."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from crawler.errors import UsageError
from crawler.model.seeds import SITE_ID, load_site
from crawler.model.site import Site
from crawler.operations.sites.add import seed_path, write_seed

MOST_HOSTS = 200
"""Hosts of an import that are looked at for the one with most pages."""


def new_site(name: str, folder: Path, hosts: Mapping[str, int], sites: Mapping[str, Site]) -> Site:
    """The site of this name: as its seed describes it, or, without one, a seed is written for it.

    Its host is the one that has most pages of the import and belongs to no other seed; hosts under it belong
    to it, too. It is not crawled with `--all`.

    Args:
        name: The site's id.
        folder: The folder of seeds; made where it is missing.
        hosts: How many pages each host of the import has.
        sites: The other sites.

    Raises:
        UsageError: The name is none, or the import has no page of a host without a seed.
    """
    if not SITE_ID.match(name) or len(name) > 64:
        raise UsageError(f"--as-site {name!r}: allowed: lower-case letters, digits and hyphens, 64 at most")
    path = folder / f"{name}.toml"
    if path.exists():
        return load_site(path)
    free = [
        host
        for host, _ in Counter(hosts).most_common(MOST_HOSTS)
        if host and not any(site.owns(f"http://{host}/") for site in sites.values())
    ]
    if not free:
        raise UsageError(f"--as-site {name}: the import has no page of a host that no seed has already")
    folder.mkdir(parents=True, exist_ok=True)
    return write_seed(seed_path(folder, name), _seed(name, free[0]))


def _seed(name: str, host: str) -> str:
    """The seed; `host` was read by the parser of addresses, so nothing in it ends a string."""
    lines = [f'name = "{name}"', f'url = "https://{host}/"', "enabled = false"]
    try:
        Site(id=name, name=name, url=f"https://{host}/")
    except ValueError:
        lines.append("private = true")
    return "\n".join([*lines, 'notes = "Known from an import."']) + "\n"
