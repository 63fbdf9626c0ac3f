"""Dates and times as newspapers, their software and their feeds write them, in the region's languages."""

from crawler.parsing.dates.reading import ParsedDate, parse_date

__all__ = ["ParsedDate", "parse_date"]
