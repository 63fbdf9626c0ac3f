"""Pages that a server shows in the place of an article: redirects, challenges, logins, errors, soft 404s.

Taken for an article, such a page would be stored as a revision of each article of its site. Each function
answers for one kind; all but `is_redirect` and `is_missing` look only at small pages that do not call
themselves an article.
"""

import re

from lxml.html import HtmlElement

from crawler.extraction.page import MAX_VISIBLE_CHARS, Page
from crawler.parsing.arabic import fold

STUB_CHARS = 400
"""A page with a redirect and no more visible text than this only points elsewhere."""
CHALLENGE_CHARS = 600
"""A page called like a challenge has less text than this, where its markup is not that of one."""
GEO_BLOCK_CHARS = 300
"""What a site writes to readers of a country that it shuts out is a sentence or two."""
LOGIN_CHARS = 500
"""A page with a password field and less text than this is a login, whatever it is called."""
TROUBLE_CHARS = 700
"""A server's page about its own trouble has a sentence or three; an article about a site's trouble has more.
"""
RATE_LIMIT_CHARS = 200

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
# All of a title, or of a heading, but for numbers and the site's name beside it. Letters are folded.
_TROUBLE_TITLE = re.compile(
    r"(?:(?:this|the|your) )?(?:web ?site|site|account|page)(?: is| has been)? "
    r"(?:currently |temporarily |now )?(?:suspended|disabled|unavailable|offline|"
    r"(?:down|closed) for maintenance|under(?:going)? (?:\w+ )?(?:maintenance|construction)|"
    r"in maintenance mode)|"
    r"(?:scheduled |under |site )?maintenance(?: mode)?|"
    r"(?:error establishing a )?database connection(?: error)?|database error|bandwidth limit exceeded|"
    r"(?:http )?(?:error )?(?:internal server error|bad gateway|service (?:temporarily )?unavailable|"
    r"gateway time-?out)|web server is (?:down|returning an unknown error)|origin is unreachable|"
    r"(?:الموقع|موقعنا|الصفحه) (?:\w+ )?(?:قيد|تحت|في وضع|متوقف ل|مغلق ل) ?(?:ال)?(?:صيانه|تحديث)(?: \w+)?|"
    r"(?:وضع )?الصيانه|صيانه الموقع|الموقع (?:متوقف|مغلق|معلق|غير متاح) (?:مؤقتا|موقتا|حاليا)|"
    r"تم (?:ايقاف|تعليق) (?:هذا )?(?:الحساب|الموقع)|خطا في (?:الاتصال بقاعده البيانات|الخادم)"
)
# Anywhere in so short a page: only servers write this.
_TROUBLE_TEXT = re.compile(
    r"error establishing a database connection|خطا في (?:انشاء|الاتصال|اتصال).{0,12}قاعده البيانات|"
    r"this account has been suspended|briefly unavailable for scheduled maintenance|"
    r"there has been a critical error on (?:this|your) website|"
    r"(?:هناك|حدث) خطا (?:فادح|حرج) في هذا الموقع|"
    r"domain (?:name )?(?:\S+ )?(?:is|may be) (?:for sale|parked)|buy this domain|"
    r"this domain (?:name )?has expired|"
    r"\A(?:php )?(?:fatal error|parse error|warning): .{0,300} (?:on|in) (?:line|\S+\.php)"
)
_TOO_MANY = re.compile(r"too many requests|you (?:have been|are being) rate.?limited|طلبات كثيره جدا")
_BESIDE = re.compile(r"\s(?:[-–—|•·»:])\s|\n|\A\W{0,40}\d{3}\W{1,40}|\W{1,40}\d{3}\W{0,40}\Z")
_RELOAD = re.compile(r"\A\s*\d+\s*(?:;\s*)?\Z")
"""A refresh without a URL: the page only reloads itself."""
_TITLE_PART = re.compile(r"[\n|–—:-]")


def is_redirect(page: Page) -> bool:
    """Whether a page only points elsewhere, by `meta http-equiv=refresh`."""
    if len(page.visible_text) > STUB_CHARS:
        return False
    refreshes = [meta for meta in page.tree.iter("meta") if meta.get("http-equiv", "").lower() == "refresh"]
    return any(_has_target(meta.get("content", "")) for meta in refreshes)


def _has_target(refresh: str) -> bool:
    if _RELOAD.match(refresh):
        return False
    return "url" in refresh.lower() or _REFRESH.search(refresh) is not None


def is_script_redirect(page: Page) -> bool:
    """Whether a page only points elsewhere, by a script."""
    return _may_be_error(page, STUB_CHARS) and _SCRIPT_REDIRECT.search(page.source) is not None


def is_challenge(page: Page) -> bool:
    """Whether a page is a bot challenge or a firewall's refusal."""
    if not _may_be_error(page):
        return False
    if _CHALLENGE_TEXT.search(fold(page.visible_text)):
        return True
    length = len(page.visible_text)
    is_titled = _CHALLENGE_TITLE.search(page.folded_title) is not None
    if is_titled and length < CHALLENGE_CHARS:
        return True
    return (is_titled or length < GEO_BLOCK_CHARS) and _CHALLENGE_MARKUP.search(page.source) is not None


def is_geo_block(page: Page) -> bool:
    """Whether a page shuts out readers of the country that we ask from."""
    return _may_be_error(page, GEO_BLOCK_CHARS) and _GEO_BLOCK.search(fold(page.visible_text)) is not None


def is_login(page: Page) -> bool:
    """Whether a page asks for a password."""
    if not _may_be_error(page) or not any(map(_is_password, page.body.iter("input"))):
        return False
    return _LOGIN_TITLE.search(page.folded_titles) is not None or len(page.visible_text) < LOGIN_CHARS


def _is_password(field: HtmlElement) -> bool:
    return bool(field.get("type", "").lower() == "password")


def is_rate_limited(page: Page) -> bool:
    """Whether a page asks for fewer requests."""
    if not _may_be_error(page, TROUBLE_CHARS + 1):
        return False
    if any(map(_TOO_MANY.fullmatch, _title_parts(page))):
        return True
    return len(page.visible_text) < RATE_LIMIT_CHARS and _TOO_MANY.search(fold(page.visible_text)) is not None


def is_server_trouble(page: Page) -> bool:
    """Whether a server reports its own trouble: maintenance, a lost database, a closed account."""
    if not _may_be_error(page, TROUBLE_CHARS + 1):
        return False
    is_titled = any(map(_TROUBLE_TITLE.fullmatch, _title_parts(page)))
    return is_titled or _TROUBLE_TEXT.search(fold(page.visible_text)) is not None


def is_missing(page: Page) -> bool:
    """Whether a page reports that it does not exist; a bare "404" counts only as all of a title's part."""
    if "error404" in page.metadata.body_classes:
        return True
    if page.claims_article:
        return False
    if _MISSING.search(page.folded_titles):
        return True
    parts = _TITLE_PART.split(page.folded_titles)
    return page.is_small and any(_NUMBER_404.fullmatch(part.strip()) for part in parts)


def says_missing(text: str) -> bool:
    """Whether a headline or a paragraph reports that there is no such page."""
    return _MISSING.search(fold(text)) is not None


def _may_be_error(page: Page, chars: int = MAX_VISIBLE_CHARS + 1) -> bool:
    """Whether a page has less text than `chars` and does not call itself an article."""
    return len(page.visible_text) < chars and not page.claims_article


def _title_parts(page: Page) -> list[str]:
    return [part.strip(" .!…") for part in _BESIDE.split(page.folded_titles)]
