# ruff: noqa: E501 - lines of markup
"""Made-up pages shaped after the themes and content systems that Arabic newsrooms use.

Each layout is a function of a `Story` and of two pieces of dirt, one between the paragraphs and one after
them, and gives a whole page. Class names are those of the systems; texts are our own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

SITE = "صوت الجزيرة"
OTHERS = (
    "انطلاق معرض الكتاب في دمشق بمشاركة مئتي دار نشر",
    "افتتاح محطة جديدة لتوليد الكهرباء في حمص",
    "المنتخب يعلن قائمته النهائية لمباراتي التصفيات",
    "لجنة الأسعار تحدد تعرفة النقل بين المحافظات",
    "مزارعو الغاب يبدؤون حصاد القمح قبل موعده",
    "طلاب الجامعة يعرضون مشاريع تخرجهم في المدينة القديمة",
)
TEASER = "قالت مديرية الثقافة إن الدورة الجديدة من المعرض تستمر عشرة أيام وتستضيف كتاباً من دول عدة"


@dataclass(frozen=True, slots=True)
class Story:
    """What a page tells."""

    title: str
    paragraphs: tuple[str, ...]
    author: str = "سلمى الخطيب"
    section: str = "محليات"
    tags: tuple[str, ...] = ("ترميم", "الجسر القديم", "حركة السير")
    iso: str = "2024-12-04T13:25:00+03:00"
    shown: str = "4 كانون الأول 2024 - 13:25"


LONG = Story(
    "بدء ترميم الجسر القديم في المدينة بعد انتظار طويل",
    (
        "أعلنت بلدية المدينة صباح اليوم بدء العمل في ترميم الجسر القديم الذي يربط ضفتي النهر منذ ستين عاماً.",
        "وقال رئيس البلدية في مؤتمر صحفي إن الأعمال تستمر ثمانية أشهر، وإن حركة السير تتحول خلالها شمالاً.",
        "وأضاف: «لن نغلق الجسر أمام المشاة، فالناس يقصدون السوق سيراً كل صباح».",
        "وأوضح أن الكلفة تبلغ نحو مليوني دولار تغطيها المحافظة، وأن شركتين محليتين تتوليان التنفيذ بإشراف "
        "مهندسي الجامعة.",
        "خلفية المشروع",
        "وكان الجسر قد تضرر في فيضان عام 2019، ثم أغلق أمام الشاحنات بعد ظهور تشققات في دعامته الوسطى.",
        "ويأمل سكان الأحياء القريبة أن يعيد الترميم الحياة إلى السوق المجاور، بعد سنوات من تراجع عدد زواره.",
        "وتابع التاجر أبو سامر حديثه: «اقرأ أيضاً ما كتبته الصحف قبل عشر سنوات، ستجد الوعود نفسها».",
        "ومن المقرر أن تنشر البلدية تقريراً شهرياً عن تقدم العمل.",
    ),
)
SHORT = Story(
    "انقطاع المياه عن الأحياء الشرقية حتى مساء الغد",
    (
        "قالت مؤسسة المياه إن الضخ إلى الأحياء الشرقية متوقف حتى مساء الغد بسبب عطل في الخط الرئيسي.",
        "ودعت المؤسسة الأهالي إلى ترشيد الاستهلاك.",
    ),
    shown="الأربعاء 04/12/2024 01:25 م",
)
STORIES = {"long": LONG, "short": SHORT}


def _links(kind: str = "li", count: int = 4) -> str:
    return "".join(
        f'<{kind}><a href="/n/{n}/">{escape(text)}</a></{kind}>' for n, text in enumerate(OTHERS[:count])
    )


MIDDLE = {
    "none": "",
    "linked paragraph": f'<p>اقرأ أيضاً: <a href="/n/1/">{OTHERS[1]}</a></p>',
    "bold label, list": f"<p><strong>مواضيع ذات صلة:</strong></p><ul>{_links()}</ul>",
    "unlinked line": f"<p>إقرأ أيضا: {OTHERS[0]}</p>",
    "card": f'<div class="wp-block-x"><span>قد يهمك</span><a href="/n/2/"><img src="/i.jpg"><b>{OTHERS[2]}</b></a></div>',
    "advert": '<div class="mid"><span>إعلان</span></div>',
    "embed": '<blockquote class="twitter-tweet"><p>تم افتتاح المعرض <a href="https://t.co/x">pic.twitter.com/x'
    '</a></p>&mdash; بلدية المدينة (@baladia) <a href="https://twitter.com/x">December 4, 2024</a></blockquote>'
    '<script async src="https://platform.twitter.com/widgets.js"></script>',
    "newsletter": "<div><h4>اشترك في نشرتنا البريدية</h4><p>ليصلك كل جديد من أخبارنا</p><input type='email'></div>",
}
AFTER = {
    "none": "",
    "heading, list": f"<h3>مقالات ذات صلة</h3><ul>{_links()}</ul>",
    "cards": "<div class='xx-grid'><h4>اخترنا لك</h4>"
    + "".join(
        f'<div class="c"><a href="/n/{n}/"><h5>{text}</h5></a><span>3 كانون الأول 2024</span>'
        f"<p>{TEASER}...</p></div>"
        for n, text in enumerate(OTHERS[:3])
    )
    + "</div>",
    "share, tags": "<div>شارك هذا الموضوع: <a href='#'>فيسبوك</a> <a href='#'>تويتر</a> <a href='#'>واتساب</a></div>"
    "<p>الوسوم: <a href='/t/1'>ترميم</a> <a href='/t/2'>الجسر القديم</a></p>",
    "follow": "<p>لمتابعة آخر الأخبار انضموا إلى قناتنا على تلغرام <a href='https://t.me/x'>من هنا</a></p>",
    "neighbours": f"<div><div><span>السابق</span><a href='/n/1'>{OTHERS[1]}</a></div>"
    f"<div><span>التالي</span><a href='/n/2'>{OTHERS[2]}</a></div></div>",
    "comments": "<div class='cmt'><h3>اترك تعليقاً إلغاء الرد</h3><p>لن يتم نشر عنوان بريدك الإلكتروني. الحقول "
    "الإلزامية مشار إليها بـ *</p><label>الاسم</label><label>البريد</label></div>",
    "bare headlines": "<div class='zz'><p><b>آخر ما نشر من القسم</b></p>"
    + "".join(f"<p>{text}</p>" for text in OTHERS[:3])
    + "</div>",
    "complaint": "<p>إذا كنت ترى أن المقال يحوي معلومات خاطئة <a href='/fix'>أرسل تصحيحاً</a></p>",
    "rights": "<p>جميع الحقوق محفوظة © صوت الجزيرة 2024</p><p>تصميم وبرمجة <a href='https://d.example'>دار"
    " التقنية</a></p>",
}


def _ps(texts: tuple[str, ...], middle: str, tag: str = "p", attributes: str = "") -> str:
    half = max(1, len(texts) // 2)
    parts = [f"<{tag}{attributes}>{escape(text)}</{tag}>" for text in texts]
    return "\n".join([*parts[:half], middle, *parts[half:]])


def _brs(texts: tuple[str, ...], middle: str) -> str:
    half = max(1, len(texts) // 2)
    return "<br><br>\n".join(texts[:half]) + "<br><br>" + middle + "<br>\n<br>".join(texts[half:])


def _head(story: Story, *, ld: bool = True, og: bool = True, meta_time: bool = True, extra: str = "") -> str:
    data = (
        f'<script type="application/ld+json">{{"@context":"https://schema.org","@type":"NewsArticle",'
        f'"headline":"{story.title}","datePublished":"{story.iso}","dateModified":"{story.iso}",'
        f'"author":{{"@type":"Person","name":"{story.author}"}},"articleSection":"{story.section}",'
        f'"publisher":{{"@type":"Organization","name":"{SITE}"}}}}</script>'
        if ld
        else ""
    )
    graph = (
        f'<meta property="og:title" content="{story.title} - {SITE}"><meta property="og:site_name" '
        f'content="{SITE}"><meta property="og:type" content="article">'
        if og
        else ""
    )
    time = f'<meta property="article:published_time" content="{story.iso}">' if meta_time else ""
    return (
        f'<head><meta charset="utf-8"><title>{escape(story.title)} - {SITE}</title>{graph}{time}{data}{extra}'
        "</head>"
    )


def _menu() -> str:
    return "".join(
        f'<li><a href="/c/{n}">{name}</a></li>' for n, name in enumerate(("سياسة", "اقتصاد", "رياضة"))
    )


def newspaper(story: Story, middle: str, after: str) -> str:
    """tagDiv's Newspaper, with its builder's blocks."""
    return f"""<!doctype html><html dir="rtl" lang="ar">{_head(story)}<body class="rtl single single-post postid-77
 td-standard-pack"><div id="td-outer-wrap"><div class="tdc-header-wrap"><ul>{_menu()}</ul><div class="tdb-head-date-txt">
