"""The frames of notices and what fills them, for `benchmarks.templates`."""

# ruff: noqa: E501  # a frame is a sentence

from dataclasses import dataclass


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(","))


FIRST_NAMES = _listed(
    "محمد, أحمد, خالد, حسن, علي, يوسف, إبراهيم, عمر, مصطفى, ياسر, بلال, سامر, نضال, وسيم, رامي, فراس, "
    "طارق, عماد, غسان, هيثم, زياد, مازن, أنس, حسام, باسل, جمال, فادي, كنان, مروان, نبيل, عدنان, وائل, "
    "رضوان, شادي, قصي, لؤي, معتز, هاني, زكريا, سليمان"
)
FAMILY_NAMES = _listed(
    "الحمصي, العلي, الخطيب, النجار, الدرويش, المحمد, الشيخ, السيد, حمدان, عبود, الرفاعي, الزعبي, المصري, "
    "الأحمد, قدور, طعمة, بكور, الصالح, الحريري, المقداد, جنيد, شحادة, العيسى, الحلبي, الكردي, البكري, "
    "زيدان, منصور, الياسين, الجاسم, عثمان, سويد, كيلاني"
)
PLACES = _listed(
    "نوى, طفس, جاسم, إنخل, الحراك, الصنمين, داعل, المسيفرة, معربة, الباب, جرابلس, اعزاز, مارع, تل رفعت, "
    "عفرين, جنديرس, سلقين, حارم, أريحا, معرة النعمان, خان شيخون, كفرنبل, سراقب, بنش, تفتناز, الأتارب, "
    "دارة عزة, سلمية, محردة, السقيلبية, تلبيسة, الرستن, القصير, تلكلخ, دوما, حرستا, عربين, زملكا, سقبا, "
    "التل, قدسيا, الزبداني, مضايا, البوكمال, الميادين, هجين, الشحيل, البصيرة, الطبقة, تل أبيض, عين عيسى, "
    "رأس العين, الدرباسية, المالكية, عامودا, الشدادي"
)
ENGLISH_FIRST_NAMES = _listed(
    "Mohammed, Ahmad, Khaled, Hassan, Ali, Yousef, Ibrahim, Omar, Mustafa, Yasser, Bilal, Samer, Nidal, "
    "Wassim, Rami, Firas, Tarek, Imad, Ghassan, Haitham, Ziad, Mazen, Anas, Hussam, Bassel, Jamal, Fadi, "
    "Marwan, Nabil, Adnan, Wael, Shadi, Qusay, Hani"
)
ENGLISH_FAMILY_NAMES = _listed(
    "al-Homsi, al-Ali, al-Khatib, Najjar, Darwish, al-Mohammad, Hamdan, Abboud, al-Rifai, al-Zoubi, al- "
    "Masri, Qaddour, Bakkour, al-Saleh, Hariri, Miqdad, Junaid, Shehadeh, al-Issa, al-Halabi, Bakri, "
    "Zeidan, Mansour, al-Yassin, al-Jassem, Othman, Sweid"
)
ENGLISH_PLACES = _listed(
    "Nawa, Tafas, Jasim, Inkhil, Hirak, Sanamayn, Dael, Bab, Jarabulus, Azaz, Marea, Tal Rifaat, Afrin, "
    "Jindires, Salqin, Harem, Ariha, Maarat al-Numan, Khan Sheikhoun, Kafranbel, Saraqib, Binnish, "
    "Taftanaz, Atarib, Darat Izza, Salamiyah, Mhardeh, Talbiseh, Rastan, Qusayr, Talkalakh, Douma, "
    "Harasta, Arbin, Zamalka, Zabadani, Madaya, Bukamal, Mayadin, Hajin, Shuhayl, Busayra, Tabqa, Tal "
    "Abyad, Ain Issa, Ras al-Ain, Malikiyah, Amuda, Shaddadi"
)
TEAMS = _listed(
    "الوحدة, تشرين, الكرامة, الطليعة, الفتوة, جبلة, حطين, الجيش, الوثبة, الحرية, النواعير, الشرطة, المجد, "
    "الساحل, أهلي حلب"
)
ENGLISH_TEAMS = _listed(
    "Wahda, Tishreen, Karamah, Taliya, Fotuwa, Jableh, Hutteen, Army, Wathba, Hurriya, Nawair, Shorta, "
    "Majd, Sahel"
)
WEEKDAYS = _listed("الاثنين, الثلاثاء, الأربعاء, الخميس, الجمعة, السبت, الأحد")
ENGLISH_WEEKDAYS = _listed("Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday")
MONTHS = _listed(
    "كانون الثاني, شباط, آذار, نيسان, أيار, حزيران, تموز, آب, أيلول, تشرين الأول, تشرين الثاني, كانون الأول"
)
ENGLISH_MONTHS = _listed(
    "January, February, March, April, May, June, July, August, September, October, November, December"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice: sentences with slots, of which a frame takes the first and some of the others."""

    name: str
    english: bool
    lead: tuple[str, ...]
    rest: tuple[str, ...]
    daily: bool = False


KINDS: tuple[Kind, ...] = (
    Kind(
        "killing",
        False,
        (
            "قُتل الشاب {name} من أبناء بلدة {place} برصاص مجهولين أطلقوا عليه النار بشكل مباشر أمام منزله ولاذوا بالفرار إلى جهة مجهولة",
            "عثر الأهالي على جثة {name} مقتولاً بعدة طلقات نارية على الطريق الواصل إلى {place} بعد ساعات من اختفائه",
            "استهدف مسلحون مجهولون {name} بعيارات نارية في {place} ما أدى إلى مقتله على الفور",
        ),
        (
            "وينحدر {name1} من عائلة معروفة وكان يعمل في التجارة قبل مقتله، بحسب مصادر محلية تحدثت إلى مراسلنا",
            "ونُقل الجثمان إلى المشفى الوطني القريب لاستكمال الإجراءات القانونية وتسليمه إلى ذويه أصولاً",
            "وتشهد المنطقة منذ سنوات عمليات اغتيال متكررة تنسب في الغالب إلى مجهولين يستقلون دراجات نارية، وسط فلتان أمني وانتشار واسع للسلاح بين المدنيين",
            "ولم تتبن أي جهة مسؤوليتها عن العملية حتى لحظة إعداد هذا الخبر فيما فتحت الجهات المختصة تحقيقاً في ملابسات الحادثة",
        ),
    ),
    Kind(
        "killing dated",
        False,
        (
            "قضى {name} ابن بلدة {place} من مواليد عام {year} متأثراً بجراح أصيب بها يوم {weekday} {day} {month} إثر انفجار لغم أرضي من مخلفات الحرب",
        ),
        (
            "وكان {name1} قد نقل إلى المشفى بعد إصابته بشظايا في أنحاء متفرقة من جسده قبل أن يفارق الحياة",
            "ووثقت شبكتنا منذ مطلع العام مقتل عشرات المدنيين بينهم أطفال جراء انفجار الألغام والقنابل العنقودية في مناطق متفرقة من البلاد",
            "وتطالب منظمات حقوقية بتسريع عمليات إزالة الألغام وتوعية السكان بمخاطرها ولا سيما في مواسم الحصاد وقطاف الزيتون",
        ),
    ),
    Kind(
        "arrest",
        False,
        (
            "اعتقلت دورية تابعة للأمن العسكري {name} بعد مداهمة منزله في {place} واقتادته إلى جهة مجهولة دون معرفة الأسباب",
            "أوقف حاجز أمني على مدخل {place} المدني {name} أثناء توجهه إلى عمله واقتاده إلى أحد الفروع الأمنية",
        ),
        (
            "وقالت مصادر من عائلة المعتقل إنها لم تتلق أي معلومات عن مكان احتجازه أو التهم الموجهة إليه حتى الآن",
            "وتأتي هذه العملية ضمن حملة مداهمات واعتقالات تشهدها المنطقة منذ أسابيع طالت عشرات المطلوبين للخدمة الإلزامية والاحتياطية",
            "ويطالب الأهالي بالكشف عن مصير أبنائهم والإفراج عنهم أو إحالتهم إلى القضاء المختص لمحاكمتهم محاكمة عادلة",
        ),
    ),
    Kind(
        "release",
        False,
        (
            "أفرجت الجهات المختصة عن {name} بعد اعتقال دام {number} شهراً في سجن صيدنايا العسكري ووصل إلى منزله في {place}",
            "أفرج عن المعتقل {name} من أبناء {place} بعد سنوات من تغييبه القسري",
        ),
        (
            "وكان في استقبال المفرج عنه أفراد عائلته وعدد كبير من أهالي المنطقة الذين عبروا عن فرحتهم بعودته سالماً",
            "ولا يزال آلاف المعتقلين مجهولي المصير في سجون ومراكز احتجاز متفرقة وفق ما تؤكد منظمات حقوقية محلية ودولية",
            "وطالبت عائلات المغيبين قسراً بالضغط من أجل الكشف عن مصير أبنائها والسماح للجان الدولية بزيارة السجون دون قيود",
        ),
    ),
    Kind(
        "funeral",
        False,
        ("شيع أهالي {place} اليوم جثمان {name} إلى مثواه الأخير في موكب مهيب شارك فيه المئات",),
        (
            "وانطلق الموكب من أمام منزل الفقيد إلى المسجد الكبير حيث أقيمت صلاة الجنازة قبل أن يوارى الثرى في مقبرة البلدة",
            "وألقى عدد من الوجهاء كلمات أشادوا فيها بمناقب {name1} وأخلاقه وما قدمه لأبناء بلدته خلال السنوات الماضية",
            "وتتقدم أسرة التحرير بأحر التعازي إلى عائلة الفقيد سائلين الله أن يتغمده بواسع رحمته ويلهم أهله الصبر والسلوان",
        ),
    ),
    Kind(
        "strike",
        False,
        (
            "شنت طائرات حربية غارات جوية بالصواريخ الفراغية على بلدة {place} ومحيطها ما أسفر عن أضرار مادية كبيرة في منازل المدنيين",
            "قصفت راجمات الصواريخ الأحياء السكنية في {place} فجر اليوم ما أدى إلى اندلاع حرائق في عدد من المنازل",
        ),
        (
            "وهرعت فرق الدفاع المدني إلى المكان لإخماد الحرائق وتفقد المنازل المستهدفة ونقل المصابين إلى النقاط الطبية القريبة",
            "وشهدت المنطقة حركة نزوح واسعة للأهالي باتجاه المخيمات الحدودية خوفاً من تجدد القصف في الساعات المقبلة",
            "ويأتي هذا التصعيد رغم اتفاق وقف إطلاق النار الساري في المنطقة الذي تتهم أطراف محلية القوات المهاجمة بخرقه مراراً",
        ),
    ),
    Kind(
        "statement",
        False,
        (
            "أكدت وزارة الإدارة المحلية في بيان لها أن ورشاتها باشرت تأهيل شبكة المياه في مدينة {place} ضمن خطتها الإسعافية للعام الحالي",
            "أعلنت وزارة الكهرباء عودة التيار إلى {place} بعد إصلاح الأعطال التي طالت خطوط التوتر خلال الأيام الماضية",
        ),
        (
            "وأوضحت الوزارة أن الأعمال تجري بالتعاون مع المنظمات الدولية والمجتمع المحلي وأنها ستنتهي خلال مدة قصيرة وفق البرنامج الزمني الموضوع",
            "ودعت الوزارة المواطنين إلى التعاون مع الورشات الفنية والإبلاغ عن أي تعديات على الشبكة عبر مكاتب الخدمة المنتشرة في المحافظة",
            "وأشار البيان إلى أن الوزارة مستمرة في تنفيذ مشاريع مماثلة في مختلف المحافظات بهدف تحسين الواقع الخدمي للسكان وعودة المهجرين إلى منازلهم",
        ),
    ),
    Kind(
        "prisoners",
        False,
        (
            "نشرت رابطة المعتقلين قائمة جديدة بأسماء موقوفين من أبناء {place} ضمت كلاً من {name} و{name2} و{name3} و{name4}",
        ),
        (
            "وقالت الرابطة إن الأسماء جمعت من شهادات ناجين خرجوا حديثاً من مراكز الاحتجاز وإنها تعمل على التحقق من بقية القوائم",
            "ودعت الرابطة ذوي المعتقلين إلى التواصل معها عبر مكاتبها لتوثيق بيانات أبنائهم وتقديم ما لديهم من وثائق",
            "وما زال مصير أكثر من مئة ألف شخص مجهولاً منذ سنوات بحسب منظمات حقوقية تعمل على توثيق الانتهاكات في البلاد",
        ),
    ),
    Kind(
        "court",
        False,
        (
            "أصدرت محكمة الجنايات حكماً بالسجن المؤبد على المتهم {name} من سكان {place} بعد إدانته بارتكاب جريمة قتل عمد",
            "حددت محكمة الاستئناف جلسة علنية للنظر في قضية {name} و{name2} المقيمين في {place}",
        ),
        (
            "وجاء في حيثيات القرار أن المحكمة استمعت إلى أقوال الشهود واطلعت على تقارير الأدلة الجنائية قبل أن تصدر قرارها بالإجماع",
            "ويعد الحكم قابلاً للطعن بطريق النقض خلال ثلاثين يوماً من تاريخ تبليغه أصولاً وفق قانون أصول المحاكمات الجزائية النافذ",
            "وتعلن المحكمة قوائم القضايا المنظورة أمامها أسبوعياً على لوحة الإعلانات في القصر العدلي وعلى موقعها الرسمي",
        ),
    ),
    Kind(
        "lineup",
        False,
        (
            "أعلن مدرب فريق الاتحاد التشكيلة التي ستخوض مباراة الغد أمام {team} ضمن منافسات الدوري الممتاز لكرة القدم",
        ),
        (
            "ويقود خط الهجوم حسن العمر وإلى جانبه سامر الحاج فيما يتولى حراسة المرمى شادي منصور ويلعب في الوسط رامي كنعان وباسل طه وفادي النمر",
            "ويحتل الاتحاد المركز الثالث على لائحة الترتيب ويسعى إلى تحقيق الفوز أمام جماهيره لمواصلة المنافسة على اللقب هذا الموسم",
            "وتقام المباراة على أرض ملعب الحمدانية عند الثالثة عصراً وتنقلها القنوات الرياضية على الهواء مباشرة",
        ),
    ),
    Kind(
        "rates",
        False,
        (
            "سجل سعر صرف الدولار في سوق دمشق اليوم {rate} ليرة للشراء و15200 ليرة للمبيع وفق نشرة السوق الموازية",
        ),
        (
            "وبلغ سعر صرف اليورو 16100 ليرة للشراء و16250 ليرة للمبيع فيما استقر سعر صرف الليرة التركية عند 470 ليرة",
            "وتشهد أسواق الصرف تذبذباً مستمراً في ظل تراجع الإنتاج وارتفاع الطلب على القطع الأجنبي لتمويل المستوردات الأساسية",
            "ويرى خبراء أن استقرار سعر الصرف مرهون بعودة النشاط الاقتصادي وضبط الأسواق وتأمين موارد جديدة للقطع",
        ),
        True,
    ),
    Kind(
        "prices",
        False,
        (
            "تراجع سعر غرام الذهب عيار 21 في السوق المحلية اليوم إلى {rate} ليرة بحسب التسعيرة الصادرة عن جمعية الصاغة",
        ),
        (
            "وحافظ غرام الذهب عيار 18 على سعره السابق فيما بلغ سعر الليرة الذهبية عيار 21 قرابة ثمانية ملايين ليرة",
            "ودعت الجمعية الصاغة إلى التقيد بالتسعيرة الرسمية وعدم رفع أجور الصياغة تحت طائلة إغلاق المحال المخالفة",
        ),
        True,
    ),
    Kind(
        "weather",
        False,
        (
            "تتوقع مديرية الأرصاد الجوية أن يكون الجو يوم {weekday} {day} {month} بين الصحو والغائم جزئياً مع درجات حرارة تصل في دمشق إلى {small} درجة",
        ),
        (
            "وتبقى الرياح جنوبية غربية بين الخفيفة والمعتدلة مع هبات نشطة أحياناً في المناطق الشرقية والبادية فيما يكون البحر خفيف ارتفاع الموج",
            "وتحذر المديرية من تشكل الضباب في ساعات الصباح الباكر على المرتفعات وفي المناطق الداخلية وتدعو السائقين إلى الحذر",
        ),
        True,
    ),
    Kind(
        "prayers",
        False,
        (
            "مواقيت الصلاة ليوم {weekday} {day} {month} في مدينة دمشق وما حولها: الفجر 4:{minute} والظهر 12:{minute2} والعصر 3:{minute3} والمغرب 6:{minute}",
        ),
        (
            "وتنشر وزارة الأوقاف المواقيت يومياً وفق تقويم معتمد لديها وعلى القاطنين في باقي المحافظات مراعاة فروق التوقيت المحلية المبينة في التقويم السنوي",
        ),
        True,
    ),
    Kind(
        "tolls",
        False,
        (
            "ارتفعت حصيلة ضحايا القصف المستمر على المدينة إلى {n1} قتيلاً و{n2} جريحاً بحسب آخر إحصاء للدفاع المدني صدر يوم {weekday}",
        ),
        (
            "وأوضح الدفاع المدني أن بين الضحايا نساء وأطفالاً وأن فرقه ما زالت تبحث عن عالقين تحت الأنقاض في عدة أحياء",
            "وتعاني المشافي من نقص حاد في الأدوية والمستلزمات الطبية جراء الحصار المفروض منذ أشهر ومنع دخول قوافل المساعدات",
        ),
        True,
    ),
    Kind(
        "power cuts",
        False,
        (
            "أعلنت شركة كهرباء المحافظة برنامج التقنين ليوم {weekday} {day} {month} بواقع {h1} ساعات قطع مقابل ساعة وصل واحدة في معظم الأحياء",
        ),
        (
            "وأرجعت الشركة زيادة ساعات القطع إلى نقص توريدات الغاز اللازم لتشغيل محطات التوليد وزيادة الأحمال خلال ساعات الذروة",
            "وطالبت المشتركين بترشيد الاستهلاك والإبلاغ عن الأعطال عبر الرقم المجاني المخصص للطوارئ على مدار الساعة",
        ),
        True,
    ),
    Kind(
        "killing",
        True,
        (
            "Unidentified gunmen shot dead {name} outside his home in {place} on the southern countryside and fled to an unknown destination",
            "The body of {name} was found with several gunshot wounds on the road to {place} hours after he had gone missing",
        ),
        (
            "Residents said the victim, who worked as a trader, had received threats in recent weeks from people he did not know",
            "The body was taken to the national hospital to complete legal procedures before it was handed over to the family",
            "The area has seen repeated assassinations over the past years, mostly blamed on unknown attackers riding motorcycles amid insecurity and the wide spread of weapons",
            "No party has claimed responsibility for the attack and the authorities opened an investigation into the circumstances of the incident",
        ),
    ),
    Kind(
        "arrest",
        True,
        (
            "A military security patrol arrested {name} after raiding his house in the town of {place} and took him to an unknown location",
        ),
        (
            "The family said it had received no information about where he is being held or the charges against him so far",
            "The operation is part of a campaign of raids and arrests in the area that targeted dozens of men wanted for compulsory and reserve service",
            "Residents demand that the fate of the detainees be revealed and that they be released or referred to the competent courts",
        ),
    ),
    Kind(
        "statement",
        True,
        (
            "The ministry of local administration said in a statement that its teams had started to repair the water network in {place} as part of its emergency plan",
        ),
        (
            "The ministry explained that the works are carried out in cooperation with international organisations and the local community and will end within a short time",
            "It called on citizens to cooperate with the technical teams and to report any violations of the network through the service offices spread over the province",
            "The statement added that similar projects continue in the other provinces in order to improve services for the population and the return of the displaced",
        ),
    ),
    Kind(
        "released dated",
        True,
        (
            "{name}, born in {year}, returned to {place} on {weekday} {day} {month} after spending {number} months in a military prison",
        ),
        (
            "He was received by relatives and a large number of residents who expressed their joy at his safe return",
            "Thousands of detainees remain missing in prisons and detention centres across the country according to local and international rights groups",
            "Families of the missing called for pressure to reveal the fate of their relatives and to allow international committees to visit prisons without restrictions",
        ),
    ),
    Kind(
        "strike",
        True,
        (
            "Warplanes carried out air strikes with vacuum missiles on {place} and its surroundings, causing heavy damage to homes of civilians",
        ),
        (
            "Civil defence teams rushed to the scene to put out fires, inspect the targeted houses and move the injured to nearby medical points",
            "The area saw a wide wave of displacement towards the border camps for fear of renewed shelling in the coming hours",
            "The escalation comes despite the ceasefire agreement in force in the region, which local parties accuse the attackers of having breached repeatedly",
        ),
    ),
    Kind(
        "lineup",
        True,
        (
            "The coach of Ittihad announced the line-up for tomorrow's match against {team} in the premier football league",
        ),
        (
            "The attack is led by Hassan Omar with Samer Haj at his side while Shadi Mansour keeps goal and Rami Kanaan, Bassel Taha and Fadi Nimr play in midfield",
            "Ittihad are third in the table and seek a win in front of their fans to stay in the race for the title this season",
        ),
    ),
    Kind(
        "rates",
        True,
        (
            "The dollar traded at {rate} pounds in Damascus today, according to the bulletin of the parallel market, against 15200 for sellers",
        ),
        (
            "The euro was at 16100 pounds to buy and 16250 pounds to sell while the Turkish lira was unchanged at 470 pounds",
            "Exchange markets see continued swings as production declines and demand for foreign currency rises to finance basic imports",
        ),
        True,
    ),
)
