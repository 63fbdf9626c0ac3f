"""Where the files of an installation and of a user are.

In a clone of the project everything lies beside the code, as its documentation says. Elsewhere it is where
the XDG Base Directory Specification (0.8) puts the files of a program.
"""

import os
from pathlib import Path
from typing import Final

NAME: Final = "khabar"


def config_dir() -> Path:
    """The folder of a user's own seeds and settings: ``~/.config/khabar``."""
    return _base("XDG_CONFIG_HOME", ".config")


def settings_file() -> Path:
    """A user's settings, as ``KHABAR_NAME=value`` lines; `khabar init` writes it."""
    return config_dir() / "khabar.env"


def default_data_dir() -> Path:
    """The folder of stores, logs and kept pages: ``.khabar`` in a clone or where there is one already."""
    here = Path(".khabar")
    return here if _is_clone() or here.is_dir() else _base("XDG_DATA_HOME", ".local/share")


def default_seeds() -> Path:
    """The folder of seeds: ``seeds`` where there is one, else that of the user, over those of the program."""
    here = Path("seeds")
    return here if here.is_dir() else user_seeds()


def user_seeds() -> Path:
    """The folder of a user's own seeds."""
    return config_dir() / "seeds"


def alerts_file() -> Path:
    """The saved searches of `khabar alerts`: ``alerts.toml`` where there is one, else that of the user."""
    here = Path("alerts.toml")
    return here if here.is_file() else config_dir() / "alerts.toml"


def bundled_seeds() -> Path:
    """The folder of the seeds that come with the program: within the package, or beside it in a clone."""
    package = Path(__file__).parent
    inside = package / "seeds"
    return inside if inside.is_dir() else package.parent / "seeds"


def _is_clone() -> bool:
    return Path("pyproject.toml").is_file() and Path("crawler", "folders.py").is_file()


def _base(variable: str, default: str) -> Path:
    """A base folder by its variable; one that is not absolute is to be ignored."""
    base = Path(os.environ.get(variable, ""))
    return (base if base.is_absolute() else Path.home() / default) / NAME
