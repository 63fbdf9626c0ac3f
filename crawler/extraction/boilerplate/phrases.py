"""The phrases that news sites put around their stories, as patterns over folded text (`text.fold`).

A phrase says what a block *may* be; position, links, length and what follows decide (`related`, `edges`).
Collected from the templates of Arabic, Kurdish, Turkish, Persian and English news sites. Folding has removed
vowel marks and unified alef, ya, ta marbuta and digits, so «إقرأ أيضاً» is written ``اقرا ايضا`` here.
"""

import re
from enum import StrEnum
from functools import lru_cache

from crawler.extraction.text import bare, fold


class Furniture(StrEnum):
    """What a block is, if it is none of the story."""

    RELATED = "related"
    SHARE = "share"
    FOLLOW = "follow"
    TAGS = "tags"
    COMMENTS = "comments"
    COPYRIGHT = "copyright"
    ADVERT = "advert"
    NAVIGATION = "navigation"


_NOUN = (
    "(?:ال)?(?:مقالات|مقاله|مقال|مواضيع|موضوعات|موضوع|اخبار|خبر|مواد|ماده|تقارير|تقرير|قصص|قصه|روابط|رابط|"
    "منشورات|مشاركات|تدوينات|فيديوهات|فيديو|محتوي|ملفات|عناوين|صفحات|مطالب|مطلب)"
)
_KIN = (
    "(?:(?:ال)?(?:ذات|دات|زات|ذو|ذي) (?:ال)?(?:صله|علاقه)|لها (?:صله|علاقه)|(?:ال)?(?:مرتبطه?|متعلقه|متعلق|"
    "مشابهه|مماثله|"
    "شبيهه|متصله|مقترحه|مختاره|مشابه|مرتبط)|قد (?:تهمك|تهمكم|يهمك|يهمكم|تعجبك|يعجبك|تعجبكم)|(?:تهمك|يهمك|"
    "تهمكم|يهمكم)|"
    "ساخنه(?: اخري)?|اخري|مختارات)"
)
_READ = (
    "(?:اقرا|اقراوا|اقراي|اقري|اقرء|اقراو|قرا|شاهد|شاهدوا|شاهدي|تابع|تابعوا|طالع|طالعوا|انظر|انظري|اطلع|"
    "اطلعوا|استمع|راجع)"
)
_ALSO = "(?:ايضا|ايضآ|كذلك|المزيد|اكثر|اكتر|ايصا|ايظا)"

