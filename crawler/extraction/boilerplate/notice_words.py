"""The words of notices that sites put on their pages: consent, rights, newsletters, donations.

Patterns over folded text (`text.fold`) without accents, from the templates of Arabic, English, French,
Turkish, Persian and Kurdish sites. A notice speaks for the site to its reader («we use», «your device»). News
about the same things speaks of others, so a subject alone never makes a notice.
"""

import re
import unicodedata
from enum import StrEnum

from crawler.extraction.boilerplate import phrases
from crawler.extraction.text import fold_long


class SiteNotice(StrEnum):
    """What a site tells its reader on every page."""

    CONSENT = "consent"
    RIGHTS = "rights"
    NEWSLETTER = "newsletter"
    DONATION = "donation"


MAX_NOTICE_CHARS = 1_200
"""The longest consent paragraphs seen have some 900 characters; what is longer is a text about the matter."""

CONSENT_TRIGGERS = (
    *("ookie", "OOKIE", "كوكي", "الارتباط", "الإرتباط", "erez", "EREZ", "کوکی", "کووکی", "ukî", "émoins"),
    *("artners", "artenaires", "شركاؤنا", "شركائنا", "tanımlama", "privacy", "خصوصيت"),
)
"""One of these stands in each text that can be about consent, as published: a quick look before the words."""

