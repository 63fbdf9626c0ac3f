"""Each rule about furniture, on both sides: what goes, and the sentence like it that stays."""

import pytest

from crawler.extraction import extract
from tests.support.pages import RELATED, STORY, TITLE, URL, links, page, paragraphs


def story_of(body: str, *, after: str = "") -> list[str]:
    return extract(page(body, after=after), URL).text.split("\n\n")


LABELS = (
    "مقالات ذات صلة", "مقالات دات صلة:", "مَقالات ذاتُ صِلة", "ذات صلة", "مواضيع ذات علاقة", "مواضيع متعلقة",
    "اقرأ أيضاً", "إقرأ أيضا:",
    "اقرأ أيضًا على موقعنا", "شاهد أيضا", "شاهد ايضآ :", "قد يهمك", "قد يهمك أيضاً", "أخبار متعلقة",
    "الأكثر قراءة", "اخترنا لكم", "Related Posts",
    "Read also", "You may also like", "İlgili Haberler", "Nûçeyên têkildar",
)  # fmt: skip


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("shape", ["h3", "p", "strong", "div"])
def test_a_label_and_its_list_go_from_the_middle_and_the_end(label: str, shape: str) -> None:
    tag = f"<{shape}>{label}</{shape}>" if shape != "strong" else f"<p><strong>{label}</strong></p>"
    block = f"{tag}<ul>{links()}</ul>"
    middle = paragraphs(STORY[:2]) + block + paragraphs(STORY[2:])
    assert story_of(middle) == list(STORY)
    assert story_of(paragraphs(STORY) + block) == list(STORY)


@pytest.mark.parametrize(
    "block",
    [
        f"<p>اقرأ أيضاً: <a href='/o'>{RELATED[0]}</a></p>",
        f"<p><a href='/o'>اقرأ أيضاً: {RELATED[0]}</a></p>",
        f"<p><strong>شاهد ايضآ : <a href='/o'>{RELATED[1]}</a></strong></p>",
        f"<p>إقرأ أيضا| {RELATED[0]}</p>",
        f"<p>مواضيع ذات صلة : {RELATED[1]}</p>",
        f"<p><b>اقرأ المزيد</b><br><a href='/o'>{RELATED[0]}</a><br><a href='/p'>{RELATED[1]}</a></p>",
        f"<div><span>قد يهمك</span><a href='/o'>{RELATED[0]}</a></div>",
        f"<blockquote><p>اقرأ أيضاً</p><p><a href='/o'>{RELATED[0]}</a></p></blockquote>",
        f"<p>شاهد: <a href='/v'>{RELATED[2]}</a></p>",
        f"<p>للمزيد: <a href='/v'>{RELATED[2]}</a></p>",
    ],
)
def test_a_single_read_also_paragraph_goes(block: str) -> None:
    assert story_of(paragraphs(STORY[:2]) + block + paragraphs(STORY[2:])) == list(STORY)


