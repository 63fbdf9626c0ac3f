from pathlib import Path

import pytest

from crawler.errors import UsageError
from crawler.model.seal import WithheldError, sealed_fields
from crawler.operations.archive.evidence import chosen_articles, story_articles, write_evidence
from crawler.operations.archive.seal import seal, unseal
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support import small_archive as small


def test_what_goes_into_a_case_and_what_is_refused(
    stores: Stores, settings: Settings, tmp_path: Path
) -> None:
    small.fill(stores)
    path = tmp_path / "case.wacz"
    selection = chosen_articles(stores, [small.FIRST])
    # The small archive keeps no captures: that is told, and the package is written all the same.
    written = write_evidence(stores, settings, selection, path, sites={})
    assert written.missing == {
        small.FIRST: ["of revision 1 no capture is kept", "of revision 2 no capture is kept"]
    }
    assert not written.signed
    assert path.stat().st_size

    with pytest.raises(UsageError, match="does not know this address"):
        chosen_articles(stores, ["https://nowhere.example/"])
    with pytest.raises(UsageError, match=r"ends in \.wacz"):
        write_evidence(stores, settings, selection, tmp_path / "case.zip", sites={})
    with pytest.raises(UsageError, match="--story"):
        story_articles(stores, "0" * 31)

    assert len(story_articles(stores, small.COPY).articles) == 3
    for fields in ("text", "image"):
        seal(stores, settings, [small.COPY], reason="x", fields=sealed_fields(fields))
        with pytest.raises(WithheldError):
            chosen_articles(stores, [small.FIRST, small.COPY])
        left = story_articles(stores, small.FIRST)
        assert {article.id for article in left.articles} == {small.FIRST, small.CUT}
        assert left.notes == ["1 articles were left out, being withheld in whole or in part"]
    unseal(stores, settings, [small.COPY])