الأربعاء, ديسمبر 4, 2024</div></div><main><article class="post type-post td-post-template-1"><div class="tdc-row">
<div class="vc_column tdi_50"><div class="tdb-category"><a class="tdb-entry-category" href="/c/1" rel="category tag">
{story.section}</a></div><div class="td_block_wrap tdb_title"><h1 class="tdb-title-text">{story.title}</h1></div>
<div class="tdb-author-name-wrap"><span class="tdb-author-by">بواسطة</span><a class="tdb-author-name" rel="author"
href="/a/1">{story.author}</a></div><div class="tdb_single_date"><time class="entry-date updated td-module-date"
datetime="{story.iso}">{story.shown}</time></div><div class="tdb_single_content td-post-content tagdiv-type">
<div class="tdb-block-inner td-fix-index">{_ps(story.paragraphs, middle)}{after}</div></div>
<div class="td_block_related_posts"><h4 class="td-block-title">مواضيع مشابهة</h4><div class="td_module_wrap">
<h3 class="entry-title td-module-title"><a href="/n/9">{OTHERS[5]}</a></h3></div></div></div>
<div class="vc_column tdi_60"><div class="td_block_7"><h4>أحدث المقالات</h4><div class="td-module-container"><h3
class="entry-title"><a href="/n/8">{OTHERS[4]}</a></h3><div class="td-excerpt">{TEASER}</div></div></div></div></div>
</article></main><div class="td-footer-template-wrap"><p>عن الموقع: {SITE} موقع إخباري مستقل ينشر أخبار المنطقة على
مدار الساعة من مراسليه في كل المدن.</p></div></div></body></html>"""


def jnews(story: Story, middle: str, after: str) -> str:
    """JNews."""
    return f"""<html dir="rtl" lang="ar">{_head(story)}<body class="rtl single single-post postid-3 jnews">
