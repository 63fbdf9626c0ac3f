"""Metrics for Prometheus: made from what is stored of each site, so every process shows the same figures."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from crawler.errors import KhabarError, UsageError
from crawler.health.verdict import HEALTHY
from crawler.model.site import Site
from crawler.storage.session import StoreSession
from crawler.storage.site_state import site_states

logger = logging.getLogger(__name__)


class SitesCollector(Collector):
    """Reads the sites' state at each scrape: one small query.

    Args:
        session: The stores.
        sites: Gives the seeds; sites without one are left out.
    """

    def __init__(self, session: StoreSession, sites: Callable[[], dict[str, Site]]) -> None:
        self._session = session
        self._sites = sites

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics; while the store is away, only that it is."""
        up = GaugeMetricFamily("khabar_up", "Whether the store answers.")
        try:
            states = self._session.run(lambda stores: site_states(stores.db))
        except KhabarError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        healthy = GaugeMetricFamily("khabar_site_healthy", "1: the site works for us.", labels=["site"])
        last = GaugeMetricFamily(
            "khabar_site_last_crawl_timestamp_seconds", "When the last crawl ended.", labels=["site"]
        )
        due = GaugeMetricFamily(
            "khabar_site_next_crawl_timestamp_seconds", "When the site is due again.", labels=["site"]
        )
        running = GaugeMetricFamily("khabar_site_running", "1: it is being crawled.", labels=["site"])
        crawls = CounterMetricFamily("khabar_crawls", "Crawls by verdict.", labels=["site", "verdict"])
        pages = CounterMetricFamily("khabar_pages", "Pages by their end.", labels=["site", "disposition"])
        addresses = CounterMetricFamily(
            "khabar_addresses",
            "Addresses that the sources named, by what became of them.",
            labels=["site", "outcome"],
        )
        requests = CounterMetricFamily("khabar_requests", "Requests made.", labels=["site"])
        seconds = CounterMetricFamily("khabar_crawl_seconds", "Time spent in crawls.", labels=["site"])
        now = datetime.now(UTC)
        for name in sorted(self._sites()):
            state = states.get(name)
            if state is None:
                continue
            if state.verdict is not None:
                healthy.add_metric([name], float(state.verdict in HEALTHY))
            if state.checked_at is not None:
                last.add_metric([name], state.checked_at.timestamp())
            if state.next_at is not None:
                due.add_metric([name], state.next_at.timestamp())
            running.add_metric([name], float(state.crawled_now(now)))
            for verdict, count in state.totals.get("verdicts", {}).items():
                crawls.add_metric([name, verdict], count)
            for disposition, count in state.totals.get("pages", {}).items():
                pages.add_metric([name, disposition], count)
            for outcome, count in state.totals.get("addresses", {}).items():
                addresses.add_metric([name, outcome], count)
            requests.add_metric([name], state.totals.get("requests", 0))
            seconds.add_metric([name], state.totals.get("seconds", 0.0))
        yield from (healthy, last, due, running, crawls, pages, addresses, requests, seconds)


@contextlib.contextmanager
def serve_metrics(address: str, session: StoreSession, sites: Callable[[], dict[str, Site]]) -> Iterator[int]:
    """Serve the metrics while the context lasts; gives the port.

    Args:
        address: A port of this machine alone, or address:port.
        session: The stores.
        sites: Gives the seeds.

    Raises:
        UsageError: The address cannot be listened at.
    """
    host, _, port = address.rpartition(":")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(SitesCollector(session, sites))
    try:
        server, thread = start_http_server(int(port), host.strip("[]") or "127.0.0.1", registry)
    except (OSError, OverflowError) as error:
        raise UsageError(f"KHABAR_METRICS {address}: cannot be listened at: {error}") from None
    logger.info("Metrics at http://%s:%d/metrics", host or "127.0.0.1", server.server_port)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
