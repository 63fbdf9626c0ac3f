"""Posts of the REST interface that tell authors and categories as numbers."""

import json
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from crawler.health.report import CrawlReport
from crawler.model.job import Job
from crawler.operations.crawling.crawl import crawl
from crawler.settings import Settings
from crawler.storage.connect import Stores
from crawler.storage.wordpress import recall_closed_names
from tests.support.made_up_site import Answer, MadeUpSite, made_up_site

SENTENCE = "افتتح مجلس المدينة صباح اليوم جسراً جديداً للمشاة فوق النهر بعد عامين من العمل المتواصل فيه"
AUTHORS = {1: "سها مارديني", 2: "كريم الأيوبي", 3: "دانا شعبان"}


class _Rest(dict[str, Answer]):
    """A WordPress whose posts come without `_embed`."""

    def __init__(self, place: MadeUpSite, posts: int) -> None:
        self.place, self.posts, self.users_status, self.refuses_embed = place, posts, 200, True

    def get(self, path: str, _: object = None) -> Answer:
        parts = urlsplit(path)
        asked = parse_qs(parts.query)
        if parts.path == "/wp-json/wp/v2/posts":
            if "_embed" in asked and self.refuses_embed:
                return _json({"code": "rest_invalid_param"}, 400)
            rows = [] if "before" in asked else [self._post(number) for number in range(1, self.posts + 1)]
            return _json(rows, headers={"X-WP-Total": str(len(rows))})
        if parts.path in ("/wp-json/wp/v2/users", "/wp-json/wp/v2/categories"):
            numbers = [int(number) for number in asked["include"][0].split(",")]
            names = {**AUTHORS, 5: "محليات"}
            rows = [{"id": number, "name": names[number], "slug": f"x{number}"} for number in numbers]
            return _json(rows, self.users_status if "users" in path else 200)
        return super().get(path) or Answer("not here", 404)

    def _post(self, number: int) -> Mapping[str, object]:
        content = (
            f"<p>{SENTENCE} للمرة {number}.</p><p>الخبر رقم {number * 7919} من أخبار السوق القديم اليوم.</p>"
        )
        return {
            "id": number,
            "date": f"2024-03-{1 + number % 28:02}T09:{number % 60:02}:00",
            "modified": f"2024-03-{1 + number % 28:02}T09:{number % 60:02}:00",
            "link": f"{self.place.base}/story-of-the-day-{number + 1000}",
            "title": {"rendered": f"افتتاح الجسر الجديد رقم {number}"},
            "content": {"rendered": content},
            "author": 1 + number % 3,
            "categories": [5],
        }


def _json(rows: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(json.dumps(rows), status, {"Content-Type": "application/json", **(headers or {})})


def test_names_are_looked_up_at_once_and_a_closed_list_of_users_is_asked_for_once(
    settings: Settings, stores: Stores
) -> None:
    with made_up_site() as place:
        rest = _Rest(place, 6)
        place.answers = rest  # type: ignore[assignment]

        def run() -> CrawlReport:
            place.forget()
            (report,) = crawl([Job(site=place.site(wordpress=True))], settings)
            return report

        def names_asked() -> list[str]:
            return [path.partition("?")[0].rpartition("/")[2] for path in place.asked if "include=" in path]

        assert run().taken == 6
        stored = list(stores.db.articles.find({}))
        assert len(stored) == 6
        assert {document["section"] for document in stored} == {"محليات"}
        assert sorted(name for d in stored for name in d["authors"]) == sorted(
            AUTHORS[1 + n % 3] for n in range(1, 7)
        )
        assert sorted(names_asked()) == ["categories", "users"]
        assert ["&_embed=" in path for path in place.asked if "/posts?" in path] == [True, False]

        rest.posts, rest.users_status = 8, 403
        assert run().taken == 2
        assert sorted(names_asked()) == ["categories", "users"]
        assert stores.db.articles.count_documents({"section": "محليات"}) == 8
        assert not [path for path in place.asked if "_embed=" in path], "a refusal is remembered"
        assert recall_closed_names(stores.db, "made-up") == {"users"}