<div class="jeg_viewport"><div class="jeg_header_wrapper"><ul class="jeg_menu">{_menu()}</ul><div class="jeg_top_date">
الأربعاء, ديسمبر 4, 2024</div></div><div class="jeg_content jeg_singlepage"><div class="container"><div class="jeg_main">
<div class="entry-header"><h1 class="jeg_post_title">{story.title}</h1><div class="jeg_post_meta"><div
class="jeg_meta_author"><span class="meta_text">بواسطة</span> <a href="/a">{story.author}</a></div><div class=
"jeg_meta_date"><a href="#">{story.shown}</a></div><div class="jeg_meta_category">في <a href="/c/1" rel="category tag">
{story.section}</a></div></div></div><div class="jeg_featured featured_image"><img src="/x.jpg"></div>
<div class="jeg_share_top_container">0 <span>مشاركات</span> 12 <span>مشاهدات</span></div><div class="jeg_ad
jeg_article jnews_content_top_ads"><div class="ads-text">ADVERTISEMENT</div></div><div class="entry-content with-share">
<div class="jeg_share_button share-float"></div><div class="content-inner">{_ps(story.paragraphs, middle)}
<div class="jeg_post_tags"><span>الوسوم:</span> <a rel="tag" href="/t">{story.tags[0]}</a></div></div>{after}</div>
<div class="jnews_prev_next_container"><a class="post prev-post" href="/n/1"><span class="caption">السابق بوست</span>
<h3 class="post-title">{OTHERS[0]}</h3></a></div><div class="jnews_related_post_container"><h3>مقالات ذات صلة</h3>
<article class="jeg_post"><h3 class="jeg_post_title"><a href="/n/5">{OTHERS[3]}</a></h3></article></div></div>
<div class="jeg_sidebar"><article><h3><a href="/n/6">{OTHERS[2]}</a></h3><p>{TEASER}</p></article></div></div></div>
</div></body></html>"""


def jannah(story: Story, middle: str, after: str) -> str:
    """TieLabs' Jannah."""
    return f"""<html class="" lang="ar" dir="rtl">{_head(story)}<body id="tie-body" class="rtl post-template-default single
single-post postid-11 sidebar-left has-sidebar"><header id="theme-header"><nav>{_menu()}</nav><div class="breaking">
<span class="breaking-title-text">أخبار عاجلة</span><ul><li><a href="/n/2">{OTHERS[1]}</a></li></ul></div></header>
<div id="content" class="site-content"><div class="main-content tie-col-md-8"><article id="the-post" class="container-wrapper
post-content tie-standard"><header class="entry-header-outer"><nav id="breadcrumb"><a href="/">الرئيسية</a>/<a
href="/c/1">{story.section}</a></nav><div class="entry-header"><h1 class="post-title entry-title">{story.title}</h1>
<div class="single-post-meta post-meta clearfix"><span class="author-meta"><a class="author-name tie-icon" href="/a">
{story.author}</a></span><span class="date meta-item tie-icon">{story.shown}</span><span
class="meta-reading-time">دقيقة واحدة</span></div></div></header><div class="entry-content entry clearfix">
{_ps(story.paragraphs, middle)}{after}<div class="post-bottom-meta"><div class="post-bottom-meta-title">الوسوم</div>
<span class="tagcloud"><a rel="tag" href="/t">{story.tags[0]}</a></span></div></div><div class="share-links"><a>فيسبوك
</a></div></article><div class="post-components"><div class="about-author"><h3>{story.author}</h3><div>صحفية من المدينة
تكتب في الشأن المحلي منذ سنوات طويلة وتعمل في الموقع مراسلة.</div></div><div id="related-posts" class="container-wrapper">
<h3>مقالات ذات صلة</h3><div class="related-item"><h3 class="post-title"><a href="/n/3">{OTHERS[3]}</a></h3></div></div>
<div id="comments"><p>تعليق من قارئ يقول فيه كلاماً طويلاً عن الجسر وعن الشوارع وعن كل شيء في المدينة.</p></div></div></div>
<aside class="sidebar"><h3>الأكثر قراءة</h3><ul>{_links()}</ul></aside></div></body></html>"""


