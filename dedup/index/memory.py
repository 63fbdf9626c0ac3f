"""A Redis for one index within this process: the same scripts, run by a Lua of our own on Python's values.

For small things, tests and notebooks. Nothing is decided here: whatever an index in a server decides
comes from its scripts, and these are run as they are. Needs the extra ``khabar[memory]``: lupa, which
carries Lua 5.1.
"""

import fnmatch
import json
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from redis import ResponseError

from dedup.errors import DedupError

_FORMAT = re.compile("I([1248])|[Bd]")
_INTEGERS = {"1": "B", "2": "H", "4": "I", "8": "Q"}


class MemoryClient:
    """What `Index` asks of a client of redis-py, on values in memory.

    Raises:
        DedupError: lupa is not installed.
    """

    def __init__(self) -> None:
        try:
            from lupa.lua51 import LuaRuntime
        except ImportError:
            raise DedupError("an index in memory needs lupa: pip install 'khabar[memory]'") from None
        self._values: dict[bytes, Any] = {}
        self._lua = LuaRuntime(
            encoding=None, unpack_returned_tuples=True, register_eval=False, register_builtins=False
        )
        tables = {
            b"redis": {b"call": self._call},
            b"struct": {b"pack": _pack, b"unpack": _unpack},
            b"cjson": {b"decode": self._decode},
        }
        for name, functions in tables.items():
            self._lua.globals()[name] = self._lua.table_from(functions)

    def get_encoder(self) -> "MemoryClient":
        """The encoder of redis-py, which says whether replies are decoded."""
        return self

    @property
    def decode_responses(self) -> bool:
        """Replies are bytes."""
        return False

    def register_script(self, script: str) -> Callable[..., Any]:
        """A function that runs a script, given keys and arguments."""
        function = self._lua.globals().loadstring(script.encode())

        def run(keys: Sequence[Any], args: Sequence[Any]) -> Any:
            names = self._lua.globals()
            names[b"KEYS"] = self._lua.table_from(list(map(_encoded, keys)))
            names[b"ARGV"] = self._lua.table_from(list(map(_encoded, args)))
            return self._reply(function())

        return run

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """A command of Redis by its name in redis-py."""
        command = _COMMANDS.get(name.upper())
        if command is None:
            raise AttributeError(f"an index in memory has no command {name!r}")
        return lambda *arguments: command(self._values, *map(_encoded, arguments))

    def pipeline(self, **_: bool) -> "MemoryClient":
        """A pipeline, of which the index asks nothing but memory."""
        return self

    def memory_usage(self, *_: str, **__: int) -> None:
        """What a key takes is not measured: `execute` says so."""

    def execute(self) -> None:
        """Raise what a server raises that does not report its memory."""
        raise ResponseError("an index in memory does not measure it")

    def mget(self, keys: Sequence[str]) -> list[bytes | None]:
        """The values of keys."""
        return [self._values.get(_encoded(key)) for key in keys]

    def hmget(self, key: str, *fields: str) -> list[bytes | None]:
        """Fields of a hash."""
        return [self._values.get(_encoded(key), {}).get(_encoded(field)) for field in fields]

    def hgetall(self, key: str) -> dict[bytes, bytes]:
        """A hash."""
        return dict(self._values.get(_encoded(key), {}))

    def scan_iter(self, match: str, count: int) -> Iterator[bytes]:  # noqa: ARG002  # as redis-py has it
        """The keys that match a pattern."""
        pattern = re.compile(fnmatch.translate(match.replace("\\", "")))
        return iter([key for key in self._values if pattern.match(key.decode())])

    def _call(self, name: bytes, *arguments: Any) -> Any:
        reply = _COMMANDS[name.decode()](self._values, *map(_encoded, arguments))
        if isinstance(reply, dict):
            reply = [each for pair in reply.items() for each in pair]
        if isinstance(reply, list):
            return self._lua.table_from([False if each is None else each for each in reply])
        return False if reply is None else reply

    def _decode(self, text: bytes) -> Any:
        return self._table(json.loads(text))

    def _table(self, value: Any) -> Any:
        """A value of JSON as one of Lua."""
        if isinstance(value, str):
            return value.encode()
        if isinstance(value, list):
            return self._lua.table_from(list(map(self._table, value)))
        if isinstance(value, dict):
            return self._lua.table_from({key.encode(): self._table(each) for key, each in value.items()})
        return value

    def _reply(self, value: Any) -> Any:
        """What a script returned as redis-py has it."""
        if value is False or value is None:
            return None
        if isinstance(value, float):
            return int(value)
        if isinstance(value, bytes | int):
            return value
        return [self._reply(value[at]) for at in range(1, len(value) + 1)]


