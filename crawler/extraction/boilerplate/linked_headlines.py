"""Headlines of other stories between the paragraphs: a line that is nothing but a link, without any label."""

from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.extraction.boilerplate.by_markup import drop
from crawler.extraction.boilerplate.related_links import BLOCK_TAGS, MAX_ITEM_CHARS, visible
from crawler.extraction.density import link_chars

MIN_HEADLINE_WORDS = 4
"""A linked line of fewer words is a name, a place or a button."""
FILES = (".pdf", ".doc", ".docx", ".jpg", ".jpeg", ".png", ".mp3", ".mp4", ".xlsx", ".zip")
"""What a story links to as its own document."""
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
MIN_PROSE_CHARS = 50
"""From here a block without links counts as prose of the story."""


def drop_linked_headlines(container: HtmlElement, url: str) -> None:
    """Take out paragraphs that are nothing but a link to another story of the site, its headline as text.

    Only among paragraphs of prose: where many are such links, they are what the page is about.

    Args:
        container: The element of the story; changed in place.
        url: The page's address, to tell links to other pages of its site.
    """
    doomed = []
    prose = 0
    for element in container.iter("p", "div"):
        if any(child.tag in BLOCK_TAGS for child in element.iterdescendants()):
            continue
        length = len(" ".join("".join(element.itertext()).split()))
        links = list(element.iter("a"))
        if len(links) == 1 and link_chars(element) >= 0.95 * length:
            text = visible(element)
            if (
                len(text.split()) >= MIN_HEADLINE_WORDS
                and length <= MAX_ITEM_CHARS
                and not text.endswith((".", "۔", ":", "،"))
                and _is_other_page(links[0].get("href", ""), url)
            ):
                doomed.append(element)
        elif length > MIN_PROSE_CHARS and not links:
            prose += 1
    if len(doomed) * 2 <= prose:
        for element in doomed:
            drop(element)
    if prose:
        _drop_heading_lists(container, url)


def _drop_heading_lists(container: HtmlElement, url: str) -> None:
    """Take out linked headings that follow each other with nothing between: a list of other stories.

    A heading with text below it is a card's or the story's own.
    """
    for heading in list(container.iter("h2", "h3", "h4", "h5", "h6")):
        links = list(heading.iter("a"))
        if not links or not _is_other_page(links[0].get("href", ""), url):
            continue
        follower = heading.getnext()
        is_followed = bool((heading.tail or "").strip()) or (
            follower is not None
            and follower.tag not in _HEADINGS
            and bool("".join(follower.itertext()).strip())
        )
        is_link = link_chars(heading) >= 0.95 * len(" ".join("".join(heading.itertext()).split()))
        if is_link and not is_followed and len(visible(heading).split()) >= MIN_HEADLINE_WORDS:
            drop(heading)


def _is_other_page(href: str, url: str) -> bool:
    """Whether a link leads to another page of the same site, deeper than its home page."""
    try:
        own, told = urlsplit(url), urlsplit(urljoin(url, href.strip()[:2_000]))
    except ValueError:
        return False
    path = told.path.rstrip("/")
    if told.scheme not in ("http", "https") or not told.netloc or path.lower().endswith(FILES):
        return False
    same_site = own.netloc.removeprefix("www.") == told.netloc.removeprefix("www.")
    return same_site and bool(path) and (path, told.query) != (own.path.rstrip("/"), own.query)