_RELATED_LEAD = (
    "من الممكن ان (?:يعجبك|يعجبكم|يهمك|يهمكم)|"
    "(?:اقرا|شاهد) (?:التالي|في نفس الموضوع)|(?:اهم|ابرز) (?:المواضيع|الاخبار|المقالات)|اخر ما (?:نشر|"
    "كتب)(?: (?:من|في) .{1,30})?"
    "|(?:المزيد|مزيد) (?:حول|عن) (?:هذه القصه|هذا الموضوع|الموضوع|الخبر)|المزيد في .{1,20}|(?:تصفح|اكتشف|"
    "شاهد|قراءه|اكمل) (?:المزيد|القراءه)"
    "|اكتشاف المزيد من .{1,40}|قد تحب (?:ايضا|قراءه)"
    f"|(?:و)?{_READ} {_ALSO}(?: (?:علي|في|من|عن) (?:موقعنا|الموقع|[^ ]{{2,14}}))?"
    f"|{_NOUN} {_KIN}(?: (?:بالموضوع|بالخبر|بالمقال|بهذا الموضوع|بالموضوع نفسه|ايضا|اخري))?"
    "|(?:ال)?(?:ذات|دات) (?:صله|علاقه)"
    "|(?:قد|ربما|لربما) (?:يهمك|يهمكم|تهمك|يعجبك|يعجبكم|تود قراءه|ترغب في قراءه|ترغب بقراءه)(?: (?:ايضا|"
    "قراءه|الاطلاع علي))?"
    "|(?:يهمك|يهمكم|يعجبك) ايضا|مما قد يعجبك|مقالات قد تعجبك"
    "|(?:اخترنا|نرشح|رشحنا|انتقينا) (?:لك|لكم)|(?:نرشح|نقترح|ننصح|ينصح) (?:لك|لكم|بقراءه|بمشاهده|بمطالعه)|"
    "(?:ننصحك|ننصحكم) (?:بقراءه|بمشاهده)"
    "|لا (?:يفوتك|يفوتكم|تفوت قراءه|تفوتك|تفوتوا)"
    "|من (?:نفس|ذات) (?:القسم|الفئه|التصنيف)|المزيد من (?:الاخبار|المقالات|المواضيع|هذا القسم|نفس القسم|"
    "نفس الكاتب)"
    "|(?:الاكثر|الاعلي) (?:قراءه|مشاهده|تداولا|تفاعلا|تعليقا|شيوعا)|(?:اخر|احدث) (?:الاخبار|المقالات|"
    "المواضيع|المستجدات)"
    "|(?:read|see|watch|view) also|also (?:read|see|watch)|related (?:articles?|posts?|news|stories|story|"
    "topics?|content|links?|coverage|reading|videos?)"
    "|(?:you )?(?:may|might)(?: also)? (?:like|be interested in)|you may (?:also )?like|more (?:from|"
    "stories|news|on this(?: story| topic)?|about|like this)"
    "|recommended(?: for you| articles| reading| stories)?|don['’]?t miss|read (?:more|next)|most (?:read|"
    "popular|viewed)|latest (?:news|posts|stories)|see more|keep reading"
    "|ilgili (?:haberler|haber|konular|yazilar)|(?:bunlar da )?ilginizi çekebilir|ayrica (?:oku|"
    "okuyun|bakiniz)|diger haberler|diğer haberler"
    "|(?:nuceyen|nûçeyên|nuceyen) (?:tekildar|têkildar|din)|(?:herwiha|her wiha) (?:bixwine|bixwîne)|"
    "بابهتي پهيوهنديدار|ههوالي پهيوهنديدار"
    "|(?:اخبار|مطالب|خبرهاي) (?:مرتبط|بيشتر|پيشنهادي)|بيشتر (?:بخوانيد|ببينيد)|(?:همچنين )?بخوانيد"
)
_READ_ALONE = (
    f"{_READ}|{_READ} (?:الفيديو|بالفيديو|بالصور|الصور)|للمزيد|المزيد|لقراءه المزيد|بالفيديو|فيديو|مواضيع|"
    f"مقالات|ذو صله|related|also|more|watch|video|oku"
)
"""Openings that count only before a separator *and* a link: alone they are everyday words of a sentence."""

