"""What a site repeats leaves the articles that were stored before it was known to be repeated."""

from datetime import UTC, datetime

from crawler.model.job import Job
from crawler.operations.crawling.crawl import crawl
from crawler.settings import Settings
from crawler.storage.article_fields import reading_fields
from crawler.storage.connect import Stores
from crawler.storage.stored_article import StoredArticle
from tests.support.made_up_site import Answer, MadeUpSite, listing_page

PUBLISHED = datetime(2024, 12, 4, 9, tzinfo=UTC)
NOTE = (
    "تصل نشرتنا المسائية إلى بريد قرائها كل يوم في الثامنة مساءً بتوقيت المدينة، وفيها ملخص لأهم ما نشرته "
    "هيئة التحرير خلال النهار من تقارير ومواد."
)


def test_a_note_under_every_article_of_a_first_crawl_is_in_none_of_them(
    settings: Settings, stores: Stores
) -> None:
    paths = [f"/akhbar/2024/12/04/story-number-{number}001" for number in range(1, 17)]
    with MadeUpSite() as site:
        site.answers["/"] = Answer(listing_page(paths))
        for path in paths:
            site.article(path, PUBLISHED)
            page = site.answers[path]
            assert isinstance(page, Answer)
            assert isinstance(page.body, str)
            site.answers[path] = Answer(
                page.body.replace("</div></article>", f"<p>{NOTE}</p></div></article>")
            )
        (report,) = crawl([Job(site=site.site())], settings)
    documents = list(stores.db.articles.find({}))
    assert (len(documents), report.verdict) == (len(paths), "ok")
    assert not [document["url"] for document in documents if NOTE in document["text"]]
    assert {document["revision"] for document in documents} == {1}
    assert stores.db.readings.count_documents({}) > 0, "what was stored at first is kept"
    for document in documents:
        article = StoredArticle.from_document(document).as_article()
        assert article.text_sha256 == document["text_sha256"]
        assert {name: value or None for name, value in reading_fields(article).items()} == {
            name: document.get(name) or None for name in reading_fields(article)
        }
