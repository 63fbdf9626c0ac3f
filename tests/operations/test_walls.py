"""A server's own pages on a real site: none becomes an article, none replaces one, honest pages get through.

One site has some pages of every kind of wall, so that a crawl of a few seconds tries them all.
"""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from crawler.errors import UsageError
from crawler.health.report import CrawlReport
from crawler.model.article import Disposition
from crawler.model.job import Job
from crawler.operations.archive.show import find_article
from crawler.operations.crawling.crawl import crawl
from crawler.operations.crawling.recrawl import recrawl_job
from crawler.operations.crawling.status import statuses
from crawler.parsing.urls import page_id
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.made_up_site import Answer, MadeUpSite, listing_page, made_up_site
from tests.support.wordpress_site import WordPress

Wall = Callable[[int, str], str]

PLACES = ["سلمية", "مصياف", "القريتين", "النبك", "يبرود", "الزبداني", "سراقب", "عفرين", "اعزاز", "منبج"]
WORKS = [
    "ترميم الجسر الحجري",
    "صيانة محطة الضخ",
    "تعبيد الطريق الزراعي",
    "توسيع السوق المسقوف",
    "تأهيل الثانوية الصناعية",
    "تركيب الألواح الشمسية",
]


def _page(title: str, *paragraphs: str, head: str = "") -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<html><head><meta charset=utf-8><title>{title}</title>{head}</head>"
        f"<body><article><h1>{title}</h1>{text}</article></body></html>"
    )


def _consent(_: int, headline: str) -> str:
    # The template stays: headline and day are the story's, the words are not.
    day = '<meta property="article:published_time" content="2024-03-05T10:00:00+03:00">'
    return _page(
        headline,
        "نستخدم نحن وشركاؤنا تقنيات مثل ملفات تعريف الارتباط لتخزين المعلومات والوصول إليها.",
        "يمكنك تغيير رأيك في أي وقت من صفحة الإعدادات، ولن يؤثر ذلك في تصفحك لبقية أقسام الموقع.",
        head=day,
    )


WALLS: dict[str, Wall] = {
    "limit": lambda n, _: _page(
        "Bandwidth quota",
        "This account has used up what its plan allows for this month and rests until the next one begins.",
        f"Ticket {n * 7919}, written down at 10:{n:02}:31 for the keeper of this account to look into.",
    ),
    "move": lambda *_: _page(
        "الموقع ينتقل إلى خادم جديد",
        "زوارنا الكرام، نقوم حالياً بنقل الموقع إلى خادم جديد لتقديم خدمة أفضل، وسنعود خلال ساعات قليلة.",
    ),
    "consent": _consent,
    "state": lambda n, _: _page(
        "Erişim kısıtlaması",
        f"Talep edilen /haber/{n} adresi hakkında idari tedbir kararı bulunmaktadır ve yayın durdurulmuştur.",
        "Kararla ilgili bilgi almak isteyenler kurumun danışma masasına yazılı olarak başvurabilirler.",
    ),
    "app": lambda _, headline: _page(
        headline,
        "Чтобы прочитать материал полностью, откройте его в нашем приложении для телефона или планшета.",
        "Приложение бесплатное, занимает мало места и сообщает о главном раньше, чем об этом узнают другие.",
    ),
    "demo": lambda *_: _page(
        "Sed ut perspiciatis unde omnis",
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt labore.",
        "Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo.",
    ),
    "cdn": lambda n, headline: _page(
        headline,
        f"The node closest to you had no copy of «{headline}» and its origin did not hand one out in time.",
        f"Reference {n:08x}-af{n}c, seen from address 10.0.{n}.7, node 14 of the eastern ring, no more.",
    ),
}
HONEST = "honest"


