"""Numbers in words, and months of two words: what else stands for a figure or a month.

Words are normalised as texts are. A word that is an article, a pronoun, a preposition or a verb in another
language of the news is left out (Turkish "on", Kurdish "du" and "sê", French "seize"), and so is one: it
mostly means "a".
"""

NUMBER_WORDS = {
    2: "اثنان اثنين اثنتان اثنتين",
    3: "ثلاث ثلاثه",
    4: "اربع اربعه",
    5: "خمس خمسه",
    6: "ست سته",
    7: "سبع سبعه",
    8: "ثمان ثماني ثمانيه",
    9: "تسع تسعه",
    10: "عشر عشره",
    20: "عشرون عشرين",
    30: "ثلاثون ثلاثين",
    40: "اربعون اربعين",
    50: "خمسون خمسين",
    60: "ستون ستين",
    70: "سبعون سبعين",
    80: "ثمانون ثمانين",
    90: "تسعون تسعين",
    100: "مئه مايه",
}
"""Those that an index remembers of a text; with others, indexes must be rebuilt."""

MORE_NUMBER_WORDS: dict[int | str, str] = {
    2: """
        اثني اثنتا اثنتي قتيلان قتيلين شهيدان شهيدين جريحان جريحين مصابان شخصان شخصين مدنيان طفلان طفلين
        طفلتان طفلتين امرأتان امرأتين سيدتان سيدتين شابان شابين رجلان رجلين عنصران عنصرين جنديان شقيقان
        شقيقين two deux iki دوو
    """,
    3: "three trois üç",
    4: "four quatre dört چوار",
    5: "five cinq beş pênc پێنج",
    6: "six altı شەش",
    7: "seven sept yedi heft حەوت",
    8: "eight huit sekiz heşt هەشت",
    9: "nine neuf dokuz neh",
    10: "ten dix",
    11: "eleven onze yanzdeh یازدە",
    12: "twelve douze diwanzdeh دوازدە",
    13: "thirteen treize sêzdeh سیازدە",
    14: "fourteen quatorze çardeh چواردە",
    15: "fifteen quinze panzdeh پازدە",
    16: "sixteen şanzdeh شازدە",
    17: "seventeen hevdeh حەڤدە",
    18: "eighteen hejdeh هەژدە",
    19: "nineteen nozdeh نۆزدە",
    20: "twenty vingt yirmi bîst بیست",
    30: "thirty trente otuz",
    40: "forty quarante kırk",
    50: "fifty cinquante elli پەنجا",
    60: "sixty soixante altmış شەست",
    70: "seventy yetmiş حەفتا",
    80: "eighty seksen هەشتا",
    90: "ninety doksan نەوەد",
    100: "hundred سەد",
    200: "مئتان مئتين مئتا مئتي مائتان مائتين مائتا مائتي",
    300: "ثلاثمئة ثلاثمائة",
    400: "أربعمئة أربعمائة",
    500: "خمسمئة خمسمائة",
    600: "ستمئة ستمائة",
    700: "سبعمئة سبعمائة",
    800: "ثمانمئة ثمانمائة ثمانيمئة ثمانيمائة",
    900: "تسعمئة تسعمائة",
    1000: "ألف ألفا thousand mille هەزار",
    2000: "ألفان ألفين ألفي",
    10**6: "مليون مليونا million milyon ملیۆن",
    2 * 10**6: "مليونان مليونين مليوني",
    10**9: "مليار مليارا billion milliard milyar",
    "tens": "عشرات dozens tens dizaine dizaines onlarca",
    "hundreds": "مئات المئات hundreds centaine centaines yüzlerce",
    "thousands": "آلاف الآلاف thousands milliers binlerce",
    "millions": "ملايين الملايين millions milyonlarca",
}
"""Others that are figures where two texts are laid side by side."""

TWO_WORD_MONTHS = {
    "يناير": ("كانون الثاني",),
    "أكتوبر": ("تشرين الأول",),
    "نوفمبر": ("تشرين الثاني",),
    "ديسمبر": ("كانون الأول",),
    "ربيع1": ("ربيع الأول",),
    "ربيع2": ("ربيع الثاني", "ربيع الآخر"),
    "جمادى1": ("جمادى الأولى",),
    "جمادى2": ("جمادى الثانية", "جمادى الآخرة"),
    "القعدة": ("ذو القعدة", "ذي القعدة"),
    "الحجة": ("ذو الحجة", "ذي الحجة"),
}
"""The names of two words that a month has, by one word that stands for it."""
