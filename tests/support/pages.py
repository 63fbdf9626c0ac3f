"""Made-up page templates, shaped after those of real news sites, that the tests of this folder fill."""

from html import escape

SITE = "صوت الجزيرة"
URL = "https://news.example/2024/12/04/a-headline-of-some-length-4711/"

RELATED = (
    "انطلاق معرض الكتاب في دمشق بمشاركة مئتي دار نشر",
    "افتتاح محطة جديدة لتوليد الكهرباء في حمص",
    "المنتخب يعلن قائمته النهائية لمباراتي التصفيات",
)
STORY = (
    "أعلنت بلدية المدينة صباح اليوم بدء العمل في ترميم الجسر القديم الذي يربط ضفتي النهر منذ أكثر من ستين "
    "عاماً.",
    "وقال رئيس البلدية في مؤتمر صحفي إن الأعمال تستمر ثمانية أشهر، وإن حركة السير تتحول خلالها إلى الجسر "
    "الشمالي.",
    "وأوضح أن الكلفة تبلغ نحو مليوني دولار تغطيها المحافظة، وأن شركتين محليتين تتوليان التنفيذ بإشراف "
    "مهندسي الجامعة.",
    "ويأمل سكان الأحياء القريبة أن يعيد الترميم الحياة إلى السوق المجاور، بعد سنوات من تراجع عدد زواره.",
)
TITLE = "بدء ترميم الجسر القديم في المدينة بعد انتظار طويل"


def paragraphs(texts: tuple[str, ...] | list[str]) -> str:
    return "\n".join(f"<p>{escape(text)}</p>" for text in texts)


def links(texts: tuple[str, ...] = RELATED) -> str:
    return "".join(f'<li><a href="/other/{n}">{escape(text)}</a></li>' for n, text in enumerate(texts))


def page(
    body: str,
    *,
    title: str = TITLE,
    head: str = "",
    h1: str | None = None,
    before: str = "",
    after: str = "",
    container: str = "entry-content",
    body_class: str = "single single-post postid-4711",
) -> bytes:
    """A whole article page of a WordPress-like site: menu, headline, story, sidebar, footer."""
    menu = "".join(
        f'<li><a href="/c/{n}">{name}</a></li>'
        for n, name in enumerate(("سياسة", "اقتصاد", "ثقافة", "رياضة"))
    )
    sidebar = "".join(f'<li><a href="/s/{n}">{text} اليوم</a></li>' for n, text in enumerate(RELATED))
    heading = f"<h1 class='entry-title'>{escape(title if h1 is None else h1)}</h1>" if h1 != "" else ""
    return f"""<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8">
<title>{escape(title)} - {SITE}</title><meta property="og:site_name" content="{SITE}">
<meta property="og:type" content="article"><meta property="og:title" content="{escape(title)} - {SITE}">
{head}</head><body class="{body_class}">
<header class="site-header"><a href="/">{SITE}</a><nav><ul>{menu}</ul></nav></header>
<div id="content"><main><article class="post">{heading}{before}
<div class="{container}">{body}</div>{after}</article></main>
<aside class="sidebar"><h3>الأكثر قراءة</h3><ul>{sidebar}</ul></aside></div>
<footer class="site-footer"><p>{SITE} موقع إخباري مستقل تأسس عام 2012 وينشر أخبار المنطقة على مدار الساعة من
مراسليه.</p>
<p>جميع الحقوق محفوظة © {SITE} 2024</p></footer></body></html>""".encode()