_COOKIES = re.compile(
    r"\bcookies?\b|كوكيز|الكوكي\b|ملفات? (?:ال)?(?:تعريف (?:ال)?ارتباط|ارتباط)|سجلات (?:ال)?تعريف|\bcerez|"
    r"tanimlama bilgi|كوكي|كووكي|\bkuki|temoins de connexion"
)
_PARTNERS = re.compile(
    r"\bwe(?: and|,)(?: \S{1,20}){0,4} partners\b|\bnous et nos(?: \S{1,20}){0,3} partenaires\b|"
    r"(?:نحن و|شركاونا|شركاينا|نحن وشركا)\S{0,10}|is ortaklarimiz"
)
_STORING = re.compile(
    r"\b(?:store|process|access|collect)\b.{0,80}(?:\bdata\b|\binformation\b|\bdevice\b)|"
    r"\b(?:stock|trait|acced)\w{1,8}\b.{0,80}(?:donnees|informations|terminal|appareil)|"
    r"(?:تخزين|معالجه|نخزن|نعالج|الوصول).{0,60}(?:البيانات|بيانات|المعلومات|معلومات|جهازك)|"
    r"(?:veri|bilgi)\w{0,12} .{0,60}(?:sakl|isle|depol)"
)
_SITE_SPEAKS = re.compile(
    r"\bwe(?: and our| also|,? together with our)?(?: \S{1,15}){0,3} (?:use|place|set|store|value|"
    r"process)\b|\bwe use\b|"
    r"\b(?:this|our|the) (?:web ?site|site|page|portal|app)\b|\bour (?:use of )?(?:cookies|partners)\b|"
    r"\bnous (?:\S{1,12} )?(?:utilisons|deposons|stockons)\b|\b(?:ce|notre) (?:site|portail)\b|"
    r"\bnos partenaires\b|"
    r"(?:نحن )?(?:نستخدم|نستعمل|نستعين|نعتمد)\b|(?:يستخدم|يستعمل|يعتمد|تستخدم) (?:هذا |"
    r"هذه )?(?:ال)?(?:موقعنا|موقع|بوابه|صفحه)\b|"
    r"(?:هذا|هذه) (?:الموقع|البوابه|الصفحه)|موقعنا|استخدامنا|لدينا|"
    r"\b\w{0,12}kullaniyoruz|\b(?:web )?sitemiz\w{0,6}|\bbu (?:web ?)?site\w{0,6}|kullandigimiz|"
    r"ما از|(?:وب ?)?سايت ما|اين (?:وب ?)?سايت|از كوكي|ييمه|ئهم (?:مالپهره|مالپەره)|يهم مالپه\S{1,6}|"
    r"em .{0,40}bi kar ?tinin"
)
_READER = re.compile(
    r"\byour (?:\S{1,15} )?(?:experience|consent|device|browser|browsing|preferences?|settings|choices?|"
    r"privacy|visit|use)\b|"
    r"\byou (?:\S{1,10} ){0,2}(?:agree|consent|accept|can (?:change|manage|withdraw|opt|refuse))\b|"
    r"\bvotre (?:\S{1,15} )?(?:experience|consentement|appareil|terminal|navigateur|navigation|visite|"
    r"choix)\b|"
    r"\bvous (?:\S{1,12} )?(?:acceptez|consentez|pouvez)\b|"
    r"تجربتك|تجربتكم|موافقتك|موافقتكم|جهازك|متصفحك|تفضيلاتك|خصوصيتك|زيارتك|تصفحك|اختيارك|"
    r"(?:فانك|انك|انت|فانت|فانكم|انتم) (?:توافق|تقبل|موافق)|توافق علي|يمكنك|"
    r"deneyim\w{0,4}(?:iz|uz)|\bsize\b|\w{1,14}(?:iz|niz) icin|rizaniz|onayiniz|kabul (?:etmis|ediyor|"
    r"edersiniz|"
    r"edin)|tercihleriniz|"
    r"cihaziniz|تجربه (?:شما|كاربري)|مرورگر شما|شما (?:با|مي)|رازي\S{0,4} (?:ده)?بيت|ezmun"
)
_PURPOSE = re.compile(
    r"\b(?:improve|personali[sz]e|analy[sz]e|measure|best (?:possible )?experience|better experience|"
    r"targeted ads|traffic|"
    r"personali[sz]ed|essential|function(?:ing|ality)?|ensure)\b|"
    r"\b(?:ameliorer|personnalis\w{1,6}|mesurer|analyser|audience|meilleure experience)\b|"
    r"تحسين|لتحسين|تخصيص|لتخصيص|افضل تجربه|تحليل|لتحليل|اعلانات مناسبه|لضمان|"
    r"iyilestir\w{0,12}|daha iyi|kisisellestir\w{0,12}|en iyi deneyim|analiz|"
    r"بهبود|باشتركردن\S{0,4}|باشتر|bastir|cetir"
)
_ACT = re.compile(
    r"\b(?:by|when you) (?:clicking|click|continuing|continue|using|browsing|accepting|pressing|visiting|"
    r"closing)\b|"
    r"\ben (?:cliquant|poursuivant|continuant|naviguant|acceptant)\b|"
    r"(?:بالضغط|بالنقر|بالضغط|عند الضغط|عند النقر|باستمرارك?م?|باستمرار|بمتابعتك|بمواصله|باستخدامك|"
    r"مواصلتك|استمرارك|بتصفحك|بقبولك)\b|"
    r"\b(?:tiklayarak|devam (?:ederek|etmeniz|ettiginizde)|kullanarak|gezinmeye)\b|با (?:ادامه|كليك|استفاده)|"
    r"به ?(?:بهردهوام|كرته)"
)
_COMPANION = re.compile(
    r"\b(?:privacy|cookie) (?:policy|notice|settings|preferences|statement)|\byour (?:choices?|consent|"
    r"privacy|preferences)\b|"
    r"\b(?:accept|reject|refuse|manage) (?:all|cookies)\b|\bwithdraw your\b|"
    r"politique de (?:confidentialite|cookies)|\bvos (?:choix|preferences|donnees)\b|tout (?:accepter|"
    r"refuser)|"
    r"سياسه (?:ال)?(?:خصوصيه|كوكيز|ملفات)|خصوصيتك|اعدادات (?:ال)?(?:خصوصيه|كوكيز|ملفات|متصفح)|قبول الكل|"
    r"رفض الكل|موافقتك|"
    r"gizlilik (?:politika|sozlesme|bildirim)|kisisel veri|tumunu (?:kabul|reddet)|"
    r"حريم خصوصي|سياست حفظ"
)
"""What stands beside a notice about consent, as a paragraph of its own: a way out, a policy."""

