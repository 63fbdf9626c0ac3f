"""The saved searches of a file ``alerts.toml``, with one line for each problem."""

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from crawler.errors import UsageError


class AlertKind(StrEnum):
    """What is told of an article that matches."""

    NEW = "new"
    """It was fetched for the first time."""
    EDITED = "edited"
    """Its site edited it."""
    REMOVED = "removed"
    """Its site took it down."""
    FIRST = "first"
    """A site had a story first that others carry."""
    OUTLETS = "outlets"
    """Its story is carried by as many sites as `outlets` says."""


FEED_SCHEMES = ("atom", "jsonfeed")
"""Destinations that are files: ``atom:PATH`` and ``jsonfeed:PATH``."""


class AlertRule(BaseModel):
    """A saved search.

    `sites` narrows it to these; `to` are the destinations: a web address (POST of JSON), ``atom:PATH``,
    ``jsonfeed:PATH``, or an address of Apprise's such as ``mailto://``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
    query: str = ""
    sites: tuple[str, ...] = ()
    kinds: tuple[AlertKind, ...] = (AlertKind.NEW, AlertKind.EDITED, AlertKind.REMOVED)
    outlets: Annotated[int, Field(ge=2, le=1000)] | None = None
    to: Annotated[tuple[str, ...], Field(min_length=1)]

    @field_validator("kinds", "sites", "to", mode="before")
    @classmethod
    def _as_tuple(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("kinds", mode="before")
    @classmethod
    def _as_kinds(cls, value: Any) -> Any:
        try:
            return tuple(AlertKind(each) for each in value)
        except (TypeError, ValueError):
            raise ValueError(f"each is one of {', '.join(AlertKind)}") from None

    @field_validator("to")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            scheme, separator, rest = address.partition(":")
            if not separator or not rest.strip("/") or not urlsplit(address).scheme:
                raise ValueError(f"{scheme!r} is no address; write https://…, atom:FILE, mailto://…")
        return value

    @model_validator(mode="after")
    def _number_of_outlets(self) -> "AlertRule":
        if (self.outlets is not None) != (AlertKind.OUTLETS in self.kinds):
            raise ValueError('the kind "outlets" and the number `outlets = 5` belong together')
        if not self.query and not self.sites:
            raise ValueError("it needs a query, or sites")
        return self


def load_rules(path: Path) -> list[AlertRule]:
    """Read the saved searches of a file.

    Raises:
        UsageError: It is missing, or wrong: one line for each problem.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such file; docs/alerts.md shows what stands in it") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None
    entries = table.pop("alert", [])
    if table or not isinstance(entries, list):
        raise UsageError(f"{path}: unknown: {', '.join(table) or 'alert'}; it holds [[alert]] tables alone")
    rules, problems = [], []
    for number, entry in enumerate(entries, 1):
        label = entry.get("name", number) if isinstance(entry, dict) else number
        try:
            rules.append(AlertRule.model_validate(entry))
        except ValidationError as error:
            lines = map(_problem, error.errors(include_url=False))
            problems += [f"{path}: alert {label}: {line}" for line in lines]
    names = [rule.name for rule in rules]
    twice = {name for name in names if names.count(name) > 1}
    problems += [f"{path}: alert {name}: the name is there twice" for name in sorted(twice)]
    if problems:
        raise UsageError("\n".join(problems))
    return rules


def _problem(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"])
    message = error["msg"].removeprefix("Value error, ")
    return f"{key}: {message}" if key else message