_PLATFORM = (
    "(?:telegram|whats ?app|face ?book|twitter|instagram|you ?tube|google ?news|tik ?tok|threads|"
    "linked ?in|snap ?chat|nabd|rss|viber|"
    "ت[يل]+[ي]?[غجقك]?رام|تيليجرام|تلجرام|واتس ?اب|واتساب|وتساب|في?س ?بو?ك|فايسبوك|تويتر|تويتر|انستغرام|"
    "انستقرام|انستجرام|انستا|يوتيوب|"
    "اليوتيوب|يوتوب|اليوتوب|تيك ?توك|غوغل نيوز|جوجل نيوز|اخبار (?:جوجل|غوغل)|نبض|سناب ?شات|لينكد ?ان|ثريدز|"
    "منصه (?:اكس|x))"
)
_OURS = (
    "(?:[بلعو]{0,2})?(?:قناتنا|قنواتنا|صفحتنا|صفحاتنا|حسابنا|حساباتنا|موقعنا|نشرتنا|معرفاتنا|منصاتنا|"
    "مجموعتنا|مجموعاتنا|"
    "تطبيقنا|النشره البريديه|نشرتنا البريديه|our (?:official )?(?:channels?|page|newsletter|app|telegram|"
    "whatsapp|group|facebook))"
)
_CALL = (
    "(?:تابعنا|تابعونا|تابعوا|تابع|لمتابعتنا|اشترك|اشتركوا|اشتركي|للاشتراك|الاشتراك|انضم|انضموا|للانضمام|"
    "الانضمام|انقر|انقروا|"
    "اضغط|اضغطوا|حمل|حملوا|لتحميل|شارك|شاركونا|زوروا|زيارة|لا تنس(?:ي|وا)?|لاتنس(?:ي|وا)?|لمتابعه|لتصلك|"
    "ليصلك|سجل|سجلوا|"
    "follow|subscribe|join|sign up|download|get|like)"
)
"""Words that ask for something. Most are past tense as well («انضم»): alone they prove nothing."""
_FOLLOW = (
    f"(?:[^ ]+ ){{0,6}}?{_CALL}\\b.{{0,160}}{_OURS}"
    "|(?:تابعونا|bizi takip edin|follow us)\\b"
    f"|(?:تابعنا|للاشتراك|للانضمام|لمتابعتنا|subscribe to|join us|sign up) .{{0,120}}(?:{_PLATFORM}|"
    f"newsletter|inbox|بريدك)"
    f"|(?:لمتابعه|متابعه|تابع|تابعوا) (?:اخبار|اخر|احدث|كل|جميع|المزيد|مزيد) .{{0,120}}(?:علي|عبر|"
    f"في) .{{0,30}}{_PLATFORM}"
    "|(?:اذا كنت )?(?:تعتقد|تري|تظن|وجدت|لاحظت).{0,160}(?:ارسل|ارسلي|قدم|قدمي|راسلنا|ابلغنا|اخبرنا).{0,40}"
    "|(?:للمزيد|لمزيد من .{0,40}|لمتابعه .{0,60}|لقراءه .{0,60}|للاشتراك .{0,60}|"
    "للانضمام .{0,60})[،, ]*(?:اضغط|انقر|اضغطوا|انقروا)\\b"
)
_FOLLOW_LABEL = (
    "(?:اشترك الان|اشتركوا(?: الان)?|انضموا(?: الان)?) (?:في|الي|ب) ?(?:ال)?(?:قناه|صفحه|مجموعه)\\b.{0,40} "
    f"(?:علي|عبر) (?:ال)?{_PLATFORM}.{{0,20}}|"
    "للمزيد .{0,40}تابعونا .{0,40}|(?:رابط )?(?:ال)?قناه?ا?ت?ن?ا? علي (?:ال)?(?:تلغرام|تيليغرام|تليغرام|"
    "تلجرام|واتساب|يوتيوب)\\W.{0,60}|هذا الموقع يستخدم (?:ملفات?|ملف) تعريف .{0,60}|"
    "(?:ليصلك|ليصلكم|لتصلك|لتصلكم) .{3,60}|"
    "اشترك (?:معنا )?(?:في|ب) ?(?:قايمتنا|نشرتنا|نشره|قايمه).{0,80}|(?:اشترك|سجل) .{0,60}بريدك.{0,40}|"
    "(?:سوف )?تصلك .{0,40}بريدك.{0,30}|"
    "تابعوا تطبيق .{0,80}|حمل(?:وا)? تطبيق.{0,60}|"
    "تابعنا(?: (?:علي|عبر).{0,60})?|تابعونا(?: (?:علي|عبر|في).{0,60})?|follow us.{0,40}|"
    "(?:ال)?نشره (?:ال)?(?:بريديه|اخباريه)|"
    "newsletter|subscribe|اشترك(?: الان| معنا| في النشره.*)?|سجل (?:الان|بريدك).{0,60}|القائمه البريديه|"
    "شبكات التواصل(?: الاجتماعي)?"
)
_SHARE_LABEL = (
    "(?:شارك|مشاركه|ارسال|ارسل) (?:علي |عبر |ب)?(?:ال)?(?:بريد|ايميل)(?: (?:ال)?الكتروني)?|"
    "هل اعجبك (?:هذا |هذه )?(?:ال)?(?:خبر|مقال|مقاله|موضوع|محتوي)\\W{0,3}(?:شارك.{0,40})?|"
    "(?:اعجاب )?تحميل|معجب بهذه|مرتبط|تم نسخ الرابط|print friendly.{0,20}|like loading|loading|"
    "(?:المشاركه|مشاركه|شارك|انقر للمشاركه|اضغط للمشاركه|اطبع|ارسال رابط|share|click to (?:share|print|"
    "email)) ?.{0,50}\\((?:فتح في نافذه جديده|opens in new window)\\)?|"
    "شارك الان.{0,20}|طباعه (?:هذه |هذا |ال)?(?:صفحه|الصفحه|الخبر|المقال)|"
    "(?:share|tweet|pin|email|print|copy link|send|like this|share (?:this|on|via|with|the).{0,40})"
    "|(?:شارك|شاركها|شاركه|شاركنا|مشاركه|انشر|انشرها|طباعه|اطبع|غرد|نسخ الرابط|انسخ الرابط|ارسال|ارسل|"
    "ارسل لصديق|حفظ|نشر)"
    "|(?:شارك|شاركوا|مشاركه|انشر|ارسل|ارسال) (?:هذا |هذه |ال)?(?:الخبر|المقال|المقاله|الموضوع|الصفحه|خبر|"
    "مقال|مقاله|موضوع|صفحه|تدوينه|التدوينه)(?: (?:مع|علي|عبر|الي|الان).{0,30})?"
    f"|(?:شارك|شاركوا|مشاركه|انشر) (?:(?:علي|عبر) {_PLATFORM}.{{0,30}}|مع اصدقا.ك.{{0,20}})"
    "|(?:شير|لايك|اعجبني|تويت|واتساب|فيسبوك|تويتر|تلغرام|تيليغرام|لينكدان|facebook|twitter|whatsapp|"
    "telegram|linkedin|pinterest|reddit|x|email|messenger)"
    "(?:[ |,،/·•-]+(?:واتساب|فيسبوك|تويتر|تلغرام|تيليغرام|لينكدان|بريد|طباعه|facebook|twitter|whatsapp|"
    "telegram|linkedin|pinterest|reddit|tumblr|x|email|print|messenger|google\\+?|vk))*"
    "|paylas|paylaş|parve bike"
)
_SHARE_LEAD = (
    "(?:شارك|شاركوا|مشاركه|انشر|share) (?:هذا |هذه |ال|this )?(?:الخبر|المقال|المقاله|الموضوع|الصفحه|خبر|"
    "مقال|موضوع|article|post|story|page)(?: (?:علي|عبر|مع|on|via))?"
    f"|(?:شارك|شاركوا|شاركها|شاركه|انشر|share)(?: (?:علي|عبر|on|via))?(?=[\\W_]{{1,4}}{_PLATFORM})"
)
_TAGS_LEAD = (
    "(?:ال)?كلمات (?:ال)?(?:مفتاحيه|دلاليه|داله|الدلاليه|دليليه|الدليليه)|(?:ال)?وسوم(?: المشهوره)?|"
    "(?:ال)?وسم|(?:ال)?تاغات|(?:ال)?تاجات|"
    "(?:ال)?علامات|هاشتاغ|هاشتاج|"
    "مواضيع (?:الخبر|المقال)|tags?|keywords|topics|etiketler|برچسب ?ها|كليدواژه ها"
)
_COMMENTS = (
    "ما رايكم?(?: (?:في|حول))? (?:ب?هذا |ب?هذه |ب)?(?:ال)?(?:خبر|مقال|مقاله|موضوع)|"
    "دع (?:لنا )?تعليقا?.{0,30}|تعليق واحد|عذرا,? ?(?:ال)?تعليقات مغلقه|التعليقات علي .{1,160} مغلقه|شروط "
    "التعليق|لا (?:توجد|يوجد) .{0,15}تعليقات|"
    "التعليقات المنشوره .{0,60}|هذا الموقع يستخدم akismet.{0,160}|(?:this post has )?\\d{1,9} comments?|"
    "sorry,? comments are closed|cancel reply|"
    "(?:تعليقات|اراء|ردود) (?:القراء|الزوار|المتابعين)(?: \\(?\\d{1,9}\\)?)?|readers.? comments|"
    "(?:ال)?تعليقات(?: \\(?\\d{1,9}\\)?)?|\\d{1,9} (?:تعليق|تعليقات|تعليقا)|(?:لا توجد|لا يوجد) تعليقات|"
    "(?:اترك|اضف|اكتب|شاركنا) (?:لنا )?(?:تعليقا?|تعليقك|ردا?|رايك).{0,60}|"
    "(?:اضافه|كتابه) تعليق(?: جديد)?|التعليق(?:ات)? مغلق(?:ه)?.{0,30}|لن يتم نشر عنوان بريدك.{0,120}|"
    "الغاء الرد|شارك برايك|"
    "leave a (?:comment|reply)|comments?(?: \\(?\\d{1,9}\\)?)?|no comments?(?: yet)?|post a comment|"
    "comments are closed|add (?:a )?comment|yorumlar?|yorum yap"
)
_COPYRIGHT = (
    ".*الاراء .{0,60} عن (?:راي|اراء|وجهه نظر) .{0,60} ولا (?:تعكس|تعبر|تمثل) .*|"
    "(?:تنويه|ملاحظه|تنبيه)\\W{1,3}(?:المقالات|الاراء|المواد) .{0,40}عن راي (?:اصحابها|كتابها|كاتبها).*|"
    ".*(?:المقالات|الاراء|المقال|الكتابات|ما ينشر|المواد).{0,40} لا ت?ي?(?:عبر|عكس|مثل)(?:ان)?(?: "
    "بالضروره)? ?.{0,40}(?:راي|سياسه|موقف|وجهه).*|"
    "(?:تصميم|برمجه|تطوير|تصميم و ?برمجه|برمجه و ?تصميم|تصميم و ?تطوير|(?:designed|developed|powered) (?:and "
    "developed )?by)\\b.{1,50}|"
    "(?:©|\\(c\\)|copyright\\b).*|.{0,40}(?<!ان )(?:جميع|كافه|كل) (?:ال)?حقوق (?:النشر )?محفوظه?.{0,260}|"
    "(?:ال)?حقوق محفوظه.*|حقوق (?:النشر|الطبع) (?:محفوظه|والنشر|©|لموقع|ل).{0,60}"
    "|.*all rights reserved.*|.*(?:اعاده النشر|الاقتباس|اعاده نشر).{0,60}(?:ذكر|شرط|اذن|المصدر).*|"
    "tüm haklari saklidir.*"
)
_ADVERT = (
    "(?:advertisement|advertisements|advertising|sponsored(?: content)?|ad|ads|publicite|اعلان|اعلانات|"
    "الاعلان|مساحه اعلانيه|اعلان ممول|محتوي ممول|ماده اعلانيه|reklam|رعايه)(?: \\d)?"
)
_NAVIGATION = (
    "المزيد من الاخبار (?:في|عن) .{1,40}|اضغط هنا (?:لقراءه|لمتابعه|للمزيد).{0,30}|"
    "(?:ال)?(?:سابق|تالي|سابقه|تاليه)|(?:ال)?(?:مقال|مقاله|خبر|موضوع|تدوينه|صفحه|منشور|"
    "بوست) (?:ال)?(?:سابق|تالي|سابقه|تاليه)|"
    "تصفح المقالات|المزيد|السابق بوست|التالي بوست|(?:next|previous|prev|older|newer)(?: (?:post|article|"
    "story|news|page|entry))?|"
    "load more|show more|view all(?: results?)?|no results?|"
    "back to (?:top|home)|skip to (?:content|main content)|(?:ال)?عوده (?:الي|للاعلي|للرييسيه).{0,30}|"
    "(?:التجاوز|تخطي|انتقل) الي المحتوي|تحميل المزيد|عرض المزيد|اعرض المزيد|"
    "اقرا التفاصيل|محتويات (?:المقال|المقاله|الصفحه)|جدول المحتويات|فهرس المحتويات|table of contents|"
    "contents|الرييسيه|home|homepage"
)
_LEADING = (
    "(?:دقيقتان|دقيقتين|ثلاث دقائق)(?: (?:للقراءه|قراءه))|(?:زمن|وقت|مده) القراءه.{0,30}|"
    "استمع لل(?:مقال|خبر)|a a a|"
    "(?:post )?views?\\W{1,3}\\d[\\d.,]{0,15}|(?:قيم|تقييم) (?:ال)?(?:موضوع|مقال|خبر)|\\d{1,9} (?:اصوات|صوت)|"
    "(?:اخر تعديل (?:علي|في|يوم)|نشر في ?[:：]|التصنيف ?[:：]).{1,60}|"
    "الرييسيه ?[/|»>›] ?.{2,50}|email protected|"
    "(?:اخر تحديث|تاريخ النشر|تاريخ التحديث|نشر(?:ت)? (?:في|بتاريخ|يوم)|تم النشر|updated|published|"
    "last updated|posted on|date|التاريخ|وقت القراءه|مده القراءه)\\b.{0,60}"
    "|\\d{1,3} (?:دقيقه|دقائق|دقايق|min|mins|minutes?|ثانيه|ثواني)(?: (?:للقراءه|قراءه|read))?|"
    "(?:اقل من دقيقه|دقيقه واحده)(?: للقراءه)?|"
    "\\d[\\d.,]{0,15} ?(?:مشاهده|مشاهدات|قراءه|قراءات|زياره|زيارات|views?|reads?|تعليق|تعليقات)|"
    "(?:ال)?(?:مشاهدات|قراءات|زيارات) ?:? ?\\d[\\d.,]{0,15}|عدد (?:المشاهدات|القراءات|الزيارات).{0,15}|"
    "(?:حجم|تكبير|تصغير) الخط.{0,10}|[aا][+-](?: [aا][+-]?)*|استمع(?: (?:الي|الى|ل) ?(?:المقال|الخبر|"
    "المقاله))?|(?:خط|حجم) (?:كبير|صغير)|ا ا ا|listen(?: to (?:this )?article)?"
)

