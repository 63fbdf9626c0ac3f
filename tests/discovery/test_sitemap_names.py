"""Sitemaps of categories, tags and authors by their names, and listings among a sitemap's pages."""

import re

import pytest

from crawler.discovery.links import is_listing_address
from crawler.discovery.sitemap import LISTING_NAMES, names_listings
from crawler.discovery.source_content import sitemap_content
from crawler.model.site import Site

SITE = Site(id="sada", name="صدى", url="https://sada.example/")
ARTICLES = (
    "wp-sitemap-posts-post-1.xml", "wp-sitemap-posts-page-1.xml", "post-sitemap.xml", "post-sitemap12.xml",
    "page-sitemap.xml", "news-sitemap.xml", "sitemap-news.xml", "sitemap-pt-post-2024-03.xml", "sitemap.xml",
    "sitemap-archive-2019.xml", "archive-sitemap.xml", "sitemap-category-politics.xml", "sitemap-2024-03.xml",
    "sitemap-posttype-post.202403.xml", "sitemap_index.xml", "tagesthemen-sitemap.xml", "?sitemap=posts",
    "sitemap.xml?yyyy=2024&mm=03", "vintage-sitemap.xml",
)  # fmt: skip
LISTINGS = (
    "category-sitemap2.xml.gz", "CATEGORY-SITEMAP.XML", "news/post_tag-sitemap.xml", "sitemaps/authors.xml",
    "?sitemap=taxonomies&sitemap-subtype=category&paged=1", "?sitemap=users&paged=1", "sitemap.xml?type=tags",
    "sitemap-%D9%88%D8%B3%D9%88%D9%85.xml",
)  # fmt: skip


@pytest.mark.parametrize(("pattern", "examples"), LISTING_NAMES)
def test_each_pattern_takes_its_examples(pattern: str, examples: tuple[str, ...]) -> None:
    for example in examples:
        assert re.fullmatch(pattern, example)
        assert names_listings(f"https://sada.example/{example}.xml")


def test_sitemaps_of_articles_are_told_from_those_of_listings() -> None:
    assert not [name for name in ARTICLES if names_listings(f"https://sada.example/{name}")]
    assert [name for name in LISTINGS if names_listings(f"https://sada.example/{name}")] == list(LISTINGS)


@pytest.mark.parametrize(
    ("path", "is_listing"),
    [
        ("", True),
        ("?paged=2", True),
        ("?cat=4", True),
        ("index.php", True),
        ("category/local/", True),
        ("ar/category/local/damascus", True),
        ("tag/a-tag-of-four-words/", True),
        ("author/editor/", True),
        ("وسم/السوق/", True),
        ("news/page/3/", True),
        ("2024/03/", True),
        ("?p=77", False),
        ("?p=77&cat=4", False),
        ("tag/", False),
        ("2024/03/05/a-story/", False),
        ("category/local/a-bridge-opens-in-town/", False),
        ("category/local/31822", False),
        ("news/the-author/of-the-book/", False),
        ("كتاب/قصة-الجسر-القديم", False),
        ("about/", False),
    ],
)
def test_listings_are_known_by_their_addresses(path: str, is_listing: bool) -> None:
    assert is_listing_address(f"https://sada.example/{path}", SITE) is is_listing


def test_an_address_that_the_seed_calls_an_article_is_no_listing() -> None:
    site = SITE.model_copy(update={"article": (r"/tag/",)})
    assert not is_listing_address("https://sada.example/tag/x", site)


def test_a_sitemap_s_listings_stand_apart_from_its_articles() -> None:
    paths = ("", "category/local/", "2024/03/05/a-story/", "a-story-of-the-town")
    rows = "".join(f"<url><loc>https://sada.example/{path}</loc></url>" for path in paths)
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'.encode()
    content = sitemap_content(body, "https://sada.example/sitemap.xml", SITE, None)
    assert [len(content.pages), len(content.listings)] == [2, 2]