def elementor(story: Story, middle: str, after: str) -> str:
    """WordPress with Elementor's theme builder: every part is a widget."""
    w = '<div class="elementor-element elementor-widget elementor-widget-{0}"><div class="elementor-widget-container">'
    end = "</div></div>"
    return f"""<html lang="ar" dir="rtl">{_head(story)}<body class="rtl post-template post-template-elementor_theme single
single-post postid-8 elementor-default"><header class="elementor elementor-location-header">{_menu()}</header>
<div class="elementor elementor-44 elementor-location-single post-8 post type-post"><section class="elementor-section
elementor-top-section"><div class="elementor-container"><div class="elementor-column">{w.format("theme-post-title")}
<h1 class="elementor-heading-title">{story.title}</h1>{end}{w.format("post-info")}<ul class="elementor-inline-items">
<li><span class="elementor-post-info__item--type-author">{story.author}</span></li><li><span
class="elementor-post-info__item--type-date"><time>{story.shown}</time></span></li></ul>{end}
{w.format("theme-post-content")}{_ps(story.paragraphs, middle)}{after}{end}{w.format("share-buttons")}<div
class="elementor-share-btn">Facebook</div>{end}{w.format("heading")}<h2 class="elementor-heading-title">قد يعجبك ايضا</h2>
{end}{w.format("posts")}<div class="elementor-posts-container"><article class="elementor-post"><h3
class="elementor-post__title"><a href="/n/1">{OTHERS[0]}</a></h3><div class="elementor-post__excerpt"><p>{TEASER}</p></div>
</article><article class="elementor-post"><h3><a href="/n/2">{OTHERS[1]}</a></h3></article></div>{end}</div></div></section>
</div><footer class="elementor-location-footer"><p>{SITE} منصة إخبارية مستقلة تهتم بشؤون المنطقة وأهلها.</p></footer>
</body></html>"""