def _story(kind: str, number: int, edition: str = "") -> tuple[str, list[str]]:
    """A headline and a story that it speaks of."""
    chance = random.Random(f"{kind} {number}")
    place, work = chance.choice(PLACES), chance.choice(WORKS)
    title = f"استئناف {work} في {place} بمشاركة {number + 20} متطوعاً من الأهالي"
    words = [*WORKS, *PLACES]
    filler = " ".join(f"{chance.choice(words)} و{chance.choice(words)}" for _ in range(12))
    return title, [
        f"قال مدير الورشة إن {work} في {place} استؤنف صباح اليوم بمشاركة متطوعين من الأهالي{edition}.",
        f"وتشمل الخطة {filler}{edition}.",
    ]


class Place:
    """The site: three stories of every kind, which a wall of the kind may stand in for."""

    def __init__(self, site: MadeUpSite, name: str, settings: Settings, stores: Stores) -> None:
        self.site, self.name, self.settings, self.stores = site, name, settings, stores
        self.paths: dict[str, list[str]] = {}
        self.titles: dict[str, str] = {}

    def publish(self, kind: str, numbers: range, *, path: str = "story") -> list[str]:
        new = [f"/{self.name}/{kind}/{path}-number-{number}" for number in numbers]
        for address, number in zip(new, numbers, strict=True):
            title, paragraphs = _story(kind, number)
            self.titles[address] = title
            self.site.answers[address] = Answer(_page(title, *paragraphs))
        self.paths.setdefault(kind, []).extend(new)
        return new

    def wall(self, kind: str, *paths: str) -> None:
        for number, address in enumerate(paths, 3):
            self.site.answers[address] = Answer(WALLS[kind](number, self.titles[address]))

    def feed(self, *, titles: bool = True, only: list[str] | None = None) -> None:
        listed = [path for paths in self.paths.values() for path in paths] if only is None else only
        items = "".join(
            f"<item><link>{self.site.base}{path}</link>"
            f"{f'<title>{self.titles[path]}</title>' if titles else ''}</item>"
            for path in listed
        )
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'
        self.site.answers[f"/{self.name}.xml"] = Answer(body, headers={"Content-Type": "application/rss+xml"})

    def crawl(self, **job: Any) -> CrawlReport:
        feed = f"{self.site.base}/{self.name}.xml"
        seed = self.site.site(id=self.name, feeds=[feed])
        (report,) = crawl([Job(site=seed, **job)], self.settings)
        assert sum(report.dispositions.values()) == report.taken
        return report

    def recrawl(self) -> CrawlReport:
        seed = self.site.site(id=self.name, feeds=[f"{self.site.base}/{self.name}.xml"])
        (report,) = crawl([recrawl_job(seed, self.settings)[0]], self.settings)
        assert sum(report.dispositions.values()) == report.taken
        return report

    def article(self, path: str) -> dict[str, Any]:
        return self.stores.db.articles.find_one({"_id": page_id(self.site.base + path)}) or {}

    def stored(self, kind: str) -> list[str]:
        return [path for path in self.paths[kind] if self.article(path)]

    def wait(self, hours: int = 7) -> None:
        """Let time pass: what is remembered of the pages moves into the past."""
        for page in self.stores.db.pages.find({"site": self.name}):
            earlier = {
                name: _earlier(page, name, timedelta(hours=hours))
                for name in ("text.first_at", "text.last_at", "waiting.since", "next_attempt_at")
            }
            changed = {name: value for name, value in earlier.items() if value is not None}
            if changed:
                self.stores.db.pages.update_one({"_id": page["_id"]}, {"$set": changed})


def _earlier(page: dict[str, Any], name: str, by: timedelta) -> datetime | None:
    value: Any = page
    for part in name.split("."):
        value = (value or {}).get(part)
    return value - by if value is not None else None


@pytest.fixture
def site() -> Iterator[MadeUpSite]:
    with made_up_site() as opened:
        yield opened


@pytest.fixture
def place(site: MadeUpSite, settings: Settings, stores: Stores) -> Place:
    return Place(site, "walled", settings, stores)


