"""What a sitemap names, by its own name: articles, or listings of them by subject and author.

WordPress and its plugins put categories, tags and authors into sitemaps beside those of posts. Each of their
addresses is a listing, whose articles stand in the sitemaps of posts.
"""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

_SUBJECT = (
    r"(?:tags?|post_?tags?|categor(?:y|ies)|cats?|authors?|users?|writers?|keywords?|taxonom(?:y|ies)"
    r"|post_?formats?|وسم|وسوم|تصنيف|تصنيفات|كاتب)"
)

LISTING_NAMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    # WordPress core
    (
        r"wp-sitemap-(?:taxonomies|users)-[\w-]{1,80}",
        ("wp-sitemap-taxonomies-category-1", "wp-sitemap-users-1"),
    ),
    # Yoast, Rank Math, All in One SEO, SEOPress; taxonomies of a shop or of an events plugin
    (
        rf"(?:[a-z]{{1,20}}[_-])?{_SUBJECT}[-_]?sitemap[-_]?\d{{0,4}}",
        ("category-sitemap", "post_tag-sitemap3", "author-sitemap", "product_cat-sitemap1", "tags_sitemap_2"),
    ),
    (r"(?:post|date)[-_]archive[-_]sitemap\d{0,4}", ("post-archive-sitemap",)),
    # XML Sitemap Generator for Google, and sites with sitemaps of their own
    (r"sitemap[-_]tax[-_][\w-]{1,80}", ("sitemap-tax-post_tag", "sitemap-tax-category-2")),
    (
        rf"sitemap[-_]{_SUBJECT}(?:[-_]?\d{{1,4}})?",
        ("sitemap-authors", "sitemap_tags_1", "sitemap-categories"),
    ),
    (rf"{_SUBJECT}(?:[-_]?\d{{1,4}})?", ("author", "tags-2", "categories")),
)  # fmt: skip
"""Patterns of whole names, without their endings, and examples of what each takes."""

_LISTINGS = re.compile("|".join(f"(?:{pattern})" for pattern, _ in LISTING_NAMES), re.IGNORECASE)
_ENDING = re.compile(r"\.(?:xml|xml\.gz|php|txt)\Z", re.IGNORECASE)
_CHOOSES = frozenset({"sitemap", "sitemap_n", "type", "map"})
"""Names of the parameters by which a site without file names chooses a sitemap (``/?sitemap=users``)."""


def names_listings(url: str) -> bool:
    """Whether a sitemap is one of listings, by its file's name or the parameter that chooses it."""
    parts = urlsplit(url)
    file = _ENDING.sub("", unquote(parts.path).rsplit("/", 1)[-1])
    chosen = [value for name, value in parse_qsl(parts.query) if name.lower() in _CHOOSES]
    return any(_LISTINGS.fullmatch(name) for name in (file, *chosen))
