"""A case for people: the manifest and each article as pages in Arabic and English that need nothing else."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment

from crawler.evidence.case import Case, CaseArticle
from crawler.html.safe import safe_link, single_line
from crawler.html.templating import environment
from crawler.html.words import LANGUAGES, word


def manifest_page(case: Case, missing: Mapping[str, Sequence[str]], signer: str | None) -> str:
    """Who put the case together, when, how, with which version, and how it can be checked.

    Args:
        case: The case.
        missing: Sentences on the captures that are lacking, by article.
        signer: The public key; None where the case is not signed.
    """
    template = _environment().get_template("manifest.html.j2")
    return template.render(case=case, missing=missing, signer=signer)


def article_page(fields: Mapping[str, Any], article: CaseArticle) -> str:
    """An article with its earlier wordings.

    Args:
        fields: All that is stored of it.
        article: What its case says of it.
    """
    return _environment().get_template("article.html.j2").render(fields=fields, article=article)


@cache
def _environment() -> Environment:
    pages = environment("crawler.evidence")
    pages.filters.update(line=single_line, paragraphs=lambda text: text.split("\n\n"))
    pages.globals.update(t=word, link=safe_link, languages=LANGUAGES, both=_both)
    return pages


def _both(key: str) -> str:
    """A heading in both languages."""
    return " · ".join(word(key, lang) for lang in LANGUAGES)
