"""The dedup report: who published what first, who carried it, how late and how alike.

`build_report` counts; `render_json`, `render_csv`, `render_text` and `render_html` show the same figures.
"""

from crawler.report.article import NearMiss, ReportArticle, SiteNote
from crawler.report.build import build_report
from crawler.report.figures import Report
from crawler.report.machine import render_csv, render_json
from crawler.report.page import Served, page_policy, render_html
from crawler.report.terminal import render_text
from crawler.report.texts import articles_compared, with_texts

__all__ = [
    "NearMiss",
    "Report",
    "ReportArticle",
    "Served",
    "SiteNote",
    "articles_compared",
    "build_report",
    "page_policy",
    "render_csv",
    "render_html",
    "render_json",
    "render_text",
    "with_texts",
]
