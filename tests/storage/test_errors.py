"""Addresses of stores: what is wrong with them, and what may be shown."""

import pytest

from crawler.storage.errors import StoreAddress


@pytest.mark.parametrize(
    "text",
    [
        "mongodb://arch:p@ss@db:27017/",
        "mongodb://arch:p/ss@db:27017/",
        "mongodb://arch:p?ss@db:27017/",
        "mongodb://arch:p#ss@db:27017/",
        "mongodb://arch:p@ss:w/rd#1@127.0.0.1:1/",
        "redis://:a/b@db/0",
        "redis://user:x?y@db:6379",
        "redis://user:x#y@db:6379",
    ],
)
def test_a_raw_character_in_a_password_is_noticed(text: str) -> None:
    address = StoreAddress(text)
    assert address.has_raw_reserved
    assert address.hosts == "the given address"


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("mongodb://db:27017/", "db:27017"),
        ("mongodb://a:1,b:2/khabar?replicaSet=x", "a:1,b:2"),
        ("mongodb://u:p%40ss@db/?appName=x", "db"),
        ("mongodb://u:p@db/?appName=x@y", "db"),
        ("mongodb+srv://u:p@cluster.example.net/", "cluster.example.net"),
        ("redis://:secret@db:6379/0", "db:6379"),
        ("unix:///run/redis.sock?db=1", "/run/redis.sock"),
        ("unix://:secret@/run/redis.sock", "/run/redis.sock"),
        ("127.0.0.1:1", "the given address"),
    ],
)
def test_a_sound_address_shows_its_hosts_alone(text: str, hosts: str) -> None:
    address = StoreAddress(text)
    assert not address.has_raw_reserved
    assert address.hosts == hosts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mongodb://arch:geh%40eim@db/", "no user arch with geh@eim or geh%40eim"),
        ("mongodb://arch:p@ss:w/rd#1@db/", "bad port in ss:w/rd#1@db"),
        ("redis://:hunter2@db/", "cannot use redis://:hunter2@db/"),
    ],
)
def test_no_piece_of_a_secret_is_left_in_a_message(text: str, message: str) -> None:
    shown = StoreAddress(text).conceal(message)
    for secret in ("arch", "geh", "w/rd#1", "hunter2"):
        assert secret not in shown