_FLAGS = re.DOTALL


def _whole(phrases: str) -> re.Pattern[str]:
    """A pattern of phrases that begin a line, bound to its beginning: tried there alone, it stays linear."""
    return re.compile(rf"\A(?:{phrases})", _FLAGS)


_LABELS = {
    Furniture.ADVERT: _whole(_ADVERT),
    Furniture.RELATED: _whole(_RELATED_LEAD),
    Furniture.SHARE: _whole(_SHARE_LABEL),
    Furniture.FOLLOW: _whole(_FOLLOW_LABEL),
    Furniture.TAGS: _whole(_TAGS_LEAD),
    Furniture.COMMENTS: _whole(_COMMENTS),
    Furniture.NAVIGATION: _whole(_NAVIGATION),
}
_SEPARATOR = r"\s{0,9}(?:[:：|\\/»>›←…•\-–—!؟?\n]|\.{2,}|👇|⬅️|◄|▼|\()"
_LEADS = {
    Furniture.RELATED: re.compile(rf"\A[\W_]{{0,6}}(?:{_RELATED_LEAD})(?=[\W_]|\Z)", _FLAGS),
    Furniture.TAGS: re.compile(rf"\A[\W_]{{0,6}}(?:{_TAGS_LEAD})(?={_SEPARATOR})", _FLAGS),
    Furniture.SHARE: re.compile(rf"\A[\W_]{{0,6}}(?:{_SHARE_LEAD})(?={_SEPARATOR})", _FLAGS),
}
_WEAK_LEAD = re.compile(rf"\A[\W_]{{0,6}}(?:{_READ_ALONE})(?={_SEPARATOR})", _FLAGS)
_SEPARATED = re.compile(rf"(?:{_SEPARATOR})+\s{{0,9}}", _FLAGS)
_PROMPT = re.compile(rf"\A[\W_]{{0,6}}(?:{_FOLLOW})", _FLAGS)
_POLICY_TOPIC = re.compile(
    r"(?:نشر|مراجعه|قبول) (?:ال)?تعليقات|تعليقاتكم|جميع مشاركاتك|your comments?\b|comment policy"
)
_POLICY_RULE = re.compile(
    r"(?:ارشادات|شروط|قواعد|سياسه) (?:ال)?(?:استخدام|تعليق|تعليقات|خصوصيه|مشاركه|نشر)|"
    r"terms of (?:use|service)|community (?:guidelines|standards)|privacy policy"
)
_NOTICE = _whole(_COPYRIGHT)
_LEADING_LINE = _whole(_LEADING)

