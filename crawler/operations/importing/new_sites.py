"""Sites that are known from an import alone: each gets a seed, so that every command knows it.

They are not crawled with `--all`: an import says nothing of whether a site is still there.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.errors import UsageError
from crawler.importing.records import Ending, RecordKind, UnreadableError
from crawler.importing.sources import Reader
from crawler.model.seeds import SITE_ID, load_site
from crawler.model.site import Site, is_address
from crawler.model.site_hosts import SiteHosts
from crawler.operations.sites.add import seed_path, write_seed
from crawler.pipelines.capture_extraction import language_objection
from crawler.storage.import_ledger import ImportLedger

if TYPE_CHECKING:
    from tldextract import TLDExtract

MOST_SITES = 1000
"""Sites that one import may make: a crawl of the whole web has some ten thousand hosts a day."""
PAGES = (RecordKind.PAGE, RecordKind.ARTICLE)


def new_site(
    name: str, folder: Path, hosts: Mapping[str, int], sites: Mapping[str, Site], language: str | None = None
) -> Site:
    """The site of this name: as its seed describes it, or, without one, a seed is written for it.

    Its host is the one that has most pages of the import and belongs to no other seed; hosts under it belong
    to it, too.

    Args:
        name: The site's id.
        folder: The folder of seeds; made where it is missing.
        hosts: How many pages each host of the import has.
        sites: The other sites.
        language: What it mostly writes; None: as a seed without one says.

    Raises:
        UsageError: The name is none, or the import has no page of a host without a seed.
    """
    if not SITE_ID.match(name) or len(name) > 64:
        raise UsageError(f"--as-site {name!r}: allowed: lower-case letters, digits and hyphens, 64 at most")
    path = folder / f"{name}.toml"
    if path.exists():
        return load_site(path)
    owners = SiteHosts(sites.values())
    free = (host for host, _ in Counter(hosts).most_common() if host and owners.owner(host) is None)
    host = next(free, None)
    if host is None:
        raise UsageError(f"--as-site {name}: the import has no page of a host that no seed has already")
    folder.mkdir(parents=True, exist_ok=True)
    return write_seed(seed_path(folder, name), _seed(name, name, host, language))


def new_sites(
    hosts: Iterable[str], folder: Path, sites: Mapping[str, Site], language: str | None = None
) -> dict[str, Site]:
    """A site for each domain of some hosts, with a seed that is written for it, by id.

    A domain is what somebody can register: hosts under it are one outlet, those under
    ``blogspot.com`` are not.

    Args:
        hosts: Hosts that belong to no site.
        folder: The folder of seeds; made where it is missing.
        sites: The sites that are there; their ids are not used again.
        language: What they mostly write; None: as a seed without one says.

    Raises:
        UsageError: There are too many.
    """
    domains = sorted(filter(None, set(map(_domain, hosts))))
    if len(domains) > MOST_SITES:
        raise UsageError(
            f"--as-sites: the import has pages of {len(domains)} domains without a seed, {MOST_SITES} are "
            "made at most: narrow them by --host or --language"
        )
    folder.mkdir(parents=True, exist_ok=True)
    added: dict[str, Site] = {}
    for domain in domains:
        name = re.sub("[^a-z0-9]+", "-", domain).strip("-")[:60]
        id_ = next(
            id_
            for number in count(1)
            if (id_ := name if number == 1 else f"{name}-{number}") not in sites
            and not (folder / f"{id_}.toml").exists()
        )
        added[id_] = write_seed(folder / f"{id_}.toml", _seed(id_, domain, domain, language))
    return added


def hosts_without_site(
    ledger: ImportLedger, reader: Reader, sites: Iterable[Site], languages: frozenset[str]
) -> list[str]:
    """The hosts of no site that have a page which may be in one of some languages.

    Pages that are looked at and are in none of them end as filtered.

    Args:
        ledger: The import's ledger.
        reader: Reads its records.
        sites: The sites that are there.
        languages: The languages; empty: any.
    """
    owners = SiteHosts(sites)
    free = [host for host in ledger.hosts(PAGES) if host and owners.owner(host) is None]
    return [host for host in free if _has_page_in(ledger, reader, host, languages)]


def _has_page_in(ledger: ImportLedger, reader: Reader, host: str, languages: frozenset[str]) -> bool:
    filtered: list[tuple[int, str, str]] = []
    is_open = False
    for entry in ledger.unassigned_pages(host):
        with suppress(UnreadableError):
            objection = language_objection(reader.payload(entry.record), languages)
            if not objection:
                is_open = True
                break
            filtered.append((entry.number, str(Ending.FILTERED), objection))
    ledger.end(filtered)
    return is_open


def _domain(host: str) -> str:
    """The domain that a host is under; empty for one under which everybody may have one."""
    if is_address(host) or ":" in host or "." not in host:
        return host
    name = _suffixes()(host)
    # What the list does not know is a domain of the first level by itself.
    return name.top_domain_under_public_suffix if name.suffix else ".".join(host.split(".")[-2:])


@cache
def _suffixes() -> "TLDExtract":
    from tldextract import TLDExtract

    # The list that comes with it: nothing is fetched, and every machine says the same.
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def _seed(id_: str, name: str, host: str, language: str | None) -> str:
    """The seed; `host` was read by the parser of addresses, so nothing in it ends a string."""
    lines = [f'name = "{name}"', f'url = "https://{host}/"', "enabled = false"]
    if language is not None:
        lines.append(f'language = "{language}"')
    try:
        Site(id=id_, name=name, url=f"https://{host}/")
    except ValueError:
        lines.append("private = true")
    return "\n".join([*lines, 'notes = "Known from an import."']) + "\n"
