"""A server's word about its own trouble, served as if it were the page.

Maintenance, a lost database, a closed account, a domain for sale: taken for an article, it would be a
revision of each story of the site.
"""

import re

from crawler.extraction.errors import Blocked, NotArticleReason, Unavailable
from crawler.extraction.text import fold

MOST_CHARS = 700
"""Such pages have a sentence or three; a story about a site's trouble has more."""

# All of a title, or of a heading, but for numbers and the site's name beside it. Letters are folded.
_TITLE = re.compile(
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
# Wherever in so short a page: nobody says it but a server.
_TEXT = re.compile(
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


def refuse_out_of_order(titles: str, text: str) -> None:
    """Refuse a small page, which does not call itself an article, in which a server tells of its trouble.

    Args:
        titles: The document's title and its first heading, folded, a line each.
        text: What the page shows.

    Raises:
        Blocked: It asks for fewer requests.
        Unavailable: It is out of order.
    """
    if len(text) > MOST_CHARS:
        return
    said = fold(text)
    parts = [part.strip(" .!…") for part in _BESIDE.split(titles)]
    if any(_TOO_MANY.fullmatch(part) for part in parts) or (len(text) < 200 and _TOO_MANY.search(said)):
        raise Blocked(NotArticleReason.RATE_LIMITED)
    if any(_TITLE.fullmatch(part) for part in parts) or _TEXT.search(said):
        raise Unavailable(NotArticleReason.SERVER_TROUBLE)
