"""The words of a site's notices, beside news about the same things."""

import pytest

from crawler.extraction.boilerplate.site_notices import SiteNotice, is_about_cookies, is_companion, notice_of

NOTICES = {
    SiteNotice.CONSENT: (
        "Our website uses cookies so that you get the best possible experience.",
        "This site uses cookies. By continuing to browse it you accept our cookie policy.",
        "We and our 417 partners store and access information on your device, such as unique identifiers.",
        "By clicking “Accept”, you agree that we may set cookies on your device to measure traffic.",
        "Ce site utilise des cookies pour mesurer son audience et améliorer votre expérience.",
        "En poursuivant votre navigation, vous acceptez l'utilisation de cookies.",
        "Nous et nos partenaires stockons et accédons à des informations sur votre appareil.",
        "يستخدم هذا الموقع ملفات تعريف الارتباط لضمان حصولك على أفضل تجربة تصفح.",
        "باستمرارك في تصفح الموقع فإنك توافق على استخدام ملفات الكوكيز وفق سياسة الخصوصية.",
        "نستعين بملفات الارتباط كي نحسّن تجربتكم ونقيس عدد الزيارات.",
        "Sitemizde size daha iyi bir deneyim sunmak için çerezler kullanılmaktadır.",
        "Gezinmeye devam ederek çerez politikamızı kabul etmiş olursunuz.",
        "این وب‌سایت برای بهبود تجربه شما از کوکی‌ها استفاده می‌کند.",
    ),
    SiteNotice.RIGHTS: (
        "© 2024 Euphrates Media. All rights reserved.",
        "No part of this website may be reproduced without the prior written permission of the publisher.",
        "Tous droits réservés. Reproduction interdite sans autorisation écrite.",
        "Her hakkı saklıdır. İzinsiz kopyalanamaz, yayınlanamaz.",
        "جميع الحقوق محفوظة لشبكة الفرات ٢٠٢٤، ويمنع نسخ أي مادة من دون إذن مكتوب من إدارة التحرير.",
    ),
    SiteNotice.NEWSLETTER: (
        "Subscribe to our daily newsletter and receive the stories that matter in your inbox.",
        "Abonnez-vous à notre infolettre pour recevoir chaque matin l'essentiel de l'actualité.",
        "اشتركوا في النشرة البريدية ليصلكم كل صباح أهم ما نشرناه إلى بريدكم الإلكتروني.",
        "Bültenimize abone olun, günün haberleri e-posta kutunuza gelsin.",
    ),
    SiteNotice.DONATION: (
        "Our reporting is free for everyone. Support us with a donation, however small.",
        "Soutenez notre rédaction : faites un don pour une information indépendante.",
        "صحافتنا مستقلة بفضل قرائنا، وتبرعكم مهما كان صغيراً يساعدنا على مواصلة العمل.",
        "Bağımsız gazeteciliğin sürmesi için bize destek olun.",
    ),
}
NEWS = (
    "The browser's maker said on Monday that it would stop supporting cookies of third parties.",
    "The authority fined the retailer for placing cookies on its visitors' devices without consent.",
    "“We use cookies to improve your experience,” read the banner, which set them before anyone agreed.",
    "Researchers counted how many sites set cookies before their visitors had made a choice.",
    "أعلنت الهيئة أن المواقع ملزمة بطلب موافقة المستخدم قبل وضع ملفات تعريف الارتباط على جهازه.",
    "La CNIL a infligé une amende au groupe pour avoir déposé des cookies sans l'accord des internautes.",
    "Kurum, çerez uygulamaları nedeniyle şirkete iki milyon lira ceza verdi.",
    "The bakery sells three hundred cookies a day and plans to improve its ovens.",
    "يمنع القانون نشر صور الضحايا من دون موافقة ذويهم.",
    "قال المحامي إن جميع الحقوق محفوظة لأهالي الضحايا بموجب القانون الجديد.",
    "سجل الفريق ثلاثة أهداف في الشوط الثاني ثم حصل على كأس البطولة.",
    "اشترك في المظاهرة آلاف من أهالي المدينة وطالبوا بالإفراج عن المعتقلين.",
    "تبرع أهالي القرية بمئة وحدة دم للمشفى الوطني بعد الانفجار.",
    "The ministry will donate ten ambulances to hospitals in the north.",
    "The party's newsletter reported that its leader would resign in spring.",
)


@pytest.mark.parametrize(("notice", "text"), [(kind, text) for kind in NOTICES for text in NOTICES[kind]])
def test_a_notice(notice: SiteNotice, text: str) -> None:
    assert notice_of(text) is notice


@pytest.mark.parametrize("text", NEWS)
def test_news_is_none(text: str) -> None:
    assert notice_of(text) is None


def test_a_long_text_is_none() -> None:
    assert notice_of(" ".join([*NOTICES[SiteNotice.CONSENT], *NEWS, *NEWS])) is None


def test_what_stands_beside_a_notice() -> None:
    assert is_companion("You can change your choices at any time in our cookie settings.")
    assert is_companion("للمزيد راجع سياسة الخصوصية.")
    assert not is_companion("وقالت الوزارة إن سياسة الخصوصية الجديدة تدخل حيز التنفيذ.")
    assert not is_companion("The mayor opened the bridge.")


def test_a_headline_about_cookies() -> None:
    assert is_about_cookies("Why the end of third-party cookies was put off again")
    assert is_about_cookies("ما هي ملفات تعريف الارتباط؟")
    assert not is_about_cookies("بدء ترميم الجسر القديم")
