"""Thresholds, reasons and replies cross the border to Lua by name: an unknown name is an error."""

import json
import re
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest
import redis

from dedup import Decision, Index, Parameters, Reason, Reassignment, StoryUpdate, Thresholds
from dedup.index.codec import decision, id_key, pack, requested_pairs
from dedup.index.scripts import Mode, check_script, definitions
from tests.support.texts import article, prepared

NAMES = re.compile(r"\b(LIMITS|REASON)\.(\w+)")
ID, OTHER = "1" * 32, "2" * 32
NAME, OTHER_NAME = (b"x" + bytes.fromhex(id_) for id_ in (ID, OTHER))


def evaluate(client: "redis.Redis", expression: str, parameters: Parameters | None = None) -> object:
    script = f"{definitions(parameters or Parameters(), 0.0)}\nreturn tostring({expression})"
    return client.eval(script, 0)


def test_the_script_gets_each_threshold_by_its_name(client: "redis.Redis") -> None:
    changed = Parameters(thresholds=Thresholds(near=0.125, merge=0.375, hours_apart=float("inf")))
    assert evaluate(client, "LIMITS.near", changed) == b"0.125"
    assert evaluate(client, "LIMITS.merge", changed) == b"0.375"
    assert evaluate(client, "LIMITS.hours_apart == math.huge", changed) == b"true"
    assert evaluate(client, "LIMITS.bands") == b"16"
    assert evaluate(client, "REASON.contained") == b"4"


@pytest.mark.parametrize("name", ["LIMITS.nearly", "REASON.copy"])
def test_a_name_that_is_not_defined_is_an_error(client: "redis.Redis", name: str) -> None:
    title, _, key = name.partition(".")
    with pytest.raises(redis.ResponseError, match=f"{title} has no {key}"):
        evaluate(client, name)


def test_no_part_of_the_script_uses_a_name_that_is_not_defined() -> None:
    defined = definitions(Parameters(), 0.0)
    names = {
        match.groups()
        for part in files("dedup.index").joinpath("lua").iterdir()
        for match in NAMES.finditer(part.read_text("utf-8"))
    }
    assert len(names) > 20
    for table, name in names:
        values = re.search(rf"named\('{table}', {{(.*)}}\)", defined)
        assert values
        assert f" {name} = " in values[1], name


def test_a_renamed_threshold_decides_nothing(client: "redis.Redis", monkeypatch: pytest.MonkeyPatch) -> None:
    script = check_script(Parameters(), 0.0).replace("short = 32", "shortest = 32")
    monkeypatch.setattr("dedup.index.scripts.check_script", lambda *_: script)
    index = Index(client, basename="test")
    with pytest.raises(redis.ResponseError, match="LIMITS has no short"):
        index.check_and_insert([prepared(1, article(1)), prepared(2, article(1, 11))])


def test_an_unknown_reason_of_a_verdict_decides_nothing(client: "redis.Redis") -> None:
    index = Index(client, basename="test")
    index.open()
    epoch = client.hget("{test}:state", "epoch")
    assert isinstance(epoch, bytes)
    request = {"epoch": epoch.decode(), "now": 0, "mode": Mode.INSERT, "exact": True}
    verdicts = [{"reason": "copy", "merged": "new", "is_near": False, "similarity": 1.0, "jaccard": 1.0}]
    keys = id_key(ID)[0] + id_key(OTHER)[0]
    (packed,) = pack([prepared(1, article(1))], index.parameters, {None: 0})
    script = client.register_script(check_script(Parameters(), 0.0))
    with pytest.raises(redis.ResponseError, match="REASON has no copy"):
        script(keys=["{test}:state"], args=[json.dumps(request), json.dumps(verdicts), keys, packed])


def test_replies_are_read_by_name_in_any_order() -> None:
    update: list[object] = [b"kind", b"update", b"merged", b"", b"story", NAME, b"canonical", OTHER_NAME]
    update += [b"previous", NAME, b"reason", 2, b"similarity", 200]
    moved: list[object] = [
        b"similarity",
        125,
        b"reason",
        4,
        b"canonical",
        NAME,
        b"story",
        NAME,
        b"id",
        OTHER_NAME,
    ]
    moved += [b"kind", b"reassignment"]
    reply = [b"changes", [update, moved], b"similarity", 0, b"canonical", b"", b"story", NAME, b"reason", 0]
    assert decision(ID, reply) == Decision(
        ID,
        ID,
        None,
        None,
        Reason.NEW,
        changes=(
            StoryUpdate(ID, OTHER, ID, Reason.NEAR, 0.8),
            Reassignment(OTHER, ID, ID, 0.5, Reason.CONTAINED),
        ),
    )
    with pytest.raises(KeyError, match="story"):
        decision(ID, [b"changes", [], b"canonical", b"", b"reason", 0, b"similarity", 0])


def test_requested_pairs_are_read_by_name() -> None:
    noon = int(datetime(2024, 12, 4, 12, tzinfo=UTC).timestamp())
    later = noon + int(timedelta(hours=5).total_seconds())
    pair = [b"sources", b"other", b"other_published", later, b"published", noon, b"other_id", OTHER_NAME]
    (request,) = requested_pairs([b"requests", [[*pair, b"id", NAME]]]) or []
    assert (request.ids, request.hours_apart, request.same_source) == ((ID, OTHER), 5.0, False)
    assert requested_pairs(b"\0\0" + bytes(16)) is None
