"""Seeds: reading the files that describe the sites, with one line for each problem."""

import json
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from crawler.errors import SeedError, UsageError
from crawler.folders import bundled_seeds, user_seeds
from crawler.model.seed_types import nearest
from crawler.model.site import TABLES, Site

SITE_ID: Final = re.compile(r"\A[a-z0-9][a-z0-9-]*\Z")

SEED_KEYS: Final = {
    str(field.validation_alias or name): field for name, field in Site.model_fields.items() if name != "id"
}
"""The keys that a seed may have and what they hold, in the order of the documentation."""


def load_site(path: Path) -> Site:
    """Read one seed.

    Args:
        path: A TOML file; its stem becomes the site's id.

    Raises:
        SeedError: One line for each problem: file, key, what is wrong, what is allowed.
    """
    site, problems = _read(path)
    if site is None:
        raise SeedError("\n".join(problems))
    return site


def check_seed(path: Path, text: str) -> None:
    """Make sure that a seed file of this name could hold this text.

    Raises:
        SeedError: It is no valid seed; one line for each problem.
    """
    _, problems = _parse(path, text)
    if problems:
        raise SeedError("\n".join(problems))


def load_sites(folder: Path) -> dict[str, Site]:
    """Read all seeds of a folder, by id, in the order of their ids.

    Args:
        folder: Where the ``*.toml`` files lie; everything else in it is left alone. A user's own folder
            (`crawler.folders.user_seeds`) lies over the seeds that come with the program.

    Raises:
        SeedError: The folder is missing or has no seeds, or seeds are invalid: all problems of all files,
            one a line.
    """
    if not folder.is_dir() and folder != user_seeds():
        raise SeedError(f"{folder}: no such folder of seeds; give one with --seeds DIR")
    paths = seed_paths(folder)
    if not paths:
        raise SeedError(f"{folder}: no seeds; a seed is a file NAME.toml with at least name and url")
    sites: dict[str, Site] = {}
    problems: list[str] = []
    for path in paths:
        site, new_problems = _read(path)
        problems += new_problems
        if site is not None:
            sites[site.id] = site
    if problems:
        raise SeedError("\n".join(problems))
    return sites


def seed_paths(folder: Path) -> list[Path]:
    """The seed files of a folder, by id; where it is the user's own, over those of the program."""
    folders = [bundled_seeds(), folder] if folder == user_seeds() else [folder]
    paths = {path.stem: path for place in folders for path in place.glob("*.toml")}
    return [paths[stem] for stem in sorted(paths)]


def select_sites(sites: dict[str, Site], ids: Iterable[str] = ()) -> list[Site]:
    """The sites of these ids, each once, in the order given; without ids every enabled site.

    A site that is named is taken even where it is not enabled.

    Raises:
        UsageError: Ids that no seed has; the message suggests near ones.
    """
    selected = list(dict.fromkeys(ids))
    unknown = [site_id for site_id in selected if site_id not in sites]
    if unknown:
        lines = [f"unknown site {site_id!r}{nearest(site_id, sites)}" for site_id in unknown]
        raise UsageError("; ".join(lines) + "; `khabar sites list` shows all")
    if not selected:
        return [site for site in sites.values() if site.enabled]
    return [sites[site_id] for site_id in selected]


def _read(path: Path) -> tuple[Site | None, list[str]]:
    """A seed, or None and what is wrong with it."""
    if not SITE_ID.match(path.stem):
        return None, [
            f"{path}: the file's name is the site's id; allowed: lower-case letters, digits and hyphens"
        ]
    if path.parent.resolve() != path.resolve().parent:
        return None, [f"{path}: leads out of the folder of seeds; put the file itself there"]
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return None, [f"{path}: not UTF-8 text at byte {error.start}; save it as UTF-8"]
    except OSError as error:
        return None, [f"{path}: cannot be read: {error.strerror}"]
    return _parse(path, text)


def _parse(path: Path, text: str) -> tuple[Site | None, list[str]]:
    """The text of a seed as a site, or None and what is wrong with it."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [f"{path}: not valid TOML: {error}"]
    if "id" in table:
        return None, [f"{path}: id: not a key of a seed; the file's name is the site's id"]
    try:
        return Site(id=path.stem, **table), []
    except ValidationError as error:
        return None, [f"{path}: {problem_line(item)}" for item in error.errors(include_url=False)]


def problem_line(error: Any) -> str:  # pydantic's ErrorDetails
    """One line for one of pydantic's findings: the key, what is wrong, what is allowed."""
    key = ".".join(str(part) for part in error["loc"])
    kind, message = error["type"], error["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        keys = tuple(TABLES[str(error["loc"][0])].model_fields if len(error["loc"]) > 1 else SEED_KEYS)
        return f"{key}: unknown key{nearest(str(error['loc'][-1]), keys)}; allowed: {', '.join(keys)}"
    if kind == "value_error":
        return f"{key}: {message}" if key else message
    allowed = _allowed(str(error["loc"][0]))
    if kind == "missing":
        return f"{key}: missing; allowed: {allowed}"
    if kind == "tuple_type":
        message = "not a list"
    return f"{key}: {message[0].lower()}{message[1:]}; allowed: {allowed}"


def _allowed(key: str) -> str:
    """What a key of a seed may hold, in words."""
    extra = SEED_KEYS[key].json_schema_extra if key in SEED_KEYS else None
    return str(extra["allowed"]) if isinstance(extra, dict) else "see the documentation"


def keys_table() -> str:
    """The table of all keys in docs/seeds.md, in Markdown."""
    lines = ["| key | value | default |", "|---|---|---|"]
    for key, field in SEED_KEYS.items():
        extra = field.json_schema_extra
        absent = extra["absent"] if isinstance(extra, dict) else None
        lines.append(f"| `{key}` | {field.description} | {absent or _default(field)} |")
    return "\n".join(lines) + "\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    return f"`{json.dumps(field.default)}`" if field.default not in ((), None) else "none"
