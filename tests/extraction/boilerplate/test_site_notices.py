"""Notices of a site are none of its stories, wherever they stand, and are never stored instead of one."""

from itertools import product

import pytest

from crawler.extraction import EmptyBody, extract
from crawler.model.article import Article, ArticleMark
from tests.support.pages import STORY, TITLE, URL, links, paragraphs

CONSENT = {
    "en": "We and our partners use cookies on this website to measure traffic and offer a better experience.",
    "fr": "Ce site utilise des cookies pour mesurer son audience et vous proposer des contenus adaptés.",
    "ar": "نستخدم ملفات تعريف الارتباط كي نحسّن تجربتكم في تصفح الموقع ونقيس عدد الزيارات.",
    "tr": "Sitemizde size daha iyi bir deneyim sunmak için çerezler kullanılmaktadır.",
}
OTHER = {
    "rights": "جميع الحقوق محفوظة لشبكة الفرات الإعلامية ٢٠٢٤، ويمنع نسخ أي مادة من دون موافقة مكتوبة.",
    "newsletter": "Subscribe to our daily newsletter and receive the stories that matter in your inbox.",
    "donation": "صحافتنا مستقلة بفضل قرائنا، وتبرعكم مهما كان صغيراً يساعدنا على مواصلة العمل.",
}
BLOCKS = (
    ("<div class='related'>", "</div>"),
    ("<div id='sidebar'>", "</div>"),
    ("<section class='widget col-4'>", "</section>"),
    ("<div class='share'>", "</div>"),
    ("<div id='social'>", "</div>"),
    ("<div role='complementary'>", "</div>"),
    ("<aside>", "</aside>"),
    ("<aside class='sidebar'><div class='widget'>", "</div></aside>"),
)


def _read(inner: str, *, title: str = TITLE, after: str = f"<ul>{links()}</ul>") -> Article:
    html = (
        f"<html lang='ar'><head><title>{title} | الفرات</title><meta property='og:type' content='article'>"
        f"</head><body><header><a href='/'>الفرات</a></header>{inner}{after}</body></html>"
    )
    return extract(html.encode(), URL)


def _around(story: tuple[str, ...], begin: str, end: str, notice: str, *, is_before: bool) -> str:
    block, box = f"{begin}{paragraphs(story)}{end}", f"<div class='bottom'><p>{notice}</p></div>"
    return f"<h1>{TITLE}</h1>{box}{block}" if is_before else f"<main><h1>{TITLE}</h1>{block}</main>{box}"


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block[0])
def test_a_story_in_a_block_called_furniture_beside_a_notice(block: tuple[str, str]) -> None:
    notices = (*CONSENT.values(), *OTHER.values())
    for notice, length, is_before in product(notices, (2, 4), (True, False)):
        article = _read(_around(STORY[:length], *block, notice, is_before=is_before))
        assert article.text.split("\n\n") == list(STORY[:length]), notice
        assert article.marks == []


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block[0])
def test_a_story_in_several_such_blocks(block: tuple[str, str]) -> None:
    story = "".join(f"{block[0]}<p>{text}</p>{block[1]}" for text in STORY[:3])
    for notice in (CONSENT["tr"], OTHER["newsletter"]):
        article = _read(f"<h1>{TITLE}</h1>{story}<div>{notice}</div>")
        assert article.text.split("\n\n") == list(STORY[:3])


def test_a_footer_is_a_story_only_with_its_paragraphs_and_never_for_sure() -> None:
    notice = f"<div><p>{CONSENT['ar']}</p></div>"
    article = _read(f"<h1>{TITLE}</h1><footer>{paragraphs(STORY)}</footer>{notice}")
    assert article.text.split("\n\n") == list(STORY)
    assert article.marks == [ArticleMark.UNCERTAIN_TEXT]
    with pytest.raises(EmptyBody):
        _read(f"<h1>{TITLE}</h1><footer>{paragraphs(STORY[:1])}</footer>{notice}")


def test_one_sentence_in_such_a_block_is_stored_with_a_mark() -> None:
    article = _read(f"<h1>{TITLE}</h1><div class='widget'><p>{STORY[0]}</p></div><p>{CONSENT['en']}</p>")
    assert article.text == STORY[0]
    assert article.marks == [ArticleMark.UNCERTAIN_TEXT]


@pytest.mark.parametrize("notice", [*CONSENT.values(), *OTHER.values()])
def test_nothing_but_a_notice_is_no_story(notice: str) -> None:
    for form in ("<p>{0}</p>", "<div class='entry-content'><p>{0}</p></div>", "<div>{0}<br><br>{0}</div>"):
        with pytest.raises(EmptyBody):
            _read(f"<h1>{TITLE}</h1>{form.format(notice)}", after="")


FORMS = (
    "{story}<div class='cookie-wall'><p>{notice}</p></div>",
    "<div class='text'>{story}<p>{notice}</p></div>",
    "<div class='text'><p>{notice}</p>{story}</div>",
    "<div id='gdpr-layer'><h3>خصوصيتك تهمنا</h3><p>{notice}</p><p>اختر ما يناسبك هنا.</p></div>{story}",
    "<div class='text'>{story}</div><section><div>{notice}</div><div>{companion}</div></section>",
    "<div class='text'>{lines}<br><br>{notice}</div>",
)


@pytest.mark.parametrize("form", FORMS, ids=range(len(FORMS)))
def test_consent_is_never_part_of_a_story(form: str) -> None:
    for notice in CONSENT.values():
        inner = form.format(
            notice=notice,
            story=paragraphs(STORY),
            lines="<br><br>".join(STORY),
            companion="You can change your choices at any time in our cookie settings.",
        )
        article = _read(f"<main><h1>{TITLE}</h1>{inner}</main>")
        assert article.text.split("\n\n") == list(STORY)


def test_a_story_about_cookies_stays() -> None:
    story = (
        "أقرت المفوضية قواعد جديدة تلزم المواقع بسؤال زوارها قبل وضع ملفات تعريف الارتباط على أجهزتهم.",
        "نستخدم ملفات تعريف الارتباط لتحسين تجربتك: بهذه العبارة تستقبل أغلب المواقع زوارها منذ سنوات.",
        "وبحسب القواعد الجديدة لن يكفي هذا الإشعار، وعلى المواقع أن تتيح الرفض بضغطة واحدة كما تتيح القبول.",
        "هذا الموقع يستخدم ملفات تعريف الارتباط لتحسين تجربتك، عبارة سيكون على آلاف المواقع أن تغيرها.",
    )
    title = "قواعد أوروبية جديدة لملفات تعريف الارتباط"
    box = f"<div class='cookie-notice-bottom'><p>{CONSENT['en']}</p></div>"
    article = _read(f"<h1>{title}</h1><div class='text'>{paragraphs(story)}</div>{box}", title=title)
    assert article.text.split("\n\n") == list(story)


def test_a_sentence_about_cookies_inside_another_story_stays() -> None:
    sentence = "نستخدم ملفات تعريف الارتباط لتحسين تجربتك، كتبت الشركة على موقعها."
    story = (*STORY[:2], sentence, *STORY[2:])
    article = _read(f"<h1>{TITLE}</h1><div class='text'>{paragraphs(story)}</div>")
    assert article.text.split("\n\n") == list(story)


def test_a_list_of_links_instead_of_a_story_is_doubtful() -> None:
    listed = f"<div class='text'><p>{OTHER['rights']}</p><ul>{links()}</ul></div>"
    article = _read(f"<h1>{TITLE}</h1>{listed}", after="")
    assert article.marks == [ArticleMark.UNCERTAIN_TEXT]
