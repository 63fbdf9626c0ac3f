"""Whether a page holds a story at all, and if not, what it is instead: the look at the page as served.

It finds what is plain (a feed, a redirect, a challenge, a login, a soft 404, a home page, an archive that
names itself one) and weighs the rest; `second_look` decides once the text has been read.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from crawler.extraction.density import linked_headings
from crawler.extraction.errors import Blocked, NotAnArticle, NotArticleReason
from crawler.extraction.metadata.canonical import is_home
from crawler.extraction.metadata.jsonld import node_rank, node_types
from crawler.extraction.metadata.meta import Metadata
from crawler.extraction.page_type.error_pages import refuse_out_of_order
from crawler.extraction.text import bare, fold

SHELL_CHARS = 250
"""What an application's shell shows, at most: «loading», a menu of a few words, a line in the footer."""
STUB_CHARS = 400
"""A page with a refresh and no more visible text than this only points elsewhere."""
SMALL_PAGE_CHARS = 1_500
"""Challenge, login and error pages have less text than this; a story *about* them has more."""
GEO_BLOCK_CHARS = 300
"""What a site says to readers of a country that it shuts out is a sentence or two; a story has more."""

_FEED = re.compile(
    r"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*+|<\?.{0,500}?\?>\s*+)*+<(rss|feed|rdf:rdf|urlset|"
    r"sitemapindex)\b",
    re.IGNORECASE | re.DOTALL,
)
_REFRESH = re.compile(r"(?<!\d)\d+\s*+;?\s*+(?:url\s*+=)?\s*+\S", re.IGNORECASE)

