"""What a word does in a news text, as far as a small table says: it announces a name, counts, or fills.

There are no names here. Whom and what a text is about shows when two texts are aligned
(`dedup.comparison.differences`); these words only give the kind of a slot that differs, and which differences
are mere wording. Spelling is free: the words are normalised as texts are. So «على» is not among the
prepositions: it is written as the name «علي».
"""

from enum import IntEnum


class WordClass(IntEnum):
    """The part a word plays. The values are stored in word codes (three bits)."""

    PLAIN = 0
    """Any word: a name, a verb, a noun."""
    FUNCTION = 1
    """Particles, pronouns, connectors: they differ between copies and name nothing."""
    PERSON = 2
    """What stands before a person's name: «الشاب», «الدكتور», "Mr"."""
    PLACE = 3
    """What stands before a place's name: «بلدة», «ريف», "village of"."""
    UNIT = 4
    """What stands beside a measured figure: currencies, degrees, per cent."""
    DATE = 5
    """Weekdays and months."""
    PREPOSITION = 6
    """Prepositions: the place, or the opponent, often comes right after them."""
    FIGURE = 7
    """Numbers, in digits or in words."""


WORDS: dict[WordClass, str] = {
    WordClass.FUNCTION: """
        و ف ثم او ان انه انها انهم اننا الذي التي الذين اللذين اللتين هو هي هم هما كان كانت كانوا يكون تكون
        قد لقد كما ايضا هذا هذه ذلك تلك هناك هنا حيث اذ اذا لم لن لا ما ليس غير كل بعض جميع اي وقد وكان
        وكانت وان وانه وهو وهي وهم وكما وذلك وهذا وهذه والتي والذي له لها لهم به بها بهم فيه فيها منه منها
        عنه عليه عليها لدى عند عندما بينما حين حينما فيما مما لكن ولكن بل حتى كذلك لذلك اكثر اقل نحو حوالي
        قرابه زهاء اليوم امس غدا الان صباح مساء ظهر فجر ليل صباحا مساء ليلا فجرا ظهرا الماضي الماضيه الجاري
        الجاريه الحالي الحاليه المقبل المقبله يوم ايام خلال اثناء مده لمده بسبب جراء نتيجه اثر عقب بعد قبل
        منذ حول وفق وفقا بحسب حسب عقب سبيل تم جرى بينها بينهم اول اخر اخرى اخرين
        a an the and or but as that which who whom whose this these those it its he she they his her their him
        them was were is are be been being has have had do does did will would not no also there then so if
        than yesterday today tomorrow morning evening night afternoon last next said
    """,
    WordClass.PERSON: """
        الرئيس رئيس الوزير وزير الوزيره وزيره اللواء العميد العقيد المقدم الرائد النقيب الملازم المساعد الرقيب
        العريف المجند العسكري الجندي الضابط الدكتور الدكتوره المهندس المهندسه الشيخ السيد السيده الانسه الحاج
        الحاجه القاضي المحامي المحاميه الصحفي الصحفيه الصحافي الصحافيه الاعلامي الاعلاميه المصور المراسل
        الناشط الناشطه المبعوث السفير الامير الملك المدعو المدعوه المواطن المواطنه الشاب الشابه الشبان
        الفتاه الفتى الطفل الطفله الرضيع الرضيعه الرجل المراه السيدتان القيادي القائد المتحدث الناطق المحافظ
        العماد الفريق ابو ابي ام ابن بنت الاستاذ الاستاذه المدرس المعلم المعلمه الطالب الطالبه الطبيب
        الطبيبه الممرض الممرضه النائب البطريرك المطران المفتي الامام الاب الشهيد الشهيده القتيل المعتقل
        المعتقله الاسير الاسيره المفقود المختطف المخطوف المرحوم المرحومه الفقيد الفقيده المتهم المطلوب
        اللاعب المدرب الحكم المهاجم يدعى تدعى اسمه اسمها ويدعى الفنان الفنانه الكاتب الكاتبه الشاعر المحتجز
        المحتجزه النازح النازحه المسعف المتطوع المتطوعه الراعي المزارع العامل السائق التاجر الموظف الموظفه
        عائله ال نجل زوجه شقيق والد والده
        mr mrs ms dr prof sheikh imam president minister general colonel major captain lieutenant sergeant
        private officer judge lawyer journalist photographer reporter activist citizen resident detainee
        prisoner named called surgeon doctor nurse teacher student farmer driver shepherd worker player coach
        striker goalkeeper brother father mother son daughter wife husband late
    """,
    WordClass.PLACE: """
        مدينه بلده قريه حي محافظه منطقه ناحيه ريف بريف مخيم شارع طريق حاجز معبر سجن مطار سد جبل وادي نهر
        دوار ساحه مشفي مستشفي مدرسه جامعه جامع مسجد كنيسه مزرعه بلدتي قريتي مدينتي مقبره سوق ملعب نادي
        فريق قضاء لواء جزيره بحيره سهل مدينتها بمدينه ببلده بقريه بحي بمحافظه بمنطقه بناحيه بمخيم ابناء اهالي
        سكان قرب
        city town village district governorate province region camp street road checkpoint crossing prison
        airport dam mount mountain valley river square hospital school university mosque church cemetery
        market stadium club suburb neighbourhood neighborhood countryside near outside
    """,
    WordClass.PREPOSITION: """
        في من الى عن مع ضد امام بين شمال جنوب شرق غرب شمالي جنوبي شرقي غربي وسط داخل خارج باتجاه نحو عبر
        in of at from to on for with against versus vs over between north south east west northern southern
        eastern western by into towards
    """,
    WordClass.UNIT: """
        ليره ليرات ليره دولار دولارا دولارات يورو درهم دينار دنانير ريال ريالا جنيه روبل درجه درجات مئويه
        بالمئه بالمايه المئه غرام غراما كيلو كيلوغرام طن اطنان لتر ليتر ليترا برميل اونصه اونسه متر مترا
        كيلومتر كيلومترا ميغاواط هكتار دونم نقطه نقاط قيراط للدولار للغرام للكيلو للتر للطن سعر بسعر للشراء
        للمبيع للبيع pound pounds lira liras dollar dollars euro euros dinar dirham riyal rial degree
        degrees celsius percent per cent gram grams kilo kilogram kilograms kg tonne tonnes ton tons litre
        litres liter liters barrel barrels ounce ounces metre metres megawatt megawatts hectare hectares
        point points mm km karat carat
    """,
    WordClass.DATE: """
        السبت الاحد الاثنين الثلاثاء الاربعاء الخميس الجمعه كانون شباط اذار نيسان ايار حزيران تموز اب ايلول
        تشرين يناير فبراير مارس ابريل مايو يونيو يونيه يوليو يوليه اغسطس سبتمبر اكتوبر نوفمبر ديسمبر محرم
        صفر رجب شعبان رمضان شوال
        saturday sunday monday tuesday wednesday thursday friday january february march april may june july
        august september october november december
        jan feb apr aug sep oct nov dec mon tue tues wed thu thur thurs fri
        lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril mai juin juillet août
        septembre octobre novembre décembre
        pazartesi salı çarşamba perşembe cuma cumartesi pazar ocak şubat mart nisan mayıs haziran temmuz
        ağustos eylül ekim kasım aralık
        duşem sêşem çarşem pêncşem yekşem sibat adar gulan tîrmeh tebax îlon
        شەممە یەکشەممە دووشەممە سێشەممە چوارشەممە پێنجشەممە هەینی شوبات حوزەیران تەممووز ئەیلوول
    """,
}
"""The words of each class, but for plain words and figures."""

