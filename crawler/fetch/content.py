"""A response's content: as it came over the wire, and decompressed, whatever its headers claim.

`ContentMiddleware` takes the place of Scrapy's own middleware, which believes Content-Encoding, and of its
refusal of answers that are shorter than their Content-Length: what is whole by its own end is whole.
"""

from datetime import UTC, datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from crawler.fetch.outcome import CutShortError, RefusedRequestError
from crawler.fetch.wire import WIRE, WireRecord, split_answer
from crawler.html.sentences import sentence
from crawler.parsing.content import ACCEPTED, Content, ContentTooLargeError, content_of
from crawler.parsing.page_end import closes_itself
from crawler.storage.warc.exchange import Exchange

CUT_AT = "khabar_cut_at"
"""Key of a request's `meta`: bytes behind which its content is left out instead of refused."""

PARTIAL = "partial"
"""Flag of a response whose content did not come to its end, where the request has `CUT_AT`."""

KEEP_EXCHANGE = "khabar_keep_exchange"
"""Key of a request's `meta`: whether its answer is to be kept."""

EXCHANGE = "khabar_exchange"
"""Key of a request's `meta`: the `Exchange`, once it is answered."""

IS_LISTING = "khabar_is_listing"
"""Key of a request's `meta`: whether it asks for a page that lists articles; pages have the key `page`."""

IS_PART = "khabar_is_part"
"""Key of a request's `meta`: whether a page asks for it while a browser draws it."""

REDIRECTED_BY = "khabar_redirected_by"
"""Key of a request's `meta`: the `Exchange`s of the redirects that led to it, in order."""

RENDERED_WITH = "khabar_rendered_with"
"""Key of a request's `meta`: the `Exchange`s of what a browser asked for while it drew the page."""

_DATA_LOSS = "dataloss"  # Scrapy's flag, where DOWNLOAD_FAIL_ON_DATALOSS is off
_STOPPED = "download_stopped"  # Scrapy's flag of an answer of which enough had come


class ExchangeMiddleware:
    """Stands between the downloader and all that changes an answer: decompression and redirects."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Keep the exchange where the request asks for it."""
        record: WireRecord | None = request.meta.pop(WIRE, None)
        if record is not None:
            request.meta[EXCHANGE] = exchange_of(record, response)
        return response


def exchange_of(record: WireRecord, response: Response) -> Exchange:
    """What went over the wire for a response."""
    head, body = split_answer(bytes(record.answer))
    cut = "length" if record.is_cut or _STOPPED in response.flags else None
    return Exchange(
        url=response.url,
        fetched_at=record.sent_at or datetime.now(UTC),
        request=bytes(record.request),
        head=head,
        body=body,
        ip_address=record.ip_address,
        certificate_sha256=record.certificate_sha256,
        truncated="disconnect" if _DATA_LOSS in response.flags else cut,
    )


class ContentMiddleware:
    """Decompresses responses, and retries those that broke off."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._max_bytes = crawler.settings.getint("DOWNLOAD_MAXSIZE")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Say which compressions we know."""
        request.headers.setdefault("Accept-Encoding", ACCEPTED)

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """Return the response with its content; where it is not whole, the request once more.

        Raises:
            RefusedRequestError: The content is larger than a page may be.
            CutShortError: The answer broke off each time.
        """
        if not response.body:
            return response
        cut_at: int | None = request.meta.get(CUT_AT)
        content = self._content(response, cut_at)
        response = _with_content(response, content.body)
        if content.is_complete or not 200 <= response.status < 300:
            return response
        if cut_at is not None:
            return response.replace(flags=[*response.flags, PARTIAL])
        if closes_itself(content.body):
            return response
        reason = sentence("answer_cut_short")
        again = get_retry_request(request, spider=self._crawler.spider, reason=reason)  # type: ignore[arg-type]
        if again is None:
            raise CutShortError(reason)
        return again

    def _content(self, response: Response, cut_at: int | None) -> Content:
        encodings = [value.decode("latin-1") for value in response.headers.getlist("Content-Encoding")]
        complete = _DATA_LOSS not in response.flags
        try:
            return content_of(
                response.body,
                encodings,
                max_bytes=self._max_bytes if cut_at is None else cut_at,
                cut=cut_at is not None,
                complete=complete,
            )
        except ContentTooLargeError:
            if encodings:
                raise RefusedRequestError(sentence("unpacks_too_large"), final=False) from None
            # A file that is compressed by itself: sitemaps may be larger than pages, and unpack elsewhere.
            return Content(response.body, complete)


def _with_content(response: Response, body: bytes) -> Response:
    """The response with its content, of the class that suits it, without Content-Encoding."""
    if body is response.body and b"Content-Encoding" not in response.headers:
        return response
    headers = response.headers.copy()
    headers.pop("Content-Encoding", None)
    kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
    return response.replace(cls=kind, headers=headers, body=body)
