"""The dedup report: who published what first, who carried it, how late and how alike.

`build_report` counts; `json_csv`, `page` and `terminal` show the same figures.
"""

from crawler.report.article import NearMiss, ReportArticle, SiteNote
from crawler.report.build import build_report
from crawler.report.figures import Report

__all__ = ["NearMiss", "Report", "ReportArticle", "SiteNote", "build_report"]
