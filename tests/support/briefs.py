"""Articles as the web's lists show them."""

from datetime import UTC, datetime
from typing import Any

from crawler.web import models

START = datetime(2024, 12, 4, 6, 10, tzinfo=UTC)  # 09:10 in Damascus


def brief(at: datetime, **given: Any) -> models.Brief:
    empty = dict.fromkeys(models.Brief.model_fields)
    known = {
        "id": "1",
        "site": "s",
        "title": "",
        "url": "u",
        "story_id": "1",
        "precision": "minute",
        "repeats": False,
        "revision": 1,
    }
    return models.Brief(**{**empty, **known, "at": at, **given})
