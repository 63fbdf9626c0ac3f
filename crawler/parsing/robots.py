"""robots.txt: what it allows (RFC 9309), which pause it asks for, and the sitemaps it names.

Where the standard leaves a choice, this reads as Google's parser does (https://github.com/google/robotstxt):
names of user agents end at their first character that is no letter, hyphen or underscore; common
misspellings count; `Allow: /a/index.html` allows `/a/`. Where percent-encoding makes a rule ambiguous, the
stricter reading holds (docs/decisions/0033-robots-txt.md).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote, unquote_to_bytes

MOST_BYTES = 500 * 1024
"""What is read of a robots.txt: RFC 9309, 2.5, asks for no less, and names it as the usual bound."""

NO_RULES = frozenset(range(400, 500)) - {429}
"""Statuses that say that there is no robots.txt; their bodies are error pages, not rules. "Too many requests"
says nothing of the kind."""

MOST_LINE = 2083 * 8
"""Characters of one line that are read, as in Google's parser: eight of a browser's longest addresses."""

LONGEST_DELAY = 86_400.0
"""Seconds: a Crawl-delay of more than a day is a mistake, and would be kept as a day."""


class Directive(StrEnum):
    """What a line of robots.txt says."""

    USER_AGENT = "user-agent"
    ALLOW = "allow"
    DISALLOW = "disallow"
    CRAWL_DELAY = "crawl-delay"
    SITEMAP = "sitemap"


SPELLINGS = {
    Directive.USER_AGENT: ("user-agent", "useragent", "user agent"),
    Directive.ALLOW: ("allow",),
    Directive.DISALLOW: ("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"),
    Directive.CRAWL_DELAY: ("crawl-delay", "crawldelay", "crawl delay"),
    Directive.SITEMAP: ("sitemap", "site-map"),
}
"""How each directive's name may begin, in small letters: as Google's parser takes them."""

_BOM = b"\xef\xbb\xbf"
_WIDE_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_WEB_PAGE = re.compile(r"\A\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\r|\n")
_PRODUCT = re.compile(r"[A-Za-z_-]+")
_GLOBAL = re.compile(r"\*(?:\s|\Z)")
_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?|[.,]\d{1,9}", re.ASCII)
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_AUTHORITY = re.compile(r"\A(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?;#]*")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_INDEX = "/index.html"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A path with `*` for any characters and `$` for the end, cut at its asterisks."""

    pieces: tuple[str, ...]
    anchored: bool

    @classmethod
    def parse(cls, text: str) -> "Pattern":
        """Parse a rule's path."""
        anchored = text.endswith("$")
        return cls(tuple(text.removesuffix("$").split("*")), anchored)

    def matches(self, path: str) -> bool:
        """Whether the path begins as the pattern says; takes time linear in the path for each piece."""
        first, *rest = self.pieces
        if not path.startswith(first):
            return False
        if not rest:
            return not self.anchored or path == first
        at = len(first)
        for piece in rest[:-1]:
            at = path.find(piece, at)
            if at < 0:
                return False
            at += len(piece)
        last = rest[-1]
        if self.anchored:
            return path.endswith(last) and len(path) - len(last) >= at
        return path.find(last, at) >= 0


@dataclass(frozen=True, slots=True)
class Rule:
    """An Allow or Disallow line. `plain` is the path with what need not be encoded decoded."""

    allow: bool
    length: int
    written: Pattern
    plain: Pattern

    def matches(self, written: str, plain: str) -> bool:
        """Whether the rule speaks of a path, given as it is written and with needless encoding undone.

        RFC 9309, 2.2.2, compares what is decoded, Google's parser what is written. A Disallow holds by either
        reading, an Allow by both.
        """
        readings = self.written.matches(written), self.plain.matches(plain)
        return all(readings) if self.allow else any(readings)


@dataclass(slots=True)
class Group:
    """What robots.txt says to one user agent."""

    rules: list[Rule] = field(default_factory=list)
    crawl_delay: float | None = None