@pytest.mark.parametrize(
    "sentence",
    [
        "وقال الوزير إن الملفات ذات الصلة بالترميم أحيلت إلى لجنة مختصة لدراستها قبل نهاية العام.",
        "ذات صلة وثيقة بالملف، تنظر المحكمة في ثلاث قضايا أخرى رفعها سكان الحي ضد البلدية خلال السنوات "
        "الماضية.",
        "مقالات ذات صلة بالموضوع نشرتها صحف محلية أثارت جدلاً واسعاً بين السكان خلال الأسابيع الأخيرة، "
        "بحسب البلدية.",
        "اقرأ أيضاً ما كتبه المؤرخ عن الجسر في كتابه الصادر عام 1987، فهو يصف طريقة بنائه وأسماء من عملوا "
        "فيه.",
        "شاهد المواطنون آليات البلدية وهي تدخل الموقع منذ ساعات الفجر، وتوقفت حركة المرور نحو نصف ساعة.",
        "شاهد أيضاً سكان الضفة الأخرى الدخان يتصاعد من الموقع، وقالوا إن الحريق استمر حتى المساء.",
        "قد يهمك أن تعرف أن الجسر بني على ثلاث مراحل، وأن المرحلة الأخيرة منه افتتحت قبل خمسين عاماً.",
        "اشترك في قناة المدينة على يوتيوب أكثر من مليون متابع منذ افتتاحها.",
        "ما رأيك بهذا الخبر الذي شغل الناس، سأل المذيع ضيفه في بداية اللقاء.",
        "اشتركوا في مجموعة من الأعمال التطوعية على ضفاف النهر.",
        "شارك مع أصدقائه في حملة لتنظيف ضفاف النهر.",
        "نشر الخبر في صحيفة محلية قبل أيام.",
        "تابعنا في الأيام الماضية أعمال الحفر.",
        "وشارك في الاجتماع ممثلون عن الأهالي، وشاركوا صوراً قديمة للجسر على فيسبوك وتلغرام.",
        "وتابع المهندس عبر فيسبوك أن الأعمال لن تتوقف في الشتاء، وأن الورشات تعمل على مدار الساعة.",
        "وأعلنت المحافظة أن جميع الحقوق محفوظة لأصحاب المحال المتضررة، وأن لجنة ستقدر التعويضات خلال شهر.",
        "إعلان البلدية جاء بعد يوم واحد من زيارة المحافظ للموقع واطلاعه على حال الدعائم.",
        "السابق في المنصب كان قد وعد بالترميم مراراً ولم يفِ بوعده، كما قال أحد السكان.",
        "Related offences are being examined by the court, officials said, and no date was set for a "
        "hearing.",
    ],
)
def test_prose_with_such_words_stays(sentence: str) -> None:
    body = [*STORY[:2], sentence, *STORY[2:]]
    assert story_of(paragraphs(body)) == body
    assert story_of(paragraphs([*STORY, sentence])) == [*STORY, sentence]


def test_a_label_does_not_take_the_paragraph_after_it() -> None:
    body = paragraphs(STORY[:2]) + "<h3>اقرأ أيضاً</h3>" + paragraphs(STORY[2:])
    assert story_of(body) == list(STORY)


def test_a_linked_paragraph_that_tells_something_stays() -> None:
    start, _, rest = STORY[2].partition("، ")
    told = f'<p>{start}، <a href="/x">{rest}</a></p>'
    assert story_of(paragraphs(STORY[:2]) + told + paragraphs(STORY[3:])) == list(STORY)


def test_a_list_of_the_story_stays() -> None:
    items = ["ترميم الدعائم الأربع.", "تبديل السياج الحديدي.", "إنارة الممر."]
    body = (
        paragraphs(STORY)
        + "<p>وتشمل الأعمال:</p><ul>"
        + "".join(f"<li>{item}</li>" for item in items)
        + "</ul>"
    )
    assert story_of(body) == [*STORY, "وتشمل الأعمال:", *items]


def test_an_unlinked_list_under_a_label_goes_at_the_end_but_the_story_after_it_stays() -> None:
    listed = "<h4>مقالات ذات صلة</h4><ul>" + "".join(f"<li>{text}</li>" for text in RELATED) + "</ul>"
    assert story_of(paragraphs(STORY) + listed) == list(STORY)
    assert story_of(paragraphs(STORY[:2]) + listed + paragraphs(STORY[2:])) == list(STORY)