def drupal(story: Story, middle: str, after: str) -> str:
    """Drupal 9 with fields."""
    return f"""<html lang="ar" dir="rtl">{_head(story, ld=False)}<body class="path-node page-node-type-article">
<div class="region region-header"><ul class="menu">{_menu()}</ul></div><div class="region region-content">
<div id="block-page-title"><h1 class="page-header"><span>{story.title}</span></h1></div><article class="node
node--type-article node--view-mode-full"><div class="node__meta"><span class="submitted">بواسطة <span>{story.author}</span>
في {story.shown}</span></div><div class="node__content"><div class="field field--name-field-image"><img src="/x.jpg">
</div><div class="clearfix text-formatted field field--name-body field--type-text-with-summary field__item">
{_ps(story.paragraphs, middle)}</div><div class="field field--name-field-tags"><div class="field__label">الوسوم</div>
<div class="field__item"><a href="/t/1">{story.tags[0]}</a></div></div></div></article>{after}<div
class="views-element-container block"><h2>أخبار أخرى</h2><div class="view-content"><div class="views-row"><span
class="field-content"><a href="/n/1">{OTHERS[0]}</a></span></div><div class="views-row"><span class="field-content"><a
href="/n/2">{OTHERS[1]}</a></span></div></div></div></div></body></html>"""


def joomla(story: Story, middle: str, after: str) -> str:
    """Joomla with K2: loose text and br in the text's div."""
    return f"""<html lang="ar-aa" dir="rtl">{_head(story, ld=False, og=False, meta_time=False)}<body>
<div id="menu"><ul>{_menu()}</ul></div><div id="k2Container" class="itemView"><div class="itemHeader"><span
class="itemDateCreated">{story.shown}</span><h2 class="itemTitle">{story.title}</h2><span class="itemAuthor">كتبه
<a rel="author" href="/a">{story.author}</a></span></div><div class="itemToolbar"><ul><li>حجم الخط <a href="#">تصغير حجم
الخط</a> <a href="#">تكبير حجم الخط</a></li><li><a href="#">طباعة</a></li></ul></div><div class="itemBody"><div
class="itemFullText">{_brs(story.paragraphs, middle)}{after}</div></div><div class="itemLinks"><div
class="itemCategory"><span>نشرت في</span> <a href="/c/1">{story.section}</a></div></div><div class="itemRelated"><h3>مواد
ذات صلة (بواسطة الوسم)</h3><ul>{_links()}</ul></div></div><div id="footer">كل الحقوق محفوظة</div></body></html>"""


def php_tables(story: Story, middle: str, after: str) -> str:
    """A hand-made system of 2006: nested tables, font elements, two br for a paragraph, no metadata."""
    return f"""<HTML dir=rtl><HEAD><META http-equiv=Content-Type content="text/html; charset=utf-8"><TITLE>{
        SITE
    } |
{story.title}</TITLE></HEAD><BODY><TABLE width=980><TR><TD colspan=3><TABLE><TR>{
        "".join(
            f"<TD><A href='list.php?c={n}'>{name}</A></TD>"
            for n, name in enumerate(("سياسة", "اقتصاد", "رياضة"))
        )
    }</TR></TABLE></TD></TR><TR><TD width=160 valign=top><TABLE>{
        "".join(f"<TR><TD><A href='news.php?id={n}'>{text}</A></TD></TR>" for n, text in enumerate(OTHERS))
    }</TABLE></TD><TD valign=top><TABLE><TR><TD><FONT size=5 color=#990000><B>{
        story.title
    }</B></FONT></TD></TR><TR><TD>
<FONT size=2>{story.shown}</FONT></TD></TR><TR><TD align=justify><FONT face=Tahoma size=3>
{_brs(story.paragraphs, middle)}</FONT></TD></TR><TR><TD>{
        after
    }</TD></TR></TABLE></TD><TD width=160><TABLE><TR><TD>
الأكثر قراءة</TD></TR>{
        "".join(f"<TR><TD><A href='news.php?id={n}'>{text}</A></TD></TR>" for n, text in enumerate(OTHERS))
    }</TABLE></TD></TR></TABLE><CENTER>جميع الحقوق محفوظة {SITE}</CENTER></BODY></HTML>"""


