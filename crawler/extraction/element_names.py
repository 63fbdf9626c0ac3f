"""Whether the `class` and `id` of an element name it as boilerplate, by the words of themes.

A name is one of a theme's words for boilerplate as a whole («sidebar», «related-posts»), or merely contains
one («content-with-sidebar»): then it may as well name what stands beside the boilerplate.
"""

import re
from enum import IntEnum
from functools import lru_cache


class BoilerplateName(IntEnum):
    """How surely the names of an element name it as boilerplate; the higher the surer."""

    NO = 0
    PARTLY = 1
    """A word for boilerplate is part of a name."""
    WHOLLY = 2
    """A name is such a word and nothing else."""
    NEVER_STORY = 3
    """A name is a word for a part of pages that holds running text of its own: comments, footer, notices."""


_BOILERPLATE = re.compile(
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
"""Names of how something is shown (``with-share``, ``has-sidebar``) or filed (``tag-share``), not
what it is."""
_MODIFIED = re.compile(
    r"[-_](?:with|without|has|no|and|open|opened|closed|enabled|disabled|on|off|active|shown|visible|true|false)(?:[-_]|$)"
    r"|(?:^|[-_])layout(?:[-_]|$)",
    re.IGNORECASE,
)
"""Names with such a word in the middle or at the end: ``comments-open``."""
_OTHER_TEXT = re.compile(
    r"(?:site-?)?footer|colophon|comment.{0,20}|respond|disqus.{0,10}|fb-comments|cookie.{0,20}|gdpr|newsletter.{0,20}|"
    r"mc4wp-form|subscribe.{0,20}|nav.{0,8}|menu.{0,8}|mega-?menu|sub-?menu|breadcrumbs?|screen-reader-text|"
    r"author[-_]?(?:box|bio|card|info-box|description|about)|about-author|e3lan|ads?[-_].{0,20}|advertisement|"
    r"poll|survey|wp-polls|(?:lwp|ez-)?toc.{0,20}",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"[-_]?(?<!\d)\d+$")
_MAX_CHARS = 400
"""Longer lists of names are cut: frameworks write hundreds of classes."""


@lru_cache(maxsize=8192)
def boilerplate_name(classes: str, identity: str, only_whole: bool = False) -> BoilerplateName:
    """How surely an element's names name it as boilerplate.

    Args:
        classes: Its `class`.
        identity: Its `id`.
        only_whole: Whether a word that is merely part of a name counts for nothing: for paragraphs, headings
            and the like, which take on all kinds of names.
    """
    verdict = BoilerplateName.NO
    for name in f"{classes} {identity}"[:_MAX_CHARS].split():
        match = None if _STATE.match(name) else _BOILERPLATE.search(name)
        if match is None:
            continue
        word = match.group().strip("-_")
        if _DIGITS.sub("", word) == _DIGITS.sub("", name.strip("-_")):
            kind = BoilerplateName.NEVER_STORY if _OTHER_TEXT.fullmatch(word) else BoilerplateName.WHOLLY
        else:
            kind = BoilerplateName.NO if only_whole else BoilerplateName.PARTLY
        verdict = max(verdict, kind)
    return verdict


def is_state(name: str) -> bool:
    """Whether a name is of how something is shown, not of what it is: ``has-sidebar``, ``comments-open``."""
    return _STATE.match(name) is not None or _MODIFIED.search(name) is not None
