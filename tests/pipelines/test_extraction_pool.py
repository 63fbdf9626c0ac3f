"""The extraction pool: a page that hangs or kills its worker takes no other page along."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from crawler.model.article import Hints
from crawler.model.site import Site
from crawler.pipelines.extraction import FetchedPage, extract_page
from crawler.pipelines.extraction_pool import ExtractionFailedError, ExtractionPool

SITE = Site.model_validate({"id": "x", "name": "س", "url": "https://example.org/"})


@pytest.fixture
def pool() -> Iterator[ExtractionPool]:
    made = ExtractionPool(workers=1, timeout=20.0)
    yield made
    made.close()


def _page(body: str) -> FetchedPage:
    html = f"<html><body><article><h1>عنوان الخبر اليوم</h1>{body}</article></body></html>".encode()
    url = "https://example.org/2024/12/04/title/"
    return FetchedPage(html, url, Hints(), "utf-8", datetime(2024, 12, 4, 12, tzinfo=UTC))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_page_becomes_an_article_with_its_signature_in_another_process(pool: ExtractionPool) -> None:
    prose = "<p>" + "</p><p>".join(
        "افتتحت البلدية طريقاً جديداً يصل القرية بالمدينة بعد عمل دام سنة." for _ in range(4)
    )
    extracted = asyncio.run(pool.run(extract_page, _page(prose), SITE, False))
    assert extracted.article is not None
    assert extracted.article.title == "عنوان الخبر اليوم"
    assert extracted.prepared is not None
    assert extracted.prepared.id == extracted.article_id
    assert extracted.prepared.source == "x"


def test_a_worker_that_dies_costs_its_own_task_alone(pool: ExtractionPool) -> None:
    async def both() -> tuple[object, object]:
        dead = asyncio.create_task(pool.run(_die))
        fine = asyncio.create_task(pool.run(abs, -3))
        return tuple(await asyncio.gather(dead, fine, return_exceptions=True))  # type: ignore[return-value]

    dead, fine = asyncio.run(both())
    assert isinstance(dead, ExtractionFailedError)
    assert "took its process down" in str(dead)
    assert fine == 3


def test_what_a_page_makes_the_parsers_raise_is_an_extraction_failure(pool: ExtractionPool) -> None:
    with pytest.raises(ExtractionFailedError, match="extraction failed: ValueError: "):
        asyncio.run(pool.run(int, "no number"))


def test_a_task_that_hangs_is_ended_and_the_pool_goes_on() -> None:
    pool = ExtractionPool(workers=1, timeout=3.0)
    try:
        asyncio.run(pool.run(abs, -1))  # the worker is up: only the task itself is timed
        begun = time.monotonic()
        with pytest.raises(ExtractionFailedError, match="longer than 3 s"):
            asyncio.run(pool.run(time.sleep, 60))
        assert time.monotonic() - begun < 20
        assert asyncio.run(pool.run(abs, -2)) == 2
    finally:
        pool.close()


@pytest.mark.parametrize("depth", [1, 300], ids=["an ordinary page", "nested deeper than extraction reads"])
def test_links_are_read_of_the_whole_page_whatever_it_is(depth: int) -> None:
    prose = "<p>افتتحت البلدية طريقاً جديداً يصل القرية بالمدينة بعد عمل دام سنة كاملة.</p>" * 3
    link = '<h2><a href="/2024/12/05/other-story-of-the-day/">افتتاح معرض الكتاب في المدينة القديمة</a></h2>'
    for body in (
        prose + "<div>" * depth + link + "</div>" * depth,
        link if depth == 1 else "<div>" * 300 + link,
    ):
        extracted = extract_page(_page(body), SITE, True)
        assert extracted.links == ["https://example.org/2024/12/05/other-story-of-the-day/"]
        assert extract_page(_page(body), SITE, False).links == []


@pytest.mark.parametrize("depth", [1, 300], ids=["an ordinary page", "nested deeper than extraction reads"])
def test_further_pages_are_found_on_the_whole_page(depth: int) -> None:
    prose = "<p>افتتحت البلدية طريقاً جديداً يصل القرية بالمدينة بعد عمل دام سنة كاملة.</p>" * 3
    numbers = "<a href='2/'>2</a> <a href='/2024/12/04/title/3/'>3</a> <a href='/2024/12/04/other/4/'>4</a>"
    deep = "<div>" * depth + "</div>" * depth
    extracted = extract_page(_page(f"{prose}{numbers}{deep}"), SITE, False)
    assert extracted.missing == (
        "https://example.org/2024/12/04/title/2/",
        "https://example.org/2024/12/04/title/3/",
    )
    assert extract_page(_page(prose), SITE, False).missing == ()