_RIGHTS = re.compile(
    r"\A\W{0,6}(?:©|\(c\)|copyright\b|tous droits reserves|droits de reproduction|her hakki saklidir|"
    r"tum haklari|"
    r"تمامي حقوق|كليه حقوق|ههموو ماف\S{0,6})|"
    r"\btous droits reserves\b|\ball rights reserved\b|\bhaklari saklidir\b|\bhakki saklidir\b|"
    r"(?:جميع|كافه|كل) (?:ال)?حقوق (?:النشر |الملكيه )?(?:محفوظه|محفوظ)|تمامي حقوق .{0,60}محفوظ|"
    r"\bno part of .{0,60} (?:may|can) be\b|\b(?:may|must|can)(?: ?not|"
    r" not) be (?:\S{1,12},? ){0,3}(?:reproduced|republished|copied|published|"
    r"rewritten|redistributed)\b|"
    r"(?:لا يجوز|يمنع|يحظر|لا يسمح)(?: \S{1,12}){0,2} (?:نسخ|اعاده نشر|اقتباس|استنساخ)\b.{0,80}(?:اذن|"
    r"موافقه|ذكر|اشاره)|"
    r"reproduction (?:interdite|prohibited)|\bizinsiz\b.{0,60}(?:kopyala|yayinla|kullan|alinti)|"
    r"kaynak gosterilmeden"
)
_OF_THE_SITE = re.compile(
    r"©|\(c\)|copyright|\b(?:19|20)\d\d\b|\b(?:site|website|our|permission|agency|news|consent|"
    r"reserved)\b|\b(?:reserves|autorisation)\b|"
    r"موقع|الموقع|اداره|وكاله|صحيفه|مجله|شبكه|اذن|خطي|قناه|مركز|موسسه|محفوظ|saklidir|izin"
)
_SUBSCRIBE = re.compile(
    r"\b(?:sign up|subscribe|signing up|get (?:our|the|your))\b.{0,100}\b(?:newsletter|newsletters|inbox|"
    r"briefing|alerts|e-?mail)\b|"
    r"\bour (?:free |daily |weekly )*newsletter\b|"
    r"\b(?:abonnez|inscrivez)-vous\b|\b(?:recevez|recevoir)\b.{0,80}\b(?:newsletter|boite|mail)\b|"
    r"\bnotre (?:newsletter|infolettre)\b|"
    r"(?:اشترك|اشتركوا|اشتركي|سجل|سجلوا|للاشتراك|انضم|انضموا|احصل|احصلوا).{0,60}(?:النشره البريديه|"
    r"النشره الاخباريه|نشرتنا|نشره بريديه|القايمه البريديه|قايمتنا|بريدك)|"
    r"(?:ليصلك|لتصلك|يصلك|تصلك|ليصلكم|لتصلكم|تصلكم).{0,80}(?:بريدك|بريدكم|البريد)|"
    r"bulten\w{0,8}.{0,60}(?:abone|kaydol|kayit|uye)|\babone ol\w{0,6}.{0,60}(?:bulten|e-?posta)|"
    r"e-?posta.{0,60}(?:bulten|abone)|خبرنامه.{0,40}(?:عضو|مشترك)|(?:عضو|مشترك).{0,40}خبرنامه"
)
_DONATE = re.compile(
    r"\b(?:donate|your (?:donation|support|contribution|gift)|support (?:us|our|independent journalism)|"
    r"make a (?:donation|contribution)|"
    r"become a (?:member|supporter|patron)|contribute (?:to|today|now))\b|"
    r"\b(?:faites un don|votre don|votre soutien|soutenez(?:-nous)?)\b|"
    r"(?:تبرعك|تبرعكم|تبرعاتكم|دعمك|دعمكم|مساهمتك|مساهمتكم|ساهموا|تبرعوا|تبرع الان|ادعموا|ادعمنا|ادعمونا|"
    r"ساهم معنا)\b|"
    r"\b(?:bagis yap|bagisiniz|desteginiz|destek ol)\w{0,10}|حمايت (?:شما|مالي)"
)
_OUR_WORK = re.compile(
    r"\b(?:us|our|we|independent journalism|newsroom)\b|\b(?:nous|notre|journalisme|redaction)\b|"
    r"صحافتنا|موقعنا|عملنا|استمرارنا|رسالتنا|الصحافه المستقله|الاعلام المستقل|صحافه مستقله|اعلام مستقل|"
    r"ادعمنا|ادعمونا|منصتنا|جريدتنا|"
    r"\b(?:bize|gazeteciligi?|bagimsiz)\w{0,8}|(?:رسانه|روزنامه) ?ن?گاري|از ما"
)
_TO_READER = re.compile(
    r"\b(?:your|you|donate|support us|become)\b|\b(?:votre|vous|soutenez|faites)\b|"
    r"تبرعك|تبرعكم|تبرعاتكم|دعمك|دعمكم|مساهمتك|مساهمتكم|ساهموا|تبرعوا|ادعموا|ادعمنا|ادعمونا|تبرع الان|"
    r"ساهم معنا|"
    r"iniz\b|yapin|\bol(?:un)?\b|شما"
)
MAX_PROMPT_CHARS = 400
"""Prompts for newsletters and donations, and notices of rights, are a few lines."""
_QUOTED = re.compile(r"[«“][^«»“”]{0,600}[»”]|\"[^\"]{0,600}\"")
_REPORTED = re.compile(
    r"\b(?:said|says|told|announced|according to|ruled|fined)\b|\b(?:a dit|a declare|selon|a annonce)\b|"
    r"(?:\A|\s)(?:و?قال|و?قالت|و?اضاف|و?اضافت|و?اكد|و?اكدت|و?اعلن|و?اعلنت|و?اوضح|و?اوضحت|و?ذكرت|"
    r"وفقا ل\S{1,20}|بحسب|دعا|دعت|فرضت)\b|"
    r"\b(?:dedi|soyledi|acikladi|gore)\b|گفت|كفت|ووتي|گوت"
)
"""Words of a report: what they tell is someone else's."""