_CHALLENGE_TITLE = re.compile(
    r"just a moment|attention required|checking your browser|ddos-guard|access denied|are you a robot|"
    r"verify you are human|human verification|"
    r"security check|please wait|one moment,? please|bot verification|captcha|sucuri website firewall|"
    r"request blocked|"
    r"(?:^|\W)403(?:\W|$).*(?:forbidden|ممنوع)|^forbidden|blocked|انتظر لحظه|لحظه من فضلك|"
    r"التحقق من (?:المتصفح|انك)|لست روبوت|تم حظر|الوصول مرفوض|غير مصرح"
)
_CHALLENGE_MARKUP = re.compile(
    r"cf-browser-verification|cf_chl_|challenge-platform|cf-challenge|_cf_chl_opt|ddos-guard|g-recaptcha|"
    r"h-captcha|hcaptcha\.com|px-captcha|"
    r"distil_r_captcha|incapsula|sucuri_cloudproxy|/_Incapsula_Resource|aws-waf|awswaf|datadome|turnstile|"
    r"__ddg",
    re.IGNORECASE,
)
_CHALLENGE_TEXT = re.compile(
    r"enable javascript and cookies|checking (?:if the site connection is secure|your browser)|"
    r"verify(?:ing)? (?:that )?you are (?:a )?human|"
    r"ddos protection by|you have been blocked|access to this (?:page|resource) .{0,30}(?:denied|"
    r"forbidden)|unusual traffic|"
    r"(?:تاكد|تحقق|اثبت|التحقق).{0,20}انك (?:لست|انسان|بشر)|يرجي تفعيل (?:الجافا ?سكربت|جافا سكريبت)|ray id"
)
_GEO_BLOCK = re.compile(
    r"(?:not (?:currently )?|n.t |un)available (?:in|from) your (?:country|region|location|area|territory)"
    r"|(?:blocked|restricted|banned?|denied)[^.]{0,60} (?:in|from|for) your (?:country|region|location|area)"
    r"|banned the country or region your ip address|your (?:country|region) (?:is|has been) (?:block|bann)ed"
    r"|(?:غير (?:متاح|متوفر|متوفره|متاحه|مسموح)|لا (?:يتوفر|تتوفر|يتاح)|محجوب|محجوبه|محظور|مقيد)[^.]{0,30}"
    r"(?:في|من|ل|داخل) ?(?:بلدك|بلدكم|دولتك|دولتكم|منطقتك|منطقتكم|موقعك|موقعكم)"
)
_LOGIN_TITLE = re.compile(
    r"\b(?:log ?in|sign ?in|login)\b|تسجيل (?:ال)?دخول|الدخول الي (?:حسابك|الموقع)|سجل دخولك|giris yap|"
    r"giriş yap"
)
_SILENT = frozenset({"script", "style", "template"})
_UNSEEN = _SILENT | {"noscript"}
_SCRIPT_REDIRECT = re.compile(r"window\.location|location\.(?:href|replace)")
_NUMBER_404 = re.compile(r"(?:error|http|خطا)?\W{0,9}404\W{0,9}(?:error|not found|page|صفحه|خطا)?")
_MISSING = re.compile(
    r"page not found|not found|nothing found|page (?:does not|doesn.t) exist|no longer (?:available|"
    r"exists)|"
    r"(?:ال)?صفحه (?:\w+ ){0,4}(?:غير موجوده|ليست موجوده|غير متوفره|لم تعد|لا يمكن العثور|لم يتم العثور)|"
    r"لم يتم العثور علي|لم (?:نتمكن من|نستطع) العثور|لا يمكن العثور علي (?:الصفحه|هذه)|"
    r"(?:الخبر|المقال|المحتوي|الموضوع|المقاله|الرابط) (?:\w+ ){0,3}(?:غير موجود|غير موجوده|غير متوفر|"
    r"غير متاح|تم حذفه|محذوف|لم يعد)|عذرا.{0,30}(?:الصفحه|المحتوي|الخبر|المقال)|تم حذف (?:الخبر|المقال|"
    r"الصفحه|الموضوع)|"
    r"sayfa bulunamadi|rupel nehat ditin"
)
_ARCHIVE_CLASSES = frozenset(
    {
        "archive",
        "category",
        "tag",
        "tax",
        "author",
        "date",
        "search",
        "search-results",
        "search-no-results",
        "error404",
        "post-type-archive",
        "paged",
    }
)
_HOME_CLASSES = frozenset(
    {"home", "homepage", "home-page", "front", "page-front", "amp-home", "is-home", "front-page"}
)
_SITE_PAGE = re.compile(
    r"(?:من نحن|عن الموقع|اتصل بنا|تواصل معنا|اعلن معنا|للاعلان معنا|سياسه (?:الخصوصيه|النشر|الاستخدام|"
    r"التحرير|ملفات الارتباط)|(?:شروط|اتفاقيه|سياسات?) (?:الاستخدام|الخدمه|النشر)|"
    r"شروط واحكام(?: الاستخدام)?|الشروط والاحكام|خريطه الموقع|هييه التحرير|فريق (?:العمل|التحرير)|"
    r"privacy policy|terms (?:of (?:use|service)|and conditions)|about(?: us)?|contact(?: us)?|"
    r"advertise(?: with us)?|cookie policy|site ?map|hakkimizda|iletisim|iletişim|künye|"
    r"gizlilik politikasi)"
    r"(?=\W*\Z|\s[-–—|])"
)
_ARTICLE_CLASSES = frozenset(
    {
        "single",
        "single-post",
        "node-type-article",
        "page-node-type-article",
        "article-page",
        "article_page",
        "single_post",
    }
)
_LISTING_TYPES = frozenset({"collectionpage", "searchresultspage", "itemlist", "blog", "profilepage"})
_LISTING_PATH = re.compile(
    r"/(?:category|categories|tags?|topics?|authors?|section|archives?|search|writer|label|التصنيف|تصنيف|"
    r"وسم|الوسوم|كاتب|page)/[^/]+/?(?:page/\d+/?)?\Z|/page/\d+/?\Z",
    re.IGNORECASE,
)
_LISTING_QUERY = re.compile(r"(?:^|&)(?:s|q|search|tag|cat|category|author|paged)=", re.IGNORECASE)
_PAGE_QUERY = re.compile(r"(?:^|&)(?:page|pg|pagenum|pageno)=\d{1,4}(?:&|\Z)", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"(?:ال)?(?:صفحه|page|sayfa|rupel)\W{0,3}\d{1,4}(?:\W{1,9}(?:من|of|/)\W{1,9}\d{1,4})?"
)
_QUERY_OF_PAGE = re.compile(
    r"(?:^|&)(?!(?:page|paged|pg|cat|tag|lang|language|m|s|q|search|author|ver|v|ref|utm_\w{1,20}|fbclid|gclid)=)"
    r"(?:[\w-]{1,40}=[^&]{0,300}\d|[\w-]{1,40}=[^&]{12,300}|[^&=]{1,200}/[^&=]{6,300})",
    re.IGNORECASE,
)
"""A query that can choose one page of many: a number, a name or a path, in no parameter of a list's."""
_TITLE_PARTS = re.compile(r"\s(?:[-–—|•·»«/]|::)\s")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against a story, before its text is read."""

    article: int
    listing: int
    cards: int
    paged: bool
    """Whether title or address number the page; articles over several pages are numbered too."""
    about_site: bool
    """Whether the document's title begins or ends in the name of a page about the site: «من نحن»."""


