"""Fetching from a web archive what it has of a site: its index of captures, and each capture as it was.

What is fetched is kept as a WARC file of the archive's answers, under the addresses that were asked; an
import reads the original address and the time of capture in these (`crawler.importing.records.replayed`).
The files are the state: a capture that lies in one is not asked for again.
"""

import http.client
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from crawler.errors import KhabarError
from crawler.fetch.connection import Answer, Limits, request_once
from crawler.fetch.delay import Pace, requested_pause
from crawler.files import append_private, make_private_folder
from crawler.importing.cdx import IndexEntry, parse_index
from crawler.importing.sources import Reader
from crawler.importing.warc import PAGE_TYPES
from crawler.model.period import Period
from crawler.model.site import Site
from crawler.settings import Settings

PER_MINUTE = 24
"""Requests that the Internet Archive answers in a minute, measured in 2026; more are refused for an hour."""
PAGE = 10_000
"""Lines of the index that are asked for at once."""
TRIES = 4
MOST_INDEX_BYTES = 1 << 26
LONGEST_PAUSE = 900.0
"""Seconds that an archive may ask to be left alone; beyond, the import is to be gone on with later."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, and waiting for it; tests have their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class WaybackReport:
    """What became of the captures that the index names; `listed` is the sum of the four counts after it.

    `repeated` are captures with the bytes of the one before, and those that are no pages by the index;
    `present` were fetched by an earlier call.
    """

    listed: int = 0
    fetched: int = 0
    present: int = 0
    repeated: int = 0
    failed: int = 0
    problems: list[str] = field(default_factory=list)


def fetch_captures(
    site: Site,
    period: Period,
    settings: Settings,
    folder: Path,
    *,
    clock: Clock | None = None,
    progress: Callable[[int, int], None] = lambda _done, _listed: None,
) -> WaybackReport:
    """Fetch the captures of a site that an archive has.

    Args:
        site: The site: the host of its address, and hosts under it.
        period: Only captures made in it.
        settings: The archive's addresses, limits, User-Agent.
        folder: Where the WARC files lie.
        clock: Time.
        progress: Called with how many captures are done, and how many there are.

    Raises:
        KhabarError: The archive does not answer, or asks for a long pause; called again, it goes on.
    """
    client = _Client(settings, clock or Clock())
    report = WaybackReport()
    present = _present(folder, settings)
    due = [entry for entry in _listed(client, site, period, report) if not site.excludes(entry.url)]
    report.repeated = report.listed - len(due)
    make_private_folder(folder)
    name = f"{datetime.now(UTC):%Y%m%d%H%M%S%f}.warc.gz"
    for number, entry in enumerate(sorted(due, key=lambda entry: entry.timestamp), start=1):
        if (entry.url, entry.captured_at) in present:
            report.present += 1
            continue
        address = f"{settings.wayback_replay.rstrip('/')}/{entry.timestamp}id_/{entry.url}"
        try:
            answer = client.get(address, settings.max_page_bytes)
        except _RefusedError as error:
            report.failed += 1
            report.problems.append(f"{address}: {error}")
            continue
        _append(folder / name, address, answer)
        report.fetched += 1
        progress(number, len(due))
    return report


def _present(folder: Path, settings: Settings) -> set[tuple[str, datetime | None]]:
    """The captures that were fetched before."""
    reader = Reader(folder, settings.max_page_bytes)
    files = sorted(folder.glob("*.warc.gz")) if folder.is_dir() else []
    return {(record.url, record.captured_at) for file in files for record in reader.records(file, file.name)}


def _listed(client: "_Client", site: Site, period: Period, report: WaybackReport) -> Iterator[IndexEntry]:
    """The captures to fetch by the index: of pages, with other bytes than the one before."""
    last = ""
    for entry in client.index(site.host.partition(":")[0].removeprefix("www."), period):
        report.listed += 1
        is_page = entry.media_type in PAGE_TYPES or entry.media_type in ("-", "unk")
        key = f"{entry.url} {entry.digest}"
        if is_page and entry.status == 200 and (key != last or not entry.digest):
            last = key
            yield entry


class _RefusedError(KhabarError):
    """The archive has no usable answer for one capture."""


class _Client:
    """Asks a web archive, at most `PER_MINUTE` times a minute, and leaves it alone when it says so."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._pace = Pace(60 / PER_MINUTE, clock.now)

    def index(self, host: str, period: Period) -> Iterator[IndexEntry]:
        """Yield the captures of a host and the hosts under it."""
        query = {"url": host, "matchType": "domain", "limit": str(PAGE), "showResumeKey": "true"}
        if period.since is not None:
            query["from"] = period.since.astimezone(UTC).strftime("%Y%m%d%H%M%S")
        if period.until is not None:
            query["to"] = period.until.astimezone(UTC).strftime("%Y%m%d%H%M%S")
        while True:
            answer = self.get(f"{self._settings.wayback_index}?{urlencode(query)}", MOST_INDEX_BYTES)
            if answer.status != 200:
                address = self._settings.wayback_index
                raise KhabarError(f"{address}: the index answers with status {answer.status}; try it later")
            lines, _, key = answer.body.decode("utf-8", "replace").rstrip("\n").partition("\n\n")
            entries = [entry for _, entry in parse_index(iter(lines.splitlines())) if entry is not None]
            yield from entries
            if not key.strip():
                if len(entries) >= PAGE:
                    raise KhabarError(f"the index stops after {PAGE} captures: give --since and --until")
                return
            query["resumeKey"] = key.strip()

    def get(self, url: str, max_bytes: int) -> Answer:
        """Ask for an address, again after a pause where the archive asks for one.

        Raises:
            KhabarError: It asks for a long pause, or cannot be reached.
        """
        problem = ""
        for _ in range(TRIES):
            while (wait := self._pace.wait()) > 0:
                self._clock.sleep(wait)
            try:
                answer = self._request(url, max_bytes)
            except (OSError, http.client.HTTPException, ValueError) as error:
                problem = str(error) or type(error).__name__
                self._pace.pause(60.0)
                continue
            pause = requested_pause(
                answer.status, answer.headers.get("Retry-After"), answer.headers.get("Date")
            )
            if answer.status not in (429, 503):
                return _whole(answer, max_bytes)
            problem = f"the archive asks to be left alone ({answer.status})"
            if (pause or 0.0) > LONGEST_PAUSE:
                break
            self._pace.pause(pause or 60.0)
        raise KhabarError(f"{url}: {problem}; what was fetched is kept, the same command goes on with it")

    def _request(self, url: str, max_bytes: int) -> Answer:
        headers = {"User-Agent": self._settings.user_agent}
        limits = Limits(max_bytes, self._settings.fetch_timeout)
        # Its address is the operator's own setting.
        is_own = urlsplit(url).netloc in {
            urlsplit(own).netloc for own in (self._settings.wayback_index, self._settings.wayback_replay)
        }
        try:
            return request_once(url, headers, limits, private=is_own)
        finally:
            self._pace.note_sent()
            self._pace.note_answered()


def _whole(answer: Answer, max_bytes: int) -> Answer:
    if len(answer.body) > max_bytes:
        raise _RefusedError(f"it is larger than {max_bytes} bytes")
    if not answer.is_complete:
        raise _RefusedError("the answer is not as long as it was said to be")
    return answer


def _append(path: Path, url: str, answer: Answer) -> None:
    """Append the archive's answer to a WARC file; chunks are undone, and their header is left out."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    line = f"{answer.status} {http.client.responses.get(answer.status, '')}".strip()
    record = BytesIO()
    writer = WARCWriter(record, gzip=True, warc_version="1.1")
    writer.write_record(
        writer.create_warc_record(
            url,
            "response",
            payload=BytesIO(answer.body),
            length=len(answer.body),
            http_headers=StatusAndHeaders(line, _headers(answer.headers), protocol="HTTP/1.1"),
        )
    )
    with append_private(path) as file:
        file.write(record.getvalue())


def _headers(headers: Message) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers.items() if name.lower() != "transfer-encoding"]
