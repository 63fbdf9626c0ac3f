"""Make a seed of a survey of a site, and list what has changed since a seed was written."""

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from crawler.errors import UsageError
from crawler.files import make_private_folder, replaced_file
from crawler.folders import bundled_seeds, user_seeds
from crawler.model.seed_types import LONGEST_DELAY
from crawler.model.seeds import SITE_ID, check_seed, load_site
from crawler.model.site import Site
from crawler.operations.sites.survey_report import Survey
from crawler.parsing.urls import host_of, url_key

_PUBLIC_PARTS = frozenset(
    {"com", "net", "org", "co", "gov", "edu", "info", "news", "press", "tv", "fm", "media"}
)


@dataclass(frozen=True, slots=True)
class SiteMove:
    """Where a site is now, and the hosts that it has left: `url` and `formerly` of its seed."""

    url: str
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """Something that a seed says and the site does not, or the other way round.

    `broken` says that the seed's own word does not hold any more. `move` is what the seed of a site that has
    moved should say.
    """

    text: str
    broken: bool = False
    move: SiteMove | None = None


def site_id_of(url: str) -> str:
    """An id for a site, from its host: ``www.enabbaladi.net`` is ``enabbaladi``."""
    host = host_of(url).partition(":")[0].removeprefix("www.")
    parts = host.split(".")
    while len(parts) > 1 and (parts[-1] in _PUBLIC_PARTS or len(parts[-1]) <= 3):
        parts.pop()
    name = re.sub(r"[^a-z0-9]+", "-", "-".join(parts[-2:])).strip("-")
    return name if SITE_ID.match(name) else "new-site"


def seed_path(folder: Path, site_id: str) -> Path:
    """Where a seed of this id belongs.

    Raises:
        UsageError: The id is none, would lead out of the folder, or has a seed already.
    """
    if not SITE_ID.match(site_id) or len(site_id) > 64:
        raise UsageError(f"--id {site_id!r}: allowed: lower-case letters, digits and hyphens, 64 at most")
    path = folder / f"{site_id}.toml"
    if path.exists() or path.is_symlink():
        raise UsageError(
            f"{path}: there is a seed of this id already and it is not overwritten; "
            f"`khabar sites check {site_id}` looks at the site again, --id gives the new one another name"
        )
    return path


def refuse_duplicate(url: str, sites: Iterable[Site]) -> None:
    """Refuse an address that a seed already has.

    Raises:
        UsageError: The message says which seed.
    """
    for site in sites:
        if url_key(site.url) == url_key(url):
            raise UsageError(
                f"{url} is the site {site.id!r} already; `khabar sites check {site.id}` looks at it again"
            )


def seed_text(survey: Survey, *, private: bool = False) -> str:
    """The seed as TOML; what the surveyor was not sure of stands in comments."""
    home = survey.home
    host = urlsplit(survey.url).netloc
    lines = [f"name = {_toml(home.name or host)}{'' if home.is_name_stated else '  # unverified'}"]
    if home.name_en and home.name_en != home.name:
        lines.append(f"name_en = {_toml(home.name_en)}  # unverified")
    lines.append(f"url = {_toml(survey.url)}")
    for key, urls in (("feeds", survey.feeds), ("sitemaps", survey.sitemaps), ("listings", survey.listings)):
        if urls:
            lines.append(f"{key} = [{', '.join(_toml(url) for url in urls)}]")
    if survey.wordpress:
        lines.append("wordpress = true")
    if survey.language not in (None, "ar"):
        lines.append(f"language = {_toml(survey.language or '')}")
    if survey.delay:
        lines.append(f"delay = {min(survey.delay, LONGEST_DELAY):g}  # robots.txt asks for it")
    if survey.tls != "verify":
        lines.append(f"tls = {_toml(survey.tls)}")
    if survey.needs_rendering:
        lines.append("render = true")
        if not (survey.feeds or survey.sitemaps or survey.listings):
            lines.append(f"listings = [{_toml(survey.url)}]")
    if private:
        lines.append("private = true")
    lines += [f"# unsure: {_single_line(sentence)}" for sentence in survey.unsure]
    return "\n".join(lines) + "\n"


def write_seed(path: Path, text: str) -> Site:
    """Write a seed that is not there yet, and read it back.

    Raises:
        UsageError: The folder is not there, or another process wrote that seed meanwhile.
        SeedError: What was written is no valid seed; it is removed again.
    """
    _make_user_folder(path.parent)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path}: somebody else wrote this seed just now; it is left as it is") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
    try:
        return load_site(path)
    except BaseException:
        path.unlink()
        raise


def own_seed(folder: Path, site_id: str) -> Path:
    """The file of a seed that may be changed; of one that comes with the program, a copy of the user's own.

    Args:
        folder: The folder of seeds.
        site_id: A site that has a seed.
    """
    path = folder / f"{site_id}.toml"
    if folder == user_seeds() and not path.exists():
        _make_user_folder(folder)
        shutil.copyfile(bundled_seeds() / path.name, path)
    return path


