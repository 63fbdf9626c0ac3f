"""The installed browser, and what is missing where pages cannot be drawn."""

import importlib.util
import shutil

BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
"""Commands under which systems install Chromium; Debian's is the first."""


def find_chromium() -> str | None:
    """The path of an installed Chromium; None where there is none."""
    return next((path for name in BROWSER_NAMES if (path := shutil.which(name))), None)


def missing_for_rendering() -> str | None:
    """What has to be installed before pages can be drawn; None: nothing."""
    if importlib.util.find_spec("playwright") is None:
        return "Playwright is not installed: pip install 'khabar[render]'"
    if find_chromium() is None:
        return "no Chromium is installed: on Debian, apt install chromium"
    return None
