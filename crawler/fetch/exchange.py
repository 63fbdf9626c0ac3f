"""Keeps an answer as it came over the wire, for requests that ask for it."""

from datetime import UTC, datetime

from scrapy import Request
from scrapy.http import Response

from crawler.storage.warc.exchange import Exchange

KEEP_EXCHANGE = "khabar_keep_exchange"
"""Key of a request's `meta`: whether its answer is to be kept."""

EXCHANGE = "khabar_exchange"
"""Key of a request's `meta`: the `Exchange`, once it is answered."""


class ExchangeMiddleware:
    """Stands between the downloader and all that changes an answer: decompression and redirects."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Keep the answer where the request asks for it."""
        if request.meta.get(KEEP_EXCHANGE):
            request.meta[EXCHANGE] = exchange_of(response)
        return response


def exchange_of(response: Response) -> Exchange:
    """A response as it came."""
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    return Exchange(
        url=response.url,
        fetched_at=datetime.now(UTC),
        protocol=response.protocol or "HTTP/1.1",
        status=response.status,
        headers=headers,
        body=response.body,
        ip_address=str(response.ip_address) if response.ip_address else None,
    )
