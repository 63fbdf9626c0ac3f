"""A post of WordPress's REST interface becomes an article by the way that every page takes."""

import hashlib
from dataclasses import replace
from datetime import datetime

from crawler.discovery.wordpress_posts import Post
from crawler.model.article import DatePrecision, Hints
from crawler.model.site import Site
from crawler.pipelines.extraction_pool import Extracted, FetchedPage, extract_page


def extract_post(
    post: Post, site: Site, fetched_at: datetime, learned: frozenset[str] = frozenset()
) -> tuple[Extracted, str]:
    """Make an article of a post; runs in a worker process.

    Args:
        post: The post, with its text.
        site: The site it came from.
        fetched_at: When it was fetched, aware.
        learned: Keys of the paragraphs that are the site's template.

    Returns:
        What became of it, and the SHA-256 of the page that was read, in hex. The time of publication is the
        one that the site's own database tells.
    """
    html = post.as_page(site.language)
    page = FetchedPage(html, post.url, post_hints(post), "utf-8", fetched_at, learned=learned)
    return extract_post_page(page, site), hashlib.sha256(html).hexdigest()


def post_hints(post: Post) -> Hints:
    """What the interface tells of a post beside its text; kept with the page that is made of it."""
    return Hints(title=post.title or None, authors=post.authors, published_at=post.published_at)


def extract_post_page(page: FetchedPage, site: Site) -> Extracted:
    """Make an article of a page that was made of a post; runs in a worker process.

    Args:
        page: The page, with the post's hints.
        site: The site it came from.
    """
    published_at = page.hints.published_at
    extracted = extract_page(replace(page, hints=replace(page.hints, published_at=None)), site, False)
    if extracted.article is None or published_at is None:
        return extracted
    article = replace(
        extracted.article,
        published_at=published_at,
        published_precision=DatePrecision.MINUTE,
        date_source="wordpress",
    )
    prepared = extracted.prepared and replace(extracted.prepared, published_at=published_at)
    return replace(extracted, article=article, prepared=prepared)


def without_template(extracted: Extracted, template: frozenset[str], site: str) -> Extracted:
    """Take a template's paragraphs out of an article; runs in a worker process.

    Args:
        extracted: The article with its signature.
        template: Keys of the paragraphs.
        site: The site's id.
    """
    # Imported here, in the worker: the process that fetches does not need the parsers and their memory.
    from crawler.extraction.boilerplate.repeated import without_blocks
    from dedup import prepare

    if extracted.article is None or extracted.article_id is None or extracted.prepared is None:
        return extracted
    article = without_blocks(extracted.article, template)
    published = extracted.prepared.published_at
    return replace(
        extracted, article=article, prepared=prepare(extracted.article_id, article.text, published, site)
    )