def refuse_markup(source: str) -> None:
    """Refuse what is no HTML page at all.

    Raises:
        NotAnArticle: A feed or a sitemap.
    """
    if match := _FEED.match(source[:5_000]):
        name = match.group(1).lower()
        is_sitemap = name in ("urlset", "sitemapindex")
        raise NotAnArticle(NotArticleReason.SITEMAP if is_sitemap else NotArticleReason.FEED)


def refuse_plain(tree: HtmlElement, body: HtmlElement, metadata: Metadata, source: str, url: str) -> None:
    """Refuse a page that plainly is something else.

    Raises:
        Blocked: A bot challenge, a login page, a firewall's refusal, a page for readers of other countries.
        Unavailable: A page about the server's own trouble.
        NotAnArticle: A redirect stub, a soft 404, a home page.
    """
    text = _visible(body)
    small = len(text) <= SMALL_PAGE_CHARS
    for element in tree.iter("meta"):
        if (element.get("http-equiv") or "").lower() == "refresh" and len(text) <= STUB_CHARS:
            content = element.get("content") or ""
            if ("url" in content.lower() or _REFRESH.search(content)) and not _same_page(content):
                raise NotAnArticle(NotArticleReason.REDIRECT)
    names = fold(metadata.document_title or "")
    heading = next(("".join(one.itertext()) for one in body.iter("h1", "h2")), "")[:200]
    titles = f"{names}\n{fold(heading)}"
    claims = _says_article(metadata, url)
    if small and not claims:
        _refuse_wall(source, names, titles, text, body)
        refuse_out_of_order(titles, text)
    if "error404" in metadata.body_classes or (not claims and _says_missing(titles, small=small)):
        raise NotAnArticle(NotArticleReason.NOT_FOUND)
    if metadata.body_classes & _ARTICLE_CLASSES:
        return
    if "paged" in metadata.body_classes:
        raise NotAnArticle(NotArticleReason.LISTING)
    if (metadata.body_classes & _HOME_CLASSES and not (claims and not is_home(url))) or (
        is_home(url)
        and not metadata.first("article:published_time")
        and not (claims and _QUERY_OF_PAGE.search(urlsplit(url).query))
    ):
        raise NotAnArticle(NotArticleReason.HOME)
    dated = metadata.first("article:published_time") or metadata.linked_data.articles
    static = any(name.startswith("page-id-") for name in metadata.body_classes) and not dated
    if (
        static
        or _SITE_PAGE.fullmatch(bare(heading))
        or (_SITE_PAGE.match(names) and not _says_article(metadata, url))
    ):
        raise NotAnArticle(NotArticleReason.ABOUT_SITE)


def _refuse_wall(source: str, names: str, titles: str, text: str, body: HtmlElement) -> None:
    """Refuse a small page that stands between the reader and the story."""
    if _CHALLENGE_TEXT.search(fold(text)) or (
        _CHALLENGE_TITLE.search(names) and (_CHALLENGE_MARKUP.search(source) or len(text) < 600)
    ):
        raise Blocked(NotArticleReason.CHALLENGE)
    if len(text) < 300 and _CHALLENGE_MARKUP.search(source):
        raise Blocked(NotArticleReason.CHALLENGE)
    if len(text) < GEO_BLOCK_CHARS and _GEO_BLOCK.search(fold(text)):
        raise Blocked(NotArticleReason.GEO_BLOCKED)
    if _has_password(body) and (_LOGIN_TITLE.search(titles) or len(text) < 500):
        raise Blocked(NotArticleReason.LOGIN)
    if len(text) < STUB_CHARS and _SCRIPT_REDIRECT.search(source):
        raise NotAnArticle(NotArticleReason.REDIRECT)


