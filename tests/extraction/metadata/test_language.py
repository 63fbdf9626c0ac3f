import pytest

from crawler.extraction.metadata.language import detect_language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "أعلنت وزارة الصحة اليوم عن افتتاح مشفى جديد في ريف المحافظة بعد عامين من العمل."),
        ("ar", "قال المتحدث باسم Reuters إن شركة Google و Microsoft أعلنتا عن الخطة في دمشق اليوم."),
        ("fa", "وزیر خارجه ایران اعلام کرد که مذاکرات با طرف مقابل در این هفته از سر گرفته می شود."),
        ("ku", "وەزارەتی تەندروستی هەرێمی کوردستان ڕایگەیاند کە نەخۆشخانەیەکی نوێ لە هەولێر دەکرێتەوە."),
        (
            "ku",
            "Rêveberiya Xweser ragihand ku di meha bê de li Qamişlo nexweşxaneyek nû ji bo xelkê vedibe.",
        ),
        (
            "tr",
            "Sağlık Bakanlığı, ilde yeni bir hastanenin açıldığını duyurdu.",
        ),
        (
            "en",
            "The Ministry of Health said on Monday that a new hospital was opened after two years.",
        ),
        (None, "Glābēji nākamajā dienā pēc zemes nogruvuma atraduši vēl piecus bojāgājušos, ziņo policija."),
        ("fr", "Le ministre a déclaré que les travaux de la route étaient terminés après deux années."),
        (None, "عاجل"),
        (None, "123 456"),
    ],
)
def test_told_apart(language: str | None, text: str) -> None:
    assert detect_language(text, "ar") == language


def test_the_tag_alone_decides_nothing() -> None:
    assert (
        detect_language("The committee said that the report was delayed for the second time.", "ar") == "en"
    )


TEXTS = {
    "it": "Il ministro ha detto che la nuova strada sarà aperta nel mese di marzo e che il "
    "comune non ha ancora "
    "ricevuto il denaro per la scuola del quartiere, dove gli alunni sono più di trecento.",
    "es": "El ministro dijo que la nueva carretera se abrirá en el mes de marzo y que el "
    "ayuntamiento no ha recibido "
    "todavía el dinero para la escuela del barrio, donde los alumnos son más de trescientos.",
    "pt": "O ministro disse que a nova estrada será aberta no mês de março e que a câmara "
    "ainda não recebeu o dinheiro "
    "para a escola do bairro, onde os alunos são mais de trezentos.",
    "fr": "Le ministre a dit que la nouvelle route sera ouverte au mois de mars et que la "
    "mairie n'a pas encore reçu "
    "l'argent pour l'école du quartier, où les élèves sont plus de trois cents.",
    "de": "Der Minister sagte, dass die neue Straße im März geöffnet wird und dass die Stadt "
    "das Geld für die Schule "
    "im Viertel noch nicht bekommen hat, in der mehr als dreihundert Kinder lernen.",
    "en": "The minister said that the new road would be opened in March and that the town had "
    "not yet received the "
    "money for the school of the quarter, where more than three hundred children are taught.",
    "tr": "Bakan, yeni yolun mart ayında açılacağını ve belediyenin mahalledeki okul için "
    "gereken parayı henüz "
    "almadığını söyledi. Okulda üç yüzden fazla çocuk eğitim görüyor ve bu sayı her yıl artıyor.",
    "uk": "Міністр сказав, що нову дорогу відкриють у березні і що місто ще не отримало грошей "
    "на школу цього району, "
    "де навчаються понад триста дітей.",
    "ru": "Министр сказал, что новую дорогу откроют в марте и что город ещё не получил денег "
    "на школу этого района, "
    "где учатся более трёхсот детей.",
    "hy": "Նախարարն ասաց, որ նոր ճանապարհը կբացվի մարտին, իսկ քաղաքը դեռ չի ստացել դպրոցի գումարը։",
    "he": "השר אמר כי הכביש החדש ייפתח בחודש מרץ וכי העירייה עדיין לא קיבלה את הכסף עבור בית הספר של השכונה.",
    "syr": "ܐܡܪ ܪܝܫܐ ܕܡܕܝܢܬܐ ܕܐܘܪܚܐ ܚܕܬܐ ܬܬܦܬܚ ܒܝܪܚܐ ܕܐܕܪ ܘܡܕܪܫܬܐ ܕܩܪܝܬܐ ܠܐ ܩܒܠܬ ܟܣܦܐ",
    "ku": "Wezîr got ku rêya nû dê di meha adarê de vebe û şaredariyê hîn pere ji bo dibistana "
    "taxê wernegirtiye, "
    "li wê dibistanê zêdetirî sê sed zarok dixwînin.",
    "fa": "وزیر گفت که جاده جدید در ماه مارس باز می‌شود و شهرداری هنوز پول مدرسه این محله را "
    "که بیش از سیصد "
    "دانش‌آموز دارد دریافت نکرده است.",
    "ar": "قال الوزير إن الطريق الجديد سيفتتح في شهر آذار وإن البلدية لم تتسلم بعد المال "
    "اللازم لمدرسة الحي التي "
    "يتعلم فيها أكثر من ثلاثمئة طفل.",
}
SORANI = (
    "وەزیر گوتی ڕێگا نوێیەکە لە مانگی ئادار دەکرێتەوە و شارەوانی هێشتا پارەی قوتابخانەی "
    "گەڕەکەکەی وەرنەگرتووە."
)


@pytest.mark.parametrize("declared", [None, "ar", "en-US", "x"])
@pytest.mark.parametrize(("language", "text"), [*TEXTS.items(), ("ku", SORANI)])
def test_a_short_story_is_told_whatever_its_page_says(language: str, text: str, declared: str | None) -> None:
    assert detect_language(text, declared) == language


@pytest.mark.parametrize(
    "text",
    [
        "Министърът каза, че новият път ще бъде открит през март и че общината още няма парите за училището.",
        "Мектеп ғимараты қаңтар айында ашылады, қала әкімі осылай деді, оқушылар саны үш жүзден асты.",
        "მინისტრმა თქვა, რომ ახალი გზა მარტში გაიხსნება და სკოლისთვის თანხა ჯერ არ მიუღიათ.",
        "Ministri tha se rruga do hapet dhe bashkia ende pret paratë e shkollës së lagjes.",
    ],
)
def test_another_language_is_none_of_these(text: str) -> None:
    assert detect_language(text, "ru") is None or detect_language(text, "ru") not in TEXTS
    assert detect_language(text) is None


def test_the_page_settles_what_its_text_leaves_open() -> None:
    text = "Министърът каза, че новият път ще бъде открит през март и че общината още няма парите."
    assert detect_language(text, "bg") == "bg"
    assert detect_language(text, "en") is None