_SENTENCE_ENDS = (".", "۔", "؟")
_CLOSING = " »”\"')"
SENTENCE_WORDS = 5
"""Words of the shortest sentence that is one for sure; labels that end in a full stop have fewer."""
_OF_THE_SITE = re.compile(
    rf"{_OURS}|(?:هذا|هذه) (?:الخبر|المقال|المقاله|الموضوع|الصفحه|الموقع)|بريدك|لن يتم نشر|تعليق|"
    r"اصدقا.?ك|حقوق|لقراءه|للمزيد|تابعونا|تابعنا|اشترك|تعبر عن|"
    r"\b(?:you|your|our|us|comments?|rights|this (?:article|story|post|site))\b"
)
"""Words by which a text speaks of the site or to its reader."""

LABEL_CHARS = 70
"""No label is longer."""


def is_sentence(text: str, name: str) -> bool:
    """Whether a short text that could be a label or a prompt is a sentence of a story.

    It ends as sentences do, has some words and no number, and does not speak of the site itself: «حمّل تطبيق
    واتساب مسؤولية التسريب للحكومة.»

    Args:
        text: The text as it stands.
        name: The same, `bare`.
    """
    return (
        text.rstrip(_CLOSING).endswith(_SENTENCE_ENDS)
        and len(name.split()) >= SENTENCE_WORDS
        and not any(char.isdecimal() for char in name)
        and _OF_THE_SITE.search(name) is None
    )