def _make_user_folder(folder: Path) -> None:
    """Make the user's own folder of seeds; any other has to be there."""
    if folder == user_seeds():
        make_private_folder(folder)


def changes_of(site: Site, survey: Survey) -> list[Change]:
    """What differs between a seed and its site."""
    return [
        *_address_changes(site, survey),
        *_name_changes(site, survey),
        *_feed_changes(site, survey),
        *_new_sources("sitemaps", site.sitemaps, survey.sitemaps),
        *_setting_changes(site, survey),
        *_rendering_changes(site, survey),
    ]


def _address_changes(site: Site, survey: Survey) -> Iterator[Change]:
    if url_key(survey.url) != url_key(site.url):
        move = _move(site, survey.url)
        text = f"url: {site.url} leads to {survey.url} now: {_move_text(move)}"
        yield Change(text, broken=True, move=move)
    elif survey.moved_to:
        move = _move(site, f"{urlsplit(site.url).scheme}://{survey.moved_to}/")
        text = f"url: all that the site names lies at {survey.moved_to} now: {_move_text(move)}"
        yield Change(text, broken=True, move=move)


def _name_changes(site: Site, survey: Survey) -> Iterator[Change]:
    name = survey.home.name
    if survey.home.is_name_stated and name not in (site.name, site.name_en):
        yield Change(f"name: the site calls itself «{name}» now, the seed says «{site.name}»")


def _feed_changes(site: Site, survey: Survey) -> Iterator[Change]:
    answering = {url_key(url) for url in survey.feeds}
    for url in site.feeds:
        if url_key(url) not in answering:
            yield Change(f"feeds: {url} gives no entries any more", broken=True)
    yield from _new_sources("feeds", site.feeds, survey.feeds)


def _new_sources(key: str, in_seed: Iterable[str], on_site: Iterable[str]) -> Iterator[Change]:
    seed_keys = {url_key(url) for url in in_seed}
    return (Change(f"{key}: {url} is new") for url in on_site if url_key(url) not in seed_keys)


def _setting_changes(site: Site, survey: Survey) -> Iterator[Change]:
    if survey.wordpress and not site.wordpress:
        yield Change("wordpress: the REST interface gives whole articles: wordpress = true")
    elif site.wordpress and not survey.wordpress:
        yield Change("wordpress: the REST interface cannot be read", broken=True)
    if survey.language and survey.language != site.language:
        yield Change(f"language: the articles are in {survey.language!r}, the seed says {site.language!r}")
    if survey.delay and (site.delay is None or survey.delay > site.delay):
        yield Change(f"delay: robots.txt asks for {survey.delay:g} s between two requests")
    if site.tls != survey.tls:
        yield Change('tls: its certificate can be verified now: tls = "verify"')


def _rendering_changes(site: Site, survey: Survey) -> Iterator[Change]:
    """What the sample pages show; before its scripts run, a page that they draw shows nothing."""
    if not survey.needs_rendering:
        yield from _sample_changes(survey)
    elif not site.render:
        text = "render: its pages have no text before their scripts run: render = true"
        yield Change(text, broken=True)


def _sample_changes(survey: Survey) -> Iterator[Change]:
    if not survey.samples:
        yield Change("nothing on the site names an article", broken=True)
    elif not survey.has_article:
        yield Change("none of the sample pages gives an article", broken=True)


def _move(site: Site, url: str) -> SiteMove:
    """What a seed should say of a site that is now at `url`."""
    return (
        SiteMove(url) if site.owns(url) else SiteMove(url, (*site.formerly, site.host.removeprefix("www.")))
    )


def _move_text(move: SiteMove) -> str:
    line = f"url = {_toml(move.url)}"
    return f"{line}, formerly = [{', '.join(map(_toml, move.formerly))}]" if move.formerly else line


def write_move(path: Path, move: SiteMove) -> None:
    """Put the new address of a site that has moved into its seed; the rest of the file stays as it is.

    Args:
        path: The seed.
        move: Where the site is now.

    Raises:
        SeedError: The seed cannot be read, or would not be valid with the new address; it is left as it is.
        KhabarError: It cannot be written.
    """
    import tomlkit  # only a move needs it

    load_site(path)
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["url"] = move.url
    if move.formerly:
        document["formerly"] = list(move.formerly)
    text = tomlkit.dumps(document)
    with replaced_file(path) as draft:
        draft.write_text(text, encoding="utf-8")
        check_seed(path, text)
        draft.chmod(path.stat().st_mode & 0o777)


def _toml(text: str) -> str:
    """A basic string (TOML 1.0): what stands in it cannot end it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda match: f"\\u{ord(match[0]):04X}", escaped) + '"'


def _single_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text)