def _says_missing(titles: str, *, small: bool) -> bool:
    """Whether a title or heading says that there is no such page; a bare "404" only as all of it."""
    if _MISSING.search(titles):
        return True
    return small and any(_NUMBER_404.fullmatch(part.strip()) for part in re.split(r"[\n|–—:-]", titles))


def says_missing(text: str) -> bool:
    """Whether a headline or a paragraph says that there is no such page."""
    return _MISSING.search(fold(text)) is not None


def weigh(body: HtmlElement, metadata: Metadata, url: str) -> Evidence:
    """Weigh what the page's head, its classes and its address say."""
    article = listing = 0
    classes = metadata.body_classes
    if classes & _ARTICLE_CLASSES or any(
        name.startswith(("postid-", "single-", "node-article")) for name in classes
    ):
        article += 2
    elif classes & _ARCHIVE_CLASSES or any(
        name.endswith("-archive") or name.startswith("archive") for name in classes
    ):
        listing += 3
    if _says_article(metadata, url):
        article += 2
    kinds = {
        kind
        for node in (*metadata.linked_data.pages, *metadata.linked_data.by_id.values())
        for kind in node_types(node)
    }
    if kinds & _LISTING_TYPES and not metadata.linked_data.articles:
        listing += 2
    if (metadata.first("og:type") or "").lower() in (
        "website",
        "blog",
        "object",
        "profile",
    ) and not metadata.first("article:published_time"):
        listing += 1
    parts = urlsplit(url)
    if _LISTING_PATH.search(unquote(parts.path)) or _LISTING_QUERY.search(parts.query):
        listing += 2
    named = [bare(part) for part in title_parts(metadata)]
    return Evidence(
        article,
        listing,
        linked_headings(body),
        paged=any(map(_PAGE_NUMBER.fullmatch, named)) or _PAGE_QUERY.search(parts.query) is not None,
        about_site=any(map(_SITE_PAGE.fullmatch, (*named[:1], *named[-1:]))),
    )


def is_script_shell(body: HtmlElement) -> bool:
    """Whether a page shows next to nothing without its scripts: the shell of an application."""
    if next(body.getroottree().iter("script"), None) is None:
        return False
    shown = sum(
        len(text.strip())
        for element in body.iter()
        for text in (element.text if element.tag not in _UNSEEN else None, element.tail)
        if text
    )
    return shown <= SHELL_CHARS


def title_parts(metadata: Metadata) -> list[str]:
    """The document's title in the parts that separators make: headline, section, the site's name."""
    return [part for part in _TITLE_PARTS.split(f" {metadata.document_title or ''} ") if part.strip()]


def _says_article(metadata: Metadata, url: str) -> bool:
    """Whether the page's own statements call it an article."""
    node = metadata.article(url)
    if node is not None and node_rank(node) <= 2:
        return True
    return (metadata.first("og:type") or "").lower() in (
        "article",
        "news",
        "newsarticle",
        "video.other",
    ) or bool(metadata.first("article:published_time"))


def _visible(body: HtmlElement) -> str:
    """A page's text, white space collapsed; of a text too long for a small page its beginning."""
    parts: list[str] = []
    length = 0
    for element in body.iter():
        if element.tag == "noscript":
            text: str | None = "".join(element.itertext())[:300]
        else:
            text = element.text if element.tag not in _SILENT else None
        for piece in (text, element.tail):
            if piece and (words := piece.split()):
                parts.append(" ".join(words))
                length += len(parts[-1]) + 1
        if length > SMALL_PAGE_CHARS + 1:
            break
    return " ".join(parts)


def _same_page(content: str) -> bool:
    """Whether a refresh only reloads the page: it has no address."""
    return re.fullmatch(r"\s*\d+\s*;?\s*", content) is not None


def _has_password(body: HtmlElement) -> bool:
    return any((element.get("type") or "").lower() == "password" for element in body.iter("input"))
