"""Jinja environments for pages, and the files that pages are made of."""

from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

THEMES = (
    ("system", "◐", "theme_system"),
    ("light", "☀", "theme_light"),
    ("dark", "☾", "theme_dark"),
)
"""What a page's colours may be: the name in `theme.js`, a sign, and the key of its words."""


def environment(package: str) -> Environment:
    """An environment for the templates of a package: everything is escaped, an unknown name is an error."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def asset(package: str, name: str) -> str:
    """A style sheet or script of a package."""
    return files(package).joinpath("templates", name).read_text("utf-8")
