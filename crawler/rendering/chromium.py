"""The installed browser, and what is missing where pages cannot be drawn."""

import importlib.util
import shutil

from crawler.html.sentences import sentence

BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
"""Commands under which systems install Chromium; Debian's is the first."""


def find_chromium() -> str | None:
    """The path of an installed Chromium; None where there is none."""
    return next((path for name in BROWSER_NAMES if (path := shutil.which(name))), None)


def missing_for_rendering() -> str | None:
    """What has to be installed before pages can be drawn; None: nothing."""
    if importlib.util.find_spec("playwright") is None:
        return sentence("no_playwright")
    if find_chromium() is None:
        return sentence("no_chromium")
    return None
