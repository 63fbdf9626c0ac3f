"""The addresses of the stores, as set: what is wrong with one, and what of it may be shown."""

import re
from urllib.parse import unquote

RESERVED = {"@": "%40", "/": "%2F", "?": "%3F", "#": "%23", ":": "%3A", "%": "%25"}
"""Characters of a user name or password that mean something else in an address (RFC 3986, section 2.2)."""

LEAST_LETTERS = 3
"""Pieces of a secret that are shorter are syllables of other words; hiding them would spoil the message."""


class StoreAddress:
    """An address such as ``mongodb://user:password@host:port/?options``; it may be wrong in any way.

    Args:
        text: The address as set.
    """

    def __init__(self, text: str) -> None:
        self._scheme, self._mark, self._rest = text.partition("://")
        self._authority = re.split("[/?#]", self._rest, maxsplit=1)[0]

    @property
    def hosts(self) -> str:
        """The hosts and ports that it names, without user and password."""
        if self.has_raw_reserved:
            return "the given address"
        path = self._rest.removeprefix(self._authority).partition("?")[0]
        return self._authority.rpartition("@")[2] or path or "the given address"

    @property
    def has_raw_reserved(self) -> bool:
        """Whether a user name or password has a character in it that ends it too early.

        An ``@`` behind the host's name, or a second one before it, has no other meaning there; neither has a
        ``#``, or an option without a value.
        """
        path, _, query = self._rest.removeprefix(self._authority).partition("?")
        if self._authority.count("@") > 1 or "@" in path or "#" in self._rest:
            return True
        options = [option for option in re.split("[&;]", query) if "@" in option]
        return any("=" not in option for option in options) or (bool(options) and "@" not in self._authority)

    def conceal(self, message: str) -> str:
        """A message with each piece of user name and password in it replaced by stars."""
        secret = self._rest.rpartition("@")[0]
        pieces = {secret, unquote(secret), *re.split(r"[:@/?#]", secret), *unquote(secret).split(":")}
        for piece in sorted(pieces, key=len, reverse=True):
            if len(piece) >= LEAST_LETTERS:
                message = message.replace(piece, "***")
        return re.sub(r"[^\s/'\"]*@", "***@", message)


def advice_to_escape() -> str:
    """What to do about an address that `StoreAddress.has_raw_reserved`."""
    codes = ", ".join(f"{character} as {code}" for character, code in RESERVED.items())
    return f"its user name or password has a character that must be escaped: {codes}"