def notice_of(text: str) -> SiteNotice | None:
    """Which notice a whole paragraph is, by its words.

    Args:
        text: The paragraph's text.
    """
    if len(text) > MAX_NOTICE_CHARS:
        return None
    own = _QUOTED.sub(" ", _plain(text))
    if _REPORTED.search(own):
        return None
    if _is_consent(own):
        return SiteNotice.CONSENT
    if len(own) > MAX_PROMPT_CHARS:
        return None
    if phrases.copyright_notice(text) or (_RIGHTS.search(own) and _OF_THE_SITE.search(own)):
        return SiteNotice.RIGHTS
    if _SUBSCRIBE.search(own):
        return SiteNotice.NEWSLETTER
    is_appeal = _DONATE.search(own) and _OUR_WORK.search(own) and _TO_READER.search(own)
    return SiteNotice.DONATION if is_appeal else None


def is_about_cookies(text: str) -> bool:
    """Whether a text speaks of cookies, as a headline of a story about them does."""
    return _COOKIES.search(_plain(text)) is not None


def is_companion(text: str) -> bool:
    """Whether a paragraph beside a notice of consent belongs to it."""
    if len(text) > MAX_PROMPT_CHARS:
        return False
    plain = _plain(text)
    return _COMPANION.search(plain) is not None and _REPORTED.search(plain) is None


def _plain(text: str) -> str:
    """A text folded, and its Latin letters without accents."""
    folded = fold_long(text)
    if folded.isascii():
        return folded
    letters = unicodedata.normalize("NFD", folded)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _is_consent(text: str) -> bool:
    """Whether a site asks its reader for consent: it speaks itself, to the reader or of its own purposes."""
    if _COOKIES.search(text):
        if _ACT.search(text) and _READER.search(text):
            return True
        return bool(_SITE_SPEAKS.search(text) and (_READER.search(text) or _PURPOSE.search(text)))
    return bool(_PARTNERS.search(text) and _STORING.search(text))
