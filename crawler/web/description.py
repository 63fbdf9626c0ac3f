"""The API's description (OpenAPI): what FastAPI derives from the models, with an example of every answer."""

import json
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from fastapi import FastAPI

INVALID: Final = "422"
"""What FastAPI answers to a value that it cannot read; here that is 400 (`crawler.web.app`)."""

UNUSED: Final = ("HTTPValidationError", "ValidationError")
"""Models of that answer."""


class DescribedApp(FastAPI):
    """An application that describes its API as it answers."""

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = _with_examples(super().openapi())
        return self.openapi_schema


def _with_examples(description: dict[str, Any]) -> dict[str, Any]:
    for path, operation in operations(description):
        operation["responses"].pop(INVALID, None)
        operation["responses"]["200"]["content"]["application/json"]["example"] = examples()[path]
    for name in UNUSED:
        description["components"]["schemas"].pop(name, None)
    return description


def operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each operation of a description with its path."""
    for path, methods in description["paths"].items():
        for operation in methods.values():
            yield path, operation


@lru_cache(maxsize=1)
def examples() -> dict[str, Any]:
    """An answer of each path, of a made-up archive."""
    text = files("crawler.web").joinpath("examples.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read