@pytest.mark.parametrize("titles", [True, False], ids=["with headlines", "without headlines"])
def test_no_wall_becomes_an_article_on_a_first_crawl(place: Place, titles: bool) -> None:
    for kind in WALLS:
        place.wall(kind, *place.publish(kind, range(4)))
    place.publish(HONEST, range(5))
    # One wire text in two sections, under one headline.
    twice = place.publish(HONEST, range(5, 6)) + place.publish(HONEST, range(5, 6), path="world")
    place.feed(titles=titles)

    if not titles:
        # Nothing tells the first page of a wall from a story; the next crawl, which meets the second, does.
        place.crawl(limit=1)
        assert place.stores.db.articles.count_documents({}) == 1
    report = place.crawl()

    assert {kind: place.stored(kind) for kind in WALLS} == {kind: [] for kind in WALLS}
    assert report.count(Disposition.UNCONFIRMED) >= 4 * len(WALLS)
    assert report.verdict == "same_page_everywhere"
    assert report.verdict_reason is not None
    honest = place.stored(HONEST)
    assert set(honest) >= set(place.paths[HONEST]) - set(twice)
    if titles:
        # Their headline speaks of the text, so nothing has to wait.
        assert set(honest) >= set(twice)
        assert place.stores.db.articles.count_documents({}) == len(honest)
        return
    assert place.stores.db.articles.count_documents({}) == len(honest)

    (status,) = statuses(place.stores.db, [place.site.site(id=place.name)], detailed=True)
    assert status.waiting
    waiting = place.site.base + place.paths["move"][0]
    with pytest.raises(UsageError, match=r"waits to be confirmed: .*خادم جديد"):
        find_article(place.stores, waiting)

    # The same hours later: two sections are believed, walls are not.
    place.wait()
    place.crawl()
    assert place.stored(HONEST) == place.paths[HONEST]
    assert {kind: place.stored(kind) for kind in WALLS} == {kind: [] for kind in WALLS}
    copies = [place.article(path) for path in twice]
    assert len({copy["story_id"] for copy in copies}) == 1


def test_no_wall_replaces_what_is_stored_and_a_rewritten_article_goes_through(place: Place) -> None:
    for kind in (*WALLS, HONEST):
        place.publish(kind, range(2))
    place.feed()
    assert place.crawl().count(Disposition.UNCONFIRMED) == 0
    before = {path: place.article(path)["text"] for paths in place.paths.values() for path in paths}
    for kind in WALLS:
        place.wall(kind, *place.paths[kind])
        place.wall(kind, *place.publish(kind, range(2, 3)))
    rewritten = place.paths[HONEST][0]
    other = _page(
        "حديقة عامة للأطفال", "افتتحت البلدية حديقة عامة تضم ملاعب للأطفال وأشجاراً مثمرة ومقاعد خشبية كثيرة."
    )
    place.site.answers[rewritten] = Answer(other)
    place.feed()

    report = place.recrawl()

    assert {path: place.article(path)["text"] for path in before} == before
    assert report.count(Disposition.REVISED) == 0
    assert report.verdict == "same_page_everywhere"
    shown = find_article(place.stores, place.site.base + rewritten)
    assert shown["waiting"][0]["title"] == "حديقة عامة للأطفال"
    # Hours later it says the same, and so do the walls.
    place.wait()
    report = place.recrawl()
    assert place.article(rewritten)["revision"] == 2
    assert place.article(rewritten)["title"] == "حديقة عامة للأطفال"
    assert {path: place.article(path)["text"] for path in before if path != rewritten} == {
        path: text for path, text in before.items() if path != rewritten
    }
    assert report.count(Disposition.REVISED) == 1


CONSENT = (
    "نستخدم نحن وشركاؤنا تقنيات مثل ملفات تعريف الارتباط لتخزين المعلومات والوصول إليها، ويمكنك تغيير رأيك "
    "في أي وقت تشاء من صفحة الإعدادات."
)
SUBSCRIBERS = (
    "هذه الصفحة من خدمة البطاقة الجديدة، وقد خصصناها لمن فعّل بطاقته في أحد مكاتبنا في المدينة قبل نهاية "
    "الأسبوع الماضي، ويستطيع غيره أن يطلب بطاقته من المكتب الأقرب إليه."
)


