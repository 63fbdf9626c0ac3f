"""Modules that take long to import, loaded when a command first uses one: the one list of them.

numpy, trafilatura, pyspark's caller and the web framework cost up to a second each, which `khabar --help` and
short commands need not pay. ``from crawler.cli.lazy import batch`` gives a stand-in for the module, whose
attributes load it.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import dedup
    from crawler.operations.archive import events as archive_events
    from crawler.operations.crawling import reextract, worker
    from crawler.operations.dedup import apply, batch, events, explain, passages, split
    from crawler.operations.importing import run as importing
    from crawler.operations.sites import add, check, opml_import, record, survey
    from crawler.storage import dedup_rebuild
    from crawler.storage import errors as store_errors
    from crawler.web import access, security, server

__all__ = [
    "access",
    "add",
    "apply",
    "archive_events",
    "batch",
    "check",
    "dedup",
    "dedup_rebuild",
    "events",
    "explain",
    "importing",
    "opml_import",
    "passages",
    "record",
    "reextract",
    "security",
    "server",
    "split",
    "store_errors",
    "survey",
    "worker",
]

_MODULES = {
    "access": "crawler.web.access",
    "add": "crawler.operations.sites.add",
    "archive_events": "crawler.operations.archive.events",
    "apply": "crawler.operations.dedup.apply",
    "batch": "crawler.operations.dedup.batch",
    "check": "crawler.operations.sites.check",
    "dedup": "dedup",
    "dedup_rebuild": "crawler.storage.dedup_rebuild",
    "events": "crawler.operations.dedup.events",
    "explain": "crawler.operations.dedup.explain",
    "importing": "crawler.operations.importing.run",
    "opml_import": "crawler.operations.sites.opml_import",
    "passages": "crawler.operations.dedup.passages",
    "record": "crawler.operations.sites.record",
    "reextract": "crawler.operations.crawling.reextract",
    "security": "crawler.web.security",
    "server": "crawler.web.server",
    "split": "crawler.operations.dedup.split",
    "store_errors": "crawler.storage.errors",
    "survey": "crawler.operations.sites.survey",
    "worker": "crawler.operations.crawling.worker",
}


class _LazyModule(ModuleType):
    """A stand-in for a module, which is imported when an attribute is first asked for."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)


def __getattr__(name: str) -> ModuleType:
    if name in _MODULES:
        return _LazyModule(_MODULES[name])
    raise AttributeError(name)
