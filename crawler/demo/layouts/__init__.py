"""How each made-up site looks: its addresses, its pages and its feeds."""

from typing import Final

from crawler.demo.layouts.base import Layout, Response
from crawler.demo.layouts.classic import Classic
from crawler.demo.layouts.modern import Modern
from crawler.demo.layouts.portal import Portal
from crawler.demo.layouts.wordpress import WordPress

LAYOUTS: Final[dict[str, type[Layout]]] = {
    "wordpress": WordPress,
    "portal": Portal,
    "modern": Modern,
    "classic": Classic,
}

__all__ = ["LAYOUTS", "Classic", "Layout", "Modern", "Portal", "Response", "WordPress"]