def bootstrap(story: Story, middle: str, after: str) -> str:
    """A hand-made Laravel system on Bootstrap: generic names, text in divs."""
    return f"""<!DOCTYPE html><html lang="ar" dir="rtl">{_head(story, ld=False)}<body><nav class="navbar"><ul>{_menu()}</ul>
</nav><div class="container"><div class="row"><div class="col-lg-8"><h1 class="h3 mb-3">{story.title}</h1><div
class="d-flex text-muted small"><span><i class="fa fa-user"></i> {story.author}</span><span><i class="fa fa-clock"></i>
{story.shown}</span><span><i class="fa fa-eye"></i> 1204</span></div><img class="img-fluid" src="/x.jpg"><div
class="mt-4 fs-5 lh-lg">{_ps(story.paragraphs, middle, "div")}</div>{after}</div><div class="col-lg-4"><div
class="card"><div class="card-header">الأكثر قراءة</div><div class="card-body">{_links("div")}</div></div></div></div></div>
<footer class="bg-dark"><div class="container"><div>موقع {SITE} يهتم بأخبار المنطقة وينشرها من مصادرها في كل وقت.</div>
</div></footer></body></html>"""


def nextjs(story: Story, middle: str, after: str) -> str:
    """Next.js with CSS modules: hashed class names, spans as paragraphs."""
    paragraphs = "".join(
        f'<div class="styles_block__x9Za1"><span data-text="true">{escape(text)}</span></div>'
        for text in story.paragraphs[: max(1, len(story.paragraphs) // 2)]
    )
    rest = "".join(
        f'<div class="styles_block__x9Za1"><span data-text="true">{escape(text)}</span></div>'
        for text in story.paragraphs[max(1, len(story.paragraphs) // 2) :]
    )
    return f"""<!DOCTYPE html><html lang="ar" dir="rtl">{_head(story, ld=False)}<body><div id="__next"><div
class="layout_wrap__aa1"><div class="header_nav__1kd"><a href="/">{SITE}</a><ul>{
        _menu()
    }</ul></div><main class="css-1x2y3z">
<div class="css-0"><h1 class="css-9k2l">{story.title}</h1><div class="css-7aa"><span class="css-b1">{
        story.author
    }</span><time
class="css-b2" datetime="{story.iso}">{story.shown}</time></div><div class="css-c3">{paragraphs}{middle}{
        rest
    }</div>{after}
</div><div class="css-side">{
        "".join(f'<a class="css-k" href="/n/{n}"><div>{text}</div></a>' for n, text in enumerate(OTHERS))
    }</div></main><div class="css-foot"><span>© 2024 {SITE}. كل الحقوق محفوظة</span></div></div></div>
<script id="__NEXT_DATA__" type="application/json">{{"props":{{"pageProps":{{"id":4711}}}}}}</script></body></html>"""


def amp(story: Story, middle: str, after: str) -> str:
    """The AMP twin of a WordPress article."""
    return f"""<!doctype html><html amp lang="ar" dir="rtl">{
        _head(
            story,
            extra='<link rel="canonical" href="https://news.example/2024/12/04/a-headline-of-some-length-4711/">',
        )
    }<body class="amp-single"><amp-sidebar id="s"><ul>{
        _menu()
    }</ul></amp-sidebar><header class="amp-wp-header"><a href="/">
{
        SITE
    }</a></header><article class="amp-wp-article"><header class="amp-wp-article-header"><h1 class="amp-wp-title">
{story.title}</h1><div class="amp-wp-meta amp-wp-byline">{
        story.author
    }</div><div class="amp-wp-meta amp-wp-posted-on"><time
datetime="{story.iso}">منذ 3 أيام</time></div></header><div class="amp-wp-article-content">{
        _ps(story.paragraphs, middle)
    }
{after}</div><footer class="amp-wp-article-footer"><div class="amp-wp-meta amp-wp-tax-category">التصنيفات: <a
rel="category tag" href="/c">{story.section}</a></div></footer></article></body></html>"""


def loose_text(story: Story, middle: str, after: str) -> str:
    """Text straight in a div, a headline in a div, no heading element at all."""
    return f"""<html dir="rtl">{_head(story, ld=False, og=False, meta_time=False)}<body><div class="top">{_links("span", 2)}
</div><div class="main"><div class="news_title">{story.title}</div><div class="news_date">{story.shown}</div><div
class="news_text">{_brs(story.paragraphs, middle)}</div>{after}</div><div class="left">{_links("div")}</div></body></html>"""


def blogger(story: Story, middle: str, after: str) -> str:
    """Blogger: divs with right-to-left spans, &nbsp; paragraphs between."""
    half = max(1, len(story.paragraphs) // 2)

    def lines(texts: tuple[str, ...]) -> str:
        return "".join(
            f'<div dir="rtl" style="text-align: right;"><span style="font-size: large;">{escape(text)}</span></div>'
            '<div dir="rtl" style="text-align: right;"><span style="font-size: large;"><br /></span></div>'
            for text in texts
        )

    return f"""<html dir="rtl">{_head(story, ld=False, meta_time=False)}<body class="item-view"><div id="header"><h1
class="title"><a href="https://news.example/">{SITE}</a></h1></div><div class="main section" id="main"><div
class="widget Blog" id="Blog1"><div class="blog-posts hfeed"><div class="post hentry"><h3 class="post-title entry-title"
itemprop="name">{story.title}</h3><div class="post-header"><abbr class="published" itemprop="datePublished"
title="{story.iso}">{story.shown}</abbr></div><div class="post-body entry-content" itemprop="description articleBody">
{lines(story.paragraphs[:half])}{middle}{lines(story.paragraphs[half:])}{after}</div><div class="post-footer"><span
class="post-author vcard">مرسلة بواسطة <span class="fn" itemprop="author">{story.author}</span></span></div></div></div>
</div></div><div class="sidebar"><h2>أرشيف المدونة</h2><ul>{_links()}</ul></div></body></html>"""


def asp_net(story: Story, middle: str, after: str) -> str:
    """An agency's ASP.NET system: ids, spans, paragraphs with justified spans inside, sidebar first."""
    return f"""<html lang="ar">{
        _head(story, ld=False, og=False, meta_time=False)
    }<body dir="rtl"><form id="aspnetForm"
method="post" action="news.aspx"><input type="hidden" name="__VIEWSTATE" value="{
        "dDwtMTA" * 200
    }"><div id="ctl00_side"><div
class="title">آخر الأخبار</div>{_links("div", 6)}</div><div id="ctl00_body"><span id="ctl00_lblCat">{
        story.section
    }</span>
<h1 id="ctl00_lblTitle">{story.title}</h1><span id="ctl00_lblDate">{
        story.shown
    }</span><div id="ctl00_divText">{
        _ps(tuple(story.paragraphs), middle, 'p dir="rtl" style="text-align:justify"').replace(
            '</p dir="rtl" style="text-align:justify">', "</p>"
        )
    }</div>{after}</div></form></body></html>"""


def gutenberg(story: Story, middle: str, after: str) -> str:
    """WordPress's block theme: no entry classes but wp-block ones."""
    return f"""<html lang="ar" dir="rtl">{_head(story, ld=False)}<body class="rtl wp-singular post-template-default single
single-post postid-5"><div class="wp-site-blocks"><header class="wp-block-template-part"><ul>{_menu()}</ul></header><main
class="wp-block-group"><h1 class="wp-block-post-title">{story.title}</h1><div class="wp-block-group"><div
class="wp-block-post-date"><time datetime="{story.iso}">{story.shown}</time></div><div class="wp-block-post-author"><p
class="wp-block-post-author__name">{story.author}</p></div></div><div class="entry-content wp-block-post-content
is-layout-constrained">{_ps(story.paragraphs, middle)}{after}</div><div class="wp-block-post-terms"><a rel="tag"
href="/t">{story.tags[0]}</a></div><div class="wp-block-query"><h2>المزيد من المقالات</h2><ul
class="wp-block-post-template"><li><h3 class="wp-block-post-title"><a href="/n/1">{OTHERS[0]}</a></h3></li><li><h3><a
href="/n/2">{OTHERS[1]}</a></h3></li></ul></div></main></div></body></html>"""


LAYOUTS: dict[str, Callable[[Story, str, str], str]] = {
    function.__name__: function
    for function in (
        newspaper, jnews, jannah, elementor, drupal, joomla, php_tables, bootstrap, nextjs, amp, loose_text,
        blogger, asp_net, gutenberg,
    )
}  # fmt: skip