def _encoded(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).encode("utf-8", "surrogatepass")


def _python_format(format_: bytes) -> str:
    text = format_.decode()
    kinds = (_INTEGERS.get(match[1] or "", match[0]) for match in _FORMAT.finditer(text))
    return text[0] + "".join(kinds)


def _pack(format_: bytes, *values: float) -> bytes:
    kinds = _python_format(format_)
    pairs = zip(kinds[1:], values, strict=False)
    return struct.pack(kinds, *(value if kind == "d" else int(value) for kind, value in pairs))


def _unpack(format_: bytes, data: bytes, begin: float = 1) -> tuple[Any, ...]:
    kinds = _python_format(format_)
    return (*struct.unpack_from(kinds, data, int(begin) - 1), int(begin) + struct.calcsize(kinds))


def _set_range(values: dict[bytes, Any], key: bytes, begin: bytes, part: bytes) -> int:
    whole, at = values.get(key, b"").ljust(int(begin), b"\0"), int(begin)
    values[key] = whole[:at] + part + whole[at + len(part) :]
    return len(values[key])


def _set(values: dict[bytes, Any], key: bytes, value: Any) -> int:
    values[key] = value
    return len(value)


def _set_fields(values: dict[bytes, Any], key: bytes, *pairs: bytes) -> int:
    values.setdefault(key, {}).update(zip(pairs[::2], pairs[1::2], strict=True))
    return len(pairs) // 2


def _set_new_field(values: dict[bytes, Any], key: bytes, field: bytes, value: bytes) -> int:
    if field in values.get(key, {}):
        return 0
    return _set_fields(values, key, field, value)


def _delete_fields(values: dict[bytes, Any], key: bytes, *fields: bytes) -> int:
    hash_ = values.get(key, {})
    count = sum(hash_.pop(field, None) is not None for field in fields)
    if key in values and not hash_:
        del values[key]
    return count


def _increase(values: dict[bytes, Any], key: bytes, field: bytes, by: bytes) -> int:
    fields = values.setdefault(key, {})
    fields[field] = str(int(fields.get(field, b"0")) + int(by)).encode()
    return int(fields[field])


def _push_left(values: dict[bytes, Any], key: bytes, *items: bytes) -> int:
    values[key] = [*reversed(items), *values.get(key, [])]
    return len(values[key])


def _trim(values: dict[bytes, Any], key: bytes, first: bytes, last: bytes) -> bytes:
    values[key] = values.get(key, [])[int(first) : int(last) + 1]
    return b"OK"


def _set_item(values: dict[bytes, Any], key: bytes, at: bytes, item: bytes) -> bytes:
    values[key][int(at)] = item
    return b"OK"


def _item(values: dict[bytes, Any], key: bytes, at: bytes) -> bytes | None:
    items = values.get(key, [])
    return items[int(at)] if -len(items) <= int(at) < len(items) else None


def _delete(values: dict[bytes, Any], *keys: bytes) -> int:
    return sum(values.pop(key, None) is not None for key in keys)


def _items(values: dict[bytes, Any], key: bytes, first: bytes, last: bytes) -> list[bytes]:
    items: list[bytes] = values.get(key, [])
    return items[int(first) : int(last) + 1 or None]


_COMMANDS: dict[str, Callable[..., Any]] = {
    "APPEND": lambda values, key, part: _set(values, key, values.get(key, b"") + part),
    "DEL": _delete,
    "DELETE": _delete,
    "EXISTS": lambda values, key: int(key in values),
    "GET": lambda values, key: values.get(key),
    "GETRANGE": lambda values, key, first, last: values.get(key, b"")[int(first) : int(last) + 1],
    "HDEL": _delete_fields,
    "HGET": lambda values, key, field: values.get(key, {}).get(field),
    "HGETALL": lambda values, key: dict(values.get(key, {})),
    "HINCRBY": _increase,
    "HKEYS": lambda values, key: list(values.get(key, {})),
    "HLEN": lambda values, key: len(values.get(key, {})),
    "HMGET": lambda values, key, *fields: [values.get(key, {}).get(field) for field in fields],
    "HSET": _set_fields,
    "HSETNX": _set_new_field,
    "LINDEX": _item,
    "LPOP": lambda values, key: values[key].pop(0),
    "LPUSH": _push_left,
    "LRANGE": _items,
    "LSET": _set_item,
    "LTRIM": _trim,
    "MGET": lambda values, *keys: [values.get(key) for key in keys],
    "RPUSH": lambda values, key, item: _set(values, key, [*values.get(key, []), item]),
    "SET": lambda values, key, value: _set(values, key, value),
    "SETRANGE": _set_range,
    "UNLINK": _delete,
}
