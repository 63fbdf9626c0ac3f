"""Taking out what the markup itself says is none of the story: menus, share bars, comments, sidebars.

Judged by tag names, ARIA roles, and the words of `class` and `id`, as themes and content systems write them.
A word alone is not enough: an element that holds the page's headline, or most of its prose, stays whatever
it is
called (``<div class="post has-sidebar related-top">``).
"""

import re
from collections import Counter
from functools import lru_cache

from lxml.html import HtmlElement

_INVISIBLE = (
    *("script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "map"),
    *("dialog", "button", "select", "input", "textarea", "video", "audio", "link", "meta"),
    *("amp-ad", "amp-sidebar", "amp-social-share", "amp-analytics"),
)
_STRUCTURE = frozenset({"nav", "footer", "aside", "menu"})
_TELLING = frozenset({"class", "id", "style", "itemprop", "role", "hidden", "aria-hidden"})
"""Attributes that are looked at; half of a page's elements have none of them."""
_ROLES = frozenset(
    (
        *("navigation", "banner", "contentinfo", "complementary", "search", "dialog"),
        *("menu", "menubar", "alert"),
    )
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

_ALWAYS = re.compile(
    r"(?:^|[-_])(?:yarpp|jp-relatedposts|jp_relatedposts|sharedaddy|addtoany|a2a_kit|addthis|sharethis|"
    r"st-btn|heateor|"
    r"sassy[-_]social|ssba|crp_related|outbrain|taboola|mgid|mgbox|revcontent|disqus_thread|fb-comments|"
    r"fb-like|"
    r"comments?[-_]?(?:area|list|section|wrap(?:per)?|form|box|respond|block|template|container)|"
    r"commentlist|respond|"
    r"breadcrumbs?|lwptoc|ez-toc(?:-container)?|rank-math-toc|toc_container|wp-block-table-of-contents|"
    r"tableofcontents|"
    r"screen-reader-text|visually-hidden|sr-only|skip-link|nav-links|post-navigation|posts-navigation|"
    r"adsbygoogle|google-auto-placed|ads?[-_](?:wrapper|container|slot|unit|text|box|banner|area|block|"
    r"placeholder|inner|holder)|"
    r"(?:jeg|td|tie|stream|e3lan|block|div|banner|header|footer|sidebar|in-?post|in-?article)[-_](?:ads?|"
    r"advert|e3lan)|e3lan|dfp|gpt-ad|advertisement|"
    r"mc4wp-form|newsletter[-_]?(?:form|box|signup|widget|block|subscribe|wrap)|subscribe[-_](?:form|box|"
    r"widget)|"
    r"cookie[-_]?(?:notice|banner|consent|bar|law)|gdpr|modal|popup|lightbox|off-?canvas|"
    r"author[-_]?(?:box|bio|card|info-box|description|about)|post[-_]author[-_]box|about-author|"
    r"related[-_]?(?:posts?|articles?|news|stories|content|items?|topics?|links?|block|box|list|section|"
    r"wrap(?:per)?|widget|entries|contents?|videos?|inline|story)|"
    r"(?:posts?|articles?|news|inline|entry|single|story|more|jeg|tie|td|block)[-_](?:related|"
    r"recommend(?:ed|ations?))|relatedposts?|relatednews|relatedarticles?|related|"
    r"(?:read|see|watch)[-_]?(?:also|more|next)(?:[-_](?:box|block|inline|section|widget|list|wrap))?|"
    r"also[-_]?read|you[-_]?may[-_]?(?:also[-_]?)?like|"
    r"more[-_](?:news|stories|articles|posts|from|on|related|in)|most[-_](?:read|viewed|popular)|"
    r"popular[-_]posts?|recent[-_]posts?|latest[-_](?:news|posts)|trending|"
    r"recommended|recommendations?|"
    r"prev(?:ious)?[-_]?next|next[-_]?prev(?:ious)?|(?:next|prev(?:ious)?)[-_](?:post|article|story)s?|"
    r"post[-_]nav|pagination|page-links|pager|"
    r"social[-_]?(?:share|sharing|links?|icons?|media|bar|buttons?|networks?|follow|list|box|wrap(?:per)?)|"
    r"socials?|sociable|"
    r"share[-_]?(?:buttons?|bar|links?|icons?|box|list|tools?|post|article|this|wrap(?:per)?|block|"
    r"container|items?|social|count|area|section|news)|sharing|shares?|sharebar|"
    r"follow[-_]?(?:us|box|links|bar|buttons?)|post[-_]?tags|tags[-_]?(?:links|list|box|cloud|wrap(?:per)?|"
    r"container|area|block|section)|tagcloud|entry-tags|article[-_]tags|tag-list|"
    r"entry-meta|post-meta|entry-footer|post-views?|post-ratings|kksr|wp-polls|poll|survey|print[-_]?only|"
    r"ticker|breaking[-_]?(?:news|bar)|newsticker|site-(?:header|footer|navigation)|masthead|colophon|"
    r"topbar|navbar|megamenu|mega-menu|sub-?menu|menu-item|"
    r"widget-area|footer|(?<![-_])widget(?![-_])|sidebar(?:-.{1,20})?|secondary)(?:$|[-_])",
    re.IGNORECASE,
)
_STATE = re.compile(
    r"(?:with|has|have|no|not|is|show|hide|enable|disable|without|elementor|single|post-type|js|wpb|format|"
    r"category|tag)[-_]",
    re.IGNORECASE,
)
"""Names that tell how something is shown (``with-share``, ``has-sidebar``) or filed (``tag-share``), not
what it is."""
_NEVER_STORY = re.compile(
    r"(?:^|[-_ ])(?:footer|colophon|comments?|commentlist|respond|disqus|widget|sidebar|menu|navbar|"
    r"breadcrumbs?|cookie|newsletter|related|recommend|popular|recent|trending)(?:$|[-_ 0-9])",
    re.IGNORECASE,
)
"""Names for blocks that can hold more text than a short story does."""
_STORY_CLASSES = (" entry-content ", " post-content ", " article-body ", " article-content ")
_PROTECTED_TAGS = frozenset(
    {
        "html",
        "body",
        "main",
        "article",
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "td",
        "tr",
        "tbody",
        "blockquote",
        "b",
        "strong",
    }
)
_WHOLE_TAGS = frozenset({"html", "body", "main", "head", "td", "tr", "tbody", "h1"})


def drop_invisible(body: HtmlElement) -> None:
    """Take out what no reader reads as text: scripts, styles, frames, controls. Tails stay."""
    for element in list(body.iter(*_INVISIBLE)):
        drop(element)


def drop_clutter(body: HtmlElement, *, selectors: tuple[str, ...] = ()) -> None:
    """Take out the blocks whose markup names them as furniture.

    Args:
        body: The page's body; changed in place.
        selectors: CSS selectors of further blocks to take out, from the site's seed. Invalid ones are passed
        over.
    """
    for selector in selectors:
        try:
            found = body.cssselect(selector)
        except Exception:  # noqa: BLE001, S112 - cssselect raises a dozen kinds for a bad selector; seeds are validated
            continue
        for element in found:
            if element is not body:
                drop(element)
    structure: list[HtmlElement] = []
    named: list[HtmlElement] = []
    stories: Counter[HtmlElement] = Counter()
    # XPath would say it shorter, and takes ten times as long.
    for element in body.iterdescendants():
        tag, attributes = element.tag, dict(element.items())
        is_plain = _TELLING.isdisjoint(attributes)
        if tag in _STRUCTURE or not (is_plain or _is_shown(attributes)):
            structure.append(element)
        if is_plain:
            continue
        names, style = attributes.get("class", ""), attributes.get("style", "")
        if tag not in _WHOLE_TAGS and (
            _is_clutter(names, attributes.get("id", ""), tag in _PROTECTED_TAGS)
            or (style and _HIDDEN_STYLE.search(style[:500]))
        ):
            named.append(element)
        if _is_story(names, attributes.get("itemprop", "")):
            stories.update((element, *element.iterancestors()))
    suspects = structure + named
    if not suspects:
        return
    limit = 0.5 * _prose(body)
    gone: set[HtmlElement] = set()
    for element in suspects:
        if element in gone or element.getparent() is None or element.tag in _WHOLE_TAGS:
            continue
        if (element.tag in _PROTECTED_TAGS or len(element)) and _holds_story(element, limit, stories):
            continue
        gone.update(element.iter())
        if held := stories[element]:
            stories.subtract(dict.fromkeys(element.iterancestors(), held))
        drop(element)


def drop(element: HtmlElement) -> None:
    """Remove an element with its content, and keep the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    element.tail = None
    parent.remove(element)


def _is_shown(attributes: dict[str, str]) -> bool:
    """Whether an element is neither hidden nor has the role of a part of the page around the story."""
    return not (
        "hidden" in attributes or attributes.get("role") in _ROLES or attributes.get("aria-hidden") == "true"
    )


@lru_cache(maxsize=8192)
def _is_clutter(classes: str, identity: str, protected: bool) -> bool:
    """Whether a name is a word for furniture; on a paragraph or heading only the whole name counts."""
    for name in f"{classes} {identity}"[:400].split():
        if _STATE.match(name):
            continue
        match = _ALWAYS.search(name)
        if match and (not protected or match.group().strip("-_") == name.strip("-_")):
            return True
    return False


def _prose(element: HtmlElement) -> int:
    """Characters of paragraphs, which is where most pages have their story."""
    return sum(len("".join(paragraph.itertext()).strip()) for paragraph in element.iter("p"))


@lru_cache(maxsize=8192)
def _is_story(classes: str, itemprop: str) -> bool:
    """Whether an element's attributes name it as a story's."""
    return "articleBody" in itemprop or any(name in f" {classes} " for name in _STORY_CLASSES)


def _holds_story(element: HtmlElement, limit: float, stories: Counter[HtmlElement]) -> bool:
    """Whether an element is spared; `stories` tells how many elements named as a story's are in each."""
    if next(element.iter("h1"), None) is not None and element.tag not in ("nav", "footer"):
        return True
    if stories[element] == 1:
        return True
    if element.tag in ("footer", "nav", "aside") or _NEVER_STORY.search(
        f"{element.get('class', '')} {element.get('id', '')}"[:400]
    ):
        return False
    return limit > 100 and _prose(element) > limit