def test_a_page_that_addresses_lead_to_and_a_text_that_a_feed_repeats_are_no_articles(place: Place) -> None:
    items = []
    for number in range(3):
        title, _ = _story("led", number)
        led, spoken = f"/led/{number}/story", f"/spoken/{number}/story"
        place.site.answers[led] = Answer("", 302, {"Location": f"/consent/form?back={number}"})
        place.site.answers[f"/consent/form?back={number}"] = Answer(
            _page("خدمة البطاقة الجديدة", SUBSCRIBERS)
        )
        place.site.answers[spoken] = Answer(_page(title))
        text = "شاهدوا النشرة كاملة على قناتنا، وتابعوا البث المباشر كل مساء في الموعد نفسه مع ضيوف البرنامج."
        items += [
            f"<item><link>{place.site.base}{led}</link></item>",
            f"<item><link>{place.site.base}{spoken}</link><title>{title}</title>"
            f"<content:encoded>&lt;p&gt;{text}&lt;/p&gt;</content:encoded></item>",
        ]
    feed = (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"{''.join(items)}</channel></rss>"
    )
    place.site.answers[f"/{place.name}.xml"] = Answer(feed)
    report = place.crawl()
    assert place.stores.db.articles.count_documents({}) == 0
    assert report.count(Disposition.UNCONFIRMED) == report.taken == 6


def test_a_site_that_leads_all_of_its_addresses_home_has_removed_nothing_until_a_second_look(
    place: Place,
) -> None:
    paths = [f"/2024/03/05/story-of-the-long-day-{number}" for number in range(3)]
    for path in paths:
        place.site.article(path)
    place.site.answers["/"] = Answer(listing_page(paths))
    site = place.site.site(id=place.name)

    def removed() -> int:
        return sum(place.article(path)["removed_at"] is not None for path in paths)

    crawl([Job(site=site)], place.settings)
    for path in paths:
        place.site.answers[path] = Answer("", 302, {"Location": "/"})
    (report,) = crawl([recrawl_job(site, place.settings)[0]], place.settings)
    assert (report.dispositions, removed()) == ({"unconfirmed": 3}, 0)
    assert report.verdict == "same_page_everywhere"
    place.wait()
    (report,) = crawl([recrawl_job(site, place.settings)[0]], place.settings)
    assert (report.count(Disposition.GONE), removed()) == (3, 3)


class _Restricted(WordPress):
    """A site whose plugin puts the same words in the place of most posts."""

    def _paragraphs(self, number: int) -> str:
        return super()._paragraphs(number) if number < 2 else f"<p>{SUBSCRIBERS}</p>"


class _AllAnswers(dict[str, Any]):
    """The site's answers, made when they are asked for."""

    def __init__(self, wordpress: WordPress) -> None:
        super().__init__()
        self._wordpress = wordpress

    def get(self, target: str, default: Any = None) -> Any:
        return self._wordpress.get(target, default)


def test_posts_that_say_the_same_over_rest_are_no_articles(place: Place) -> None:
    place.site.answers = _AllAnswers(_Restricted(place.site, 8))
    site = place.site.site(id=place.name, wordpress=True)
    (report,) = crawl([Job(site=site)], place.settings)
    assert report.dispositions == {"stored": 2, "unconfirmed": 6}
    assert place.stores.db.articles.count_documents({}) == 2
    assert place.stores.db.withdrawn.count_documents({}) <= 1


def test_pages_that_only_ask_for_consent_are_no_articles_and_the_site_is_unwell(place: Place) -> None:
    paths = [f"/2024/03/05/asks-for-consent-before-the-story-{number}" for number in range(10)]
    for path in paths:
        place.site.answers[path] = Answer(_page("موافقتك تهمنا", CONSENT))
    place.site.answers["/"] = Answer(listing_page(paths))
    (report,) = crawl([Job(site=place.site.site(id=place.name))], place.settings)
    assert report.taken == len(paths)
    assert place.stores.db.articles.count_documents({}) == 0
    assert report.verdict in ("nothing_extracted", "same_page_everywhere")