class RobotsTxt:
    """The rules of one robots.txt.

    Args:
        body: The file's content, not compressed. What lies behind `MOST_BYTES` is not read.
    """

    def __init__(self, body: bytes) -> None:
        self.sitemaps: list[str] = []
        self._groups: dict[str, Group] = {}
        current: list[Group] = []
        in_rules = False
        for directive, value in _lines(body):
            if directive is Directive.USER_AGENT:
                current = [] if in_rules else current
                in_rules = False
                current += self._group_of(value)
            elif directive is Directive.SITEMAP:
                self.sitemaps.append(value)
            elif directive is Directive.CRAWL_DELAY:
                _note_delay(current, value)
            else:
                in_rules = True
                for group in current:
                    group.rules += _rules(value, allow=directive is Directive.ALLOW)
        for group in self._groups.values():
            # The longest match decides, of equally long ones the Allow: the first that matches in this order.
            group.rules.sort(key=lambda rule: (-rule.length, not rule.allow))

    def _group_of(self, value: str) -> list[Group]:
        """The group that a User-agent line opens or continues; none for a name that is no product token."""
        if _GLOBAL.match(value):
            return [self._groups.setdefault("*", Group())]
        product = _PRODUCT.match(value)
        return [self._groups.setdefault(product[0].lower(), Group())] if product else []

    def _rules_for(self, user_agent: str) -> Group:
        """The group of a crawler: its own, or else the one for all."""
        own = self._groups.get(user_agent.lower())
        return own or self._groups.get("*") or Group()

    def allows(self, url: str, user_agent: str) -> bool:
        """Tell whether a crawler may ask for an address.

        Args:
            url: The address, percent-encoded as it is asked for.
            user_agent: The crawler's product token, such as ``Khabar``.
        """
        path = _path(url)
        plain = _decode_unreserved(path)
        for rule in self._rules_for(user_agent).rules:
            if rule.matches(path, plain):
                return rule.allow
        return True

    def crawl_delay(self, user_agent: str) -> float | None:
        """Seconds between two requests that a crawler is asked to keep; None: nothing is asked.

        Where its own group names none, the one for all is asked too: the directive is no part of the
        standard, and groups that only allow or forbid seldom repeat it.
        """
        own = self._groups.get(user_agent.lower())
        if own is not None and own.crawl_delay is not None:
            return own.crawl_delay
        everybody = self._groups.get("*")
        return everybody.crawl_delay if everybody else None


def product_token(user_agent: str) -> str:
    """The name by which robots.txt may call us: a User-Agent's beginning (RFC 9309, 2.2.1)."""
    product = _PRODUCT.match(user_agent)
    return product[0] if product else user_agent


def _lines(body: bytes) -> Iterator[tuple[Directive, str]]:
    """The lines that say something, as directive and value."""
    text = _text(body)
    if _WEB_PAGE.match(text):
        return
    for line in _LINE_END.split(text):
        content = line[:MOST_LINE].partition("#")[0].strip()
        name, value = _split(content)
        directive = _directive(name)
        # A line that is too long is cut: as a Disallow it forbids more, as an Allow it would allow more.
        if directive is not None and not (directive is Directive.ALLOW and len(line) > MOST_LINE):
            yield directive, value


def _text(body: bytes) -> str:
    """The first part of the file; bytes that are no UTF-8 stay themselves (surrogate escapes)."""
    if len(body) > MOST_BYTES:
        # A line that is cut may say what nobody wrote.
        head = body[:MOST_BYTES]
        body = head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1]
    for mark, encoding in _WIDE_MARKS.items():
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    # Damaged marks occur: any beginning of one is skipped.
    for length in (3, 2, 1):
        if body.startswith(_BOM[:length]):
            body = body[length:]
            break
    return body.decode("utf-8", "surrogateescape")


def _split(line: str) -> tuple[str, str]:
    """A line's name and value; without a colon, white space parts two words that are all there is."""
    name, colon, value = line.partition(":")
    if colon:
        return name.strip(), value.strip()
    words = line.split()
    return (words[0], words[1]) if len(words) == 2 else ("", "")


def _directive(name: str) -> Directive | None:
    folded = name.lower()
    return next((kind for kind, begins in SPELLINGS.items() if folded.startswith(begins)), None)


def _rules(value: str, *, allow: bool) -> Iterator[Rule]:
    """The rules of a line: none for an empty path, which matches nothing."""
    if not value:
        return
    path = _encode(value)
    plain = _decode_unreserved(path)
    yield Rule(allow, len(path), Pattern.parse(path), Pattern.parse(plain))
    if allow and path.endswith(_INDEX):
        folder = Pattern.parse(path.removesuffix(_INDEX[1:]) + "$")
        yield Rule(allow, len(path) - len(_INDEX) + 2, folder, folder)


def _note_delay(groups: list[Group], value: str) -> None:
    number = _NUMBER.match(value)
    seconds = min(float(number[0].replace(",", ".")), LONGEST_DELAY) if number else 0.0
    for group in groups:
        if seconds > (group.crawl_delay or 0.0):
            group.crawl_delay = seconds


def _encode(path: str) -> str:
    """A path with its bytes beyond ASCII percent-encoded, and with capital letters in what is encoded."""
    encoded = "".join(
        character if character.isascii() else quote(character.encode("utf-8", "surrogateescape"))
        for character in path
    )
    return _ESCAPE.sub(lambda match: match[0].upper(), encoded)


def _decode_unreserved(path: str) -> str:
    """A path without the percent-encoding of characters that need none (RFC 3986, 2.3)."""
    return _ESCAPE.sub(_decoded, path)


def _decoded(match: re.Match[str]) -> str:
    character = unquote_to_bytes(match[0]).decode("latin-1")
    return character if character in _UNRESERVED else match[0]


def _path(url: str) -> str:
    """An address's path, parameters and query, which rules are compared with."""
    authority = _AUTHORITY.match(url)
    path = (url[authority.end() :] if authority else url).partition("#")[0]
    path = _ESCAPE.sub(lambda match: match[0].upper(), path)
    return path if path.startswith("/") else f"/{path}"
