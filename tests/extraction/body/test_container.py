"""The lead between headline and story belongs to the story, whatever box it is in, however long the story."""

import pytest

from crawler.extraction import extract
from tests.support.pages import RELATED, SITE, STORY, TITLE, URL, links, paragraphs

LEAD = "خلاصة الخبر التي تكتبها الصحيفة بخط عريض تحت العنوان وتقول فيها أهم ما جرى في ذلك اليوم الطويل"
LONG = [f"{text} ({number})." for number, text in enumerate(STORY * 10)]
BY_LINE = '<div class="m"><span>سلمى الخطيب</span><span>4 كانون الأول 2024</span></div>'
SHARE = '<ul class="s"><li><a href="#">فيسبوك</a></li><li><a href="#">تويتر</a></li></ul>'
CRUMBS = '<div class="bc"><a href="/">الرئيسية</a> <a href="/c">محليات</a></div>'


def _read(head: str) -> list[str]:
    html = (
        f"<!doctype html><html lang='ar'><head><meta charset='utf-8'><title>{TITLE} | {SITE}</title>"
        f"</head><body><header><nav><ul><li><a href='/'>{SITE}</a></li></ul></nav></header><main><article>"
        f"{head}<div class='t'>{paragraphs(LONG)}</div></article></main>"
        f"<aside><h3>الأكثر قراءة</h3><ul>{links(RELATED)}</ul></aside></body></html>"
    )
    return extract(html.encode(), URL).text.split("\n\n")


@pytest.mark.parametrize(
    "head",
    [
        f"<h1>{TITLE}</h1><p>{LEAD}</p>",
        f"{CRUMBS}<h1>{TITLE}</h1><p class='lead'>{LEAD}</p>{BY_LINE}{SHARE}",
        f"<header>{CRUMBS}<h1>{TITLE}</h1><p class='lead'>{LEAD}</p>{BY_LINE}{SHARE}</header>",
        f"<div class='head'>{CRUMBS}<h1>{TITLE}</h1>{BY_LINE}<div class='sub'>{LEAD}</div>{SHARE}</div>",
        f"<div><div>{CRUMBS}<h1>{TITLE}</h1></div><div class='cc'><p>{LEAD}</p>{BY_LINE}</div></div>",
    ],
)
def test_a_lead_is_the_storys_first_paragraph(head: str) -> None:
    assert _read(head) == [LEAD, *LONG]


@pytest.mark.parametrize(
    "head",
    [
        f"<div class='head'><h1>{TITLE}</h1><div class='pic'><img src='/1.jpg'><div>{LEAD}</div></div></div>",
        f"<h1>{TITLE}</h1><div class='pic'><img src='/1.jpg'><div class='legend'>{LEAD}</div></div>",
        f"<div class='head'><h1>{TITLE}</h1><p><a href='/other'>{LEAD}</a></p></div>",
        f"<div class='head'><p>{LEAD}</p><h1>{TITLE}</h1></div>",
        f"<div class='head'><h1>{TITLE}</h1><div class='promo'>{LEAD}</div></div>",
        f"<div class='head'>{CRUMBS}<h1>{TITLE}</h1>{BY_LINE}{SHARE}</div>",
    ],
)
def test_captions_teasers_and_promotions_beside_a_headline_are_no_lead(head: str) -> None:
    assert _read(head) == LONG