@lru_cache(maxsize=4096)
def label(text: str) -> Furniture | None:
    """What a text is that is nothing but a label: «مقالات ذات صلة:», "Share this article", «التالي».

    Args:
        text: A block's whole visible text.

    Returns:
        The kind, or None for anything else.
    """
    if len(text) > LABEL_CHARS + 30:
        return None
    name = bare(text)
    if not name or len(name) > LABEL_CHARS or is_sentence(text, name):
        return None
    return next((kind for kind, pattern in _LABELS.items() if pattern.fullmatch(name)), None)


@lru_cache(maxsize=4096)
def lead(text: str) -> tuple[Furniture, int, bool] | None:
    """What a text opens with: «اقرأ أيضاً: …», «الكلمات المفتاحية: …».

    Args:
        text: The beginning of a block's visible text.

    Returns:
        The kind, how many folded characters the opening takes, and whether a separator (a colon, a dash, a
        new line) sets it off from the rest; or None.
    """
    folded = _fold_lines(text)
    for kind, pattern in _LEADS.items():
        if match := pattern.match(folded):
            separated = _SEPARATED.match(folded, match.end())
            return kind, (separated or match).end(), separated is not None
    return None


def weak_lead(text: str) -> bool:
    """Whether a text opens like «شاهد: …» or «فيديو | …», which says little without a link behind it."""
    return _WEAK_LEAD.match(_fold_lines(text)) is not None


def follow_prompt(text: str) -> bool:
    """Whether a text asks its reader to follow, join or subscribe, as a block of its own."""
    return _PROMPT.match(fold(text)) is not None


def comment_policy(text: str) -> bool:
    """Whether a paragraph is the site's rules for readers' comments."""
    folded = fold(text)
    return _POLICY_TOPIC.search(folded) is not None and _POLICY_RULE.search(folded) is not None


def copyright_notice(text: str) -> bool:
    """Whether a text is a notice of rights."""
    return _NOTICE.fullmatch(fold(text)) is not None


def leading_line(text: str) -> bool:
    """Whether a short line belongs to a headline's small print: time of reading, views, "last updated"."""
    name = bare(text)
    return _LEADING_LINE.fullmatch(name) is not None and not is_sentence(text, name)


def _fold_lines(text: str) -> str:
    """`fold` of the first 200 characters that keeps line breaks, which set a label off as a colon does."""
    return "\n".join(fold(line) for line in text[:200].strip().split("\n"))