SAME_MEANING: tuple[str, ...] = (
    "قتل استشهد قضي ارتقي لقي توفي مات سقط",
    "قتلت استشهدت قضت ارتقت توفيت ماتت سقطت",
    "قتلوا استشهدوا قضوا ارتقوا توفوا ماتوا سقطوا",
    "مقتل استشهاد مصرع وفاه موت ارتقاء",
    "قتلي شهداء ضحايا",
    "قتيل شهيد ضحيه",
    "القتلي الشهداء الضحايا",
    "جرحي مصابين مصابون اصابات مصاب جريح اصابه",
    "الجرحي المصابين المصابون الاصابات",
    "جرح اصيب",
    "قال ذكر افاد اكد اعلن اوضح اضاف اشار بين صرح كشف نقل ذكرت افادت اكدت اعلنت اوضحت اضافت اشارت قالت "
    "بينت كشفت صرحت نقلت وقال وذكر وافاد واكد واعلن واوضح واضاف واشار وبين وقالت وذكرت وافادت واكدت "
    "واعلنت واوضحت واضافت واشارت وبينت",
    "يقول تقول يؤكد تؤكد يذكر تذكر يوضح توضح",
    "قوات جيش",
    "القوات الجيش",
    "النظام الاسد الحكومه السوري السوريه",
    "قصف استهدف قصفت استهدفت",
    "قصف استهداف",
    "غاره غارات ضربه ضربات",
    "مقاتلات طائرات طيران الطيران الطائرات المقاتلات",
    "عناصر مسلحين مسلحون مقاتلين مقاتلون عنصر مسلح مقاتل",
    "العناصر المسلحين المسلحون المقاتلين المقاتلون",
    "اعتقل احتجز اوقف اعتقلت احتجزت اوقفت",
    "اعتقال احتجاز توقيف",
    "افرج اطلق افرجت اطلقت",
    "مجهولين مجهولون مجهول",
    "بلغ وصل وبلغ ووصل بلغت وصلت",
    "عدد مجموع حصيله",
    "طرق سبل وسائل",
    "سوريا سوريه",
    "شباط فبراير",
    "اذار مارس",
    "نيسان ابريل",
    "ايار مايو",
    "حزيران يونيو",
    "تموز يوليو",
    "اب اغسطس",
    "ايلول سبتمبر",
    "january jan",
    "february feb",
    "april apr",
    "august aug",
    "september sep",
    "october oct",
    "november nov",
    "december dec",
    "monday mon",
    "tuesday tue tues",
    "wednesday wed",
    "thursday thu thur thurs",
    "friday fri",
    "killed slain dead died martyred",
    "wounded injured hurt",
    "said reported announced stated confirmed added told",
    "attack strike raid bombing",
    "arrested detained held",
    "released freed",
)
"""Words that one outlet writes for another's: exchanging them names nobody else."""
