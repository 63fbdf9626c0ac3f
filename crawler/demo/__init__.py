"""A small newsroom of made-up sites on loopback, for `khabar demo` and the tests."""

from crawler.demo.newsroom import Newsroom
from crawler.demo.profiles import PROFILES, Profile
from crawler.demo.server import LoggedRequest
from crawler.demo.truth import DemoArticle, DemoPage, DemoSite, Edit, Kind, PageKind

__all__ = [
    "PROFILES",
    "DemoArticle",
    "DemoPage",
    "DemoSite",
    "Edit",
    "Kind",
    "LoggedRequest",
    "Newsroom",
    "PageKind",
    "Profile",
]