def test_headlines_with_dashes_under_a_label_go_and_dashes_of_the_story_stay() -> None:
    listed = "".join(f"<p>- {text}</p>" for text in RELATED)
    start, end = paragraphs(STORY[:2]), paragraphs(STORY[2:])
    assert story_of(start + "<p>أخبار ذات صلة:</p>" + listed + end) == list(STORY)
    told = [f"- {text}" for text in RELATED]
    assert story_of(start + "<p>وجاء في الخطة:</p>" + listed + end) == [
        *STORY[:2], "وجاء في الخطة:", *told, *STORY[2:],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "prompt",
    [
        "<p>شارك هذا الخبر:</p>",
        "<p>تابعونا على تلغرام وواتساب</p>",
        "<p>اشترك في قناتنا على تلغرام <a href='https://t.me/x'>اضغط هنا</a></p>",
        "<p>— اذا اعجبك الفيديو, لاتنسى الاشتراك <a href='/y'>بقناتنا علي اليوتوب</a></p>",
        "<p>للاشتراك في النشرة البريدية أدخل بريدك</p>",
        "<p>متابعة أخبار المدينة على تلغرام</p>",
        "<p>الكلمات المفتاحية: <a href='/t/1'>الجسر</a>، <a href='/t/2'>البلدية</a></p>",
        "<p>الوسوم: الجسر، البلدية، النهر</p>",
        "<h3>التعليقات (3)</h3>",
        "<p>لا توجد تعليقات</p>",
        "<p>جميع الحقوق محفوظة لصوت الجزيرة 2024</p>",
        "<p>المقالات المنشورة لا تعبر بالضرورة عن رأي الموقع</p>",
        "<p><a href='/p'>السابق</a></p><p><a href='/n'>التالي</a></p>",
        "<div>ADVERTISEMENT</div>",
        "<p>إعلان</p>",
        "<p>اشترك الآن في قناة صوت الجزيرة على يوتيوب</p>",
        "<p>مشاركة عبر البريد</p>",
        "<p>هل أعجبك الخبر؟ شاركه مع أصدقائك</p>",
        "<p>ما رأيك بهذا الخبر؟</p>",
        "<p>Share this article</p>",
        "<p>Subscribe to our newsletter and get the news in your inbox</p>",
    ],
)
def test_prompts_tags_notices_and_adverts_go(prompt: str) -> None:
    assert story_of(paragraphs(STORY) + prompt) == list(STORY)


def test_an_advert_between_paragraphs_goes() -> None:
    body = paragraphs(STORY[:1]) + "<div class='x'><span>ADVERTISEMENT</span></div>" + paragraphs(STORY[1:])
    assert story_of(body) == list(STORY)


@pytest.mark.parametrize(
    "line", ["5 دقائق للقراءة", "آخر تحديث: 4 كانون الأول 2024", "1,204 مشاهدة", "شارك", "حجم الخط"]
)
def test_the_headlines_small_print_goes(line: str) -> None:
    assert story_of(f"<p>{line}</p>" + paragraphs(STORY)) == list(STORY)


@pytest.mark.parametrize(
    "markup",
    [
        f"<div class='yarpp yarpp-related'><h3>أخرى</h3><ol>{links()}</ol></div>",
        f"<div class='related-posts'><p>{RELATED[0]}</p></div>",
        "<div id='comments' class='comments-area'><p>تعليق طويل من قارئ يقول فيه رأيه في الجسر وفي "
        "البلدية وفي كل شيء.</p></div>",
        "<div class='share-buttons'><span>فيسبوك</span> <span>تويتر</span></div>",
        "<div style='display:none'><p>نص مخفي لا يراه أحد من القراء مهما أطال النظر في الصفحة.</p></div>",
    ],
)
def test_blocks_that_the_markup_names_go(markup: str) -> None:
    assert story_of(paragraphs(STORY[:2]) + markup + paragraphs(STORY[2:])) == list(STORY)
    assert story_of(paragraphs(STORY), after=markup) == list(STORY)


@pytest.mark.parametrize(
    "name", ["with-share", "has-sidebar", "post-with-comments", "entry-content no-share", "share-content"]
)
def test_a_name_alone_does_not_take_the_story(name: str) -> None:
    assert story_of(f"<div class='{name}'>{paragraphs(STORY)}</div>") == list(STORY)


def test_title_is_not_the_story() -> None:
    assert extract(page(paragraphs(STORY)), URL).title == TITLE
