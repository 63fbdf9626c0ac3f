"""Events keep their ids."""

from dedup.event.grouping import name_events


def test_an_event_keeps_its_id_while_its_article_is_in_it() -> None:
    # Of two that become one, the id that more articles had; an earlier article that comes late changes none.
    named = {"b": "b", "c": "b", "d": "d"}
    homes = {"b": "b", "d": "d"}
    assert set(name_events([["a", "b", "c", "d"]], named, homes).values()) == {"b"}
    # Who leaves takes no id along, unless it is its own.
    assert name_events([["b"], ["c", "e"]], {"b": "b", "c": "b", "e": "b"}, {"b": "b"}) == {
        "b": "b",
        "c": "c",
        "e": "c",
    }
    # The article of the id is a copy of another by now: its story stands for it.
    assert name_events([["x", "c"]], {"c": "b"}, {"b": "x"}) == {"x": "b", "c": "b"}
