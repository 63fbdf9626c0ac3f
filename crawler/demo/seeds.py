"""The seed file of a made-up site."""

import json
from collections.abc import Mapping
from pathlib import Path

from crawler.demo.truth import DemoSite


def write_seed(path: Path, site: DemoSite, sources: Mapping[str, object]) -> None:
    """Write a seed: the site's names and address, `sources` as given, and leave to crawl loopback at once."""
    values = {
        "name": site.name,
        "name_en": site.name_en,
        "url": site.url,
        **sources,
        "private": True,
        "delay": 0,
    }
    lines = [f"{key} = {_toml(value)}" for key, value in values.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    # JSON's strings, numbers and truth values are TOML's as well.
    return json.dumps(value, ensure_ascii=False)
