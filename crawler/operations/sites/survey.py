"""Look at a site: which sources it has, how it calls itself, and whether its articles can be read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from crawler.discovery.accounting import AddressCounts, AddressOutcome, foreign_host, judge_source
from crawler.discovery.feed import FeedError, parse_feed
from crawler.discovery.home import HomePage, read_home
from crawler.discovery.listing import parse_listing
from crawler.discovery.sitemap import SitemapError, parse_sitemap
from crawler.discovery.window import newest_first
from crawler.discovery.wordpress import find_api, posts_url
from crawler.discovery.wordpress_posts import PostsError, parse_posts
from crawler.errors import KhabarError, UsageError
from crawler.fetch.client import CertificateError, Fetched, FetchError, PoliteFetcher
from crawler.model.article import Article, Discovered
from crawler.model.site import Site
from crawler.operations.extraction_worker import extract_within_time
from crawler.operations.sites.front_page import fetch_front_page
from crawler.parsing.urls import InvalidURLError, absolute_url
from crawler.settings import Settings

SAMPLES = 3
"""Articles that are read, to see whether the site's layout is understood."""

MOST_FEEDS = 3
MOST_SITEMAPS = 3
MOST_SECTIONS = 4
"""So many of each are asked for: enough to know a site, and no burden to it."""

FEW_ARTICLES = 3
"""A page with fewer article links is no listing."""

QUIET = timedelta(days=30)
"""A feed whose newest entry is older is perhaps no longer kept."""


@dataclass(slots=True)
class Sample:
    """An article as it was extracted, or why there is none."""

    url: str
    article: Article | None = None
    problem: str | None = None


@dataclass(slots=True)
class Survey:
    """What a look at a site found. `unsure` are sentences for the person who checks the seed."""

    url: str
    home: HomePage
    feeds: list[str] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)
    listings: list[str] = field(default_factory=list)
    wordpress: bool = False
    delay: float | None = None
    tls: str = "verify"
    samples: list[Sample] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    requests: int = 0
    addresses: AddressCounts = field(default_factory=AddressCounts)
    """What became of the addresses that the sources name: `moved_to` is told from them."""

    @property
    def has_article(self) -> bool:
        """Whether at least one article could be read."""
        return any(sample.article is not None for sample in self.samples)

    @property
    def moved_to(self) -> str | None:
        """The foreign host that the sources lead to, where they name nothing on the site."""
        return judge_source(self.addresses).host

    @property
    def language(self) -> str | None:
        """What the site writes: what its articles are in, else what its home page says."""
        read = [sample.article.language for sample in self.samples if sample.article]
        told = [language for language in read if language]
        return max(set(told), key=told.count) if told else self.home.language


def home_address(text: str) -> str:
    """The address that somebody typed, with its scheme.

    Raises:
        UsageError: It is none.
    """
    try:
        return absolute_url(text if "//" in text else f"https://{text}")
    except InvalidURLError as error:
        raise UsageError(f"{error}; give the home page's address, such as https://example.org/") from None


def survey_site(
    url: str,
    settings: Settings,
    site: Site | None = None,
    *,
    private: bool = False,
    tls: str = "verify",
    progress: Callable[[str], None] | None = None,
) -> Survey:
    """Look at a site; where its certificate cannot be verified, only if that was accepted beforehand.

    Args:
        url: Its home page.
        settings: User-Agent, limits of size and time, the pause between requests.
        site: Its seed, where there is one already.
        private: Whether it may live at a private address.
        tls: ``unverified`` accepts any certificate. The survey's `tls` says whether that was needed.
        progress: Told what is being looked at.

    Raises:
        FetchError: The home page is not to be had; a `CertificateError` where its certificate is why.
        UsageError: It redirects to an address of another kind.
    """
    try:
        return Surveyor(url, PoliteFetcher(settings, private=private), site, progress).look()
    except CertificateError:
        if tls != "unverified":
            raise
    survey = Surveyor(url, PoliteFetcher(settings, private=private, tls=tls), site, progress).look()
    survey.tls = tls
    survey.unsure.append("its certificate cannot be verified: whoever sits between may write what it says")
    return survey


class Surveyor:
    """One look at a site.

    Args:
        url: Its home page.
        fetcher: Makes the requests.
        site: Its seed, where there is one already.
        progress: Told what is being looked at.
    """

    def __init__(
        self,
        url: str,
        fetcher: PoliteFetcher,
        site: Site | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._progress = progress or (lambda _: None)
        self._known = site
        self._url = home_address(url)

    def look(self) -> Survey:
        """Make the requests, one after the other.

        Raises:
            FetchError: The home page is not to be had.
            UsageError: The home page redirects to an address of another kind.
        """
        self._progress(f"robots.txt and home page of {self._url}")
        delay = self._fetcher.delay(self._url)
        front = fetch_front_page(self._fetcher, self._url)
        site = self._site_at(front.url)
        home = read_home(front.body, front.url, site, front.charset)
        survey = Survey(front.url, home, delay=delay)
        if urlsplit(front.url).netloc != urlsplit(self._url).netloc:
            survey.unsure.append(f"{self._url} leads to {front.url}: taken as the site's address")
        found: list[Discovered] = []
        found += self._posts(survey, front, site)
        found += self._feeds(survey, home, site)
        found += self._sitemaps(survey, site)
        found += self._listings(survey, front, home, site)
        for item in found:
            if site.owns(item.url):
                survey.addresses.count(AddressOutcome.NEW)
            else:
                survey.addresses.count_off_site(foreign_host(item.url))
        if survey.moved_to:
            survey.unsure.append(f"all that the site names lies at {survey.moved_to}: has it moved there?")
        elif not found:
            survey.unsure.append("no page of the site names an article: is it drawn by scripts?")
        self._samples(survey, found, site)
        self._doubts(survey, home)
        survey.requests = self._fetcher.requests
        return survey

    def _site_at(self, url: str) -> Site:
        """The seed that holds for the home page at `url`: of a site that has moved, one for its new host."""
        if self._known is None:
            return Site(id="survey", name="survey", url=url, private=True)
        if self._known.owns(url):
            return self._known
        return self._known.model_copy(
            update={"url": url, "formerly": (*self._known.formerly, self._known.host.removeprefix("www."))}
        )

    def _try(self, url: str) -> Fetched | None:
        self._progress(url)
        try:
            return self._fetcher.get(url)
        except FetchError:
            return None

    def _posts(self, survey: Survey, front: Fetched, site: Site) -> list[Discovered]:
        api = find_api(front.headers.get_all("Link") or [], front.body, front.url)
        if api is None or not site.owns(api):
            return []
        url = posts_url(api).replace("per_page=100", f"per_page={SAMPLES * 2}")
        answer = self._try(url)
        try:
            posts = parse_posts(answer.body, answer.url, zone=site.zone).posts if answer else []
        except PostsError:
            posts = []
        survey.wordpress = bool(posts) and all(post.is_whole for post in posts[:SAMPLES])
        if not survey.wordpress:
            survey.unsure.append("it is made with WordPress, but its REST interface gives no texts")
        return [post.discovered() for post in posts]

    def _feeds(self, survey: Survey, home: HomePage, site: Site) -> list[Discovered]:
        found: list[Discovered] = []
        named = [url for url in (self._known.feeds if self._known else ()) if url not in home.feeds]
        for url in [*named, *home.feeds[:MOST_FEEDS]]:
            answer = self._try(url)
            try:
                entries = (
                    parse_feed(answer.body, answer.url, zone=site.zone, site=site).entries if answer else []
                )
            except FeedError:
                entries = []
            if not entries:
                survey.unsure.append(f"{url}: named as a feed, but gives no entries")
                continue
            survey.feeds.append(url)
            found += entries
            times = [entry.hints.published_at for entry in entries if entry.hints.published_at]
            if not times:
                survey.unsure.append(f"{url}: its entries tell no time")
            elif max(times) < datetime.now(UTC) - QUIET:
                survey.unsure.append(f"{url}: its newest entry is of {max(times):%Y-%m-%d}")
        return found

    def _sitemaps(self, survey: Survey, site: Site) -> list[Discovered]:
        # The site vouches for the sitemaps that its robots.txt names, wherever they lie.
        named = list(self._fetcher.robots(survey.url).sitemaps)
        # Where robots.txt names none, the one place where many sites have theirs is tried.
        for url in named[:MOST_SITEMAPS] or [urljoin(survey.url, "/sitemap.xml")]:
            answer = self._try(url)
            try:
                sitemap = parse_sitemap(answer.body, answer.url, zone=site.zone) if answer else None
            except SitemapError:
                sitemap = None
            if sitemap is None or not (sitemap.pages or sitemap.sitemaps):
                if named:
                    survey.unsure.append(f"{url}: named by robots.txt as a sitemap, but is none")
                continue
            survey.sitemaps.append(url)
        return []

    def _listings(self, survey: Survey, front: Fetched, home: HomePage, site: Site) -> list[Discovered]:
        listing = parse_listing(front.body, front.url, site, front.charset)
        if len(listing.articles) >= FEW_ARTICLES:
            survey.listings.append(survey.url)
        survey.addresses.add(listing.left_out)
        found = list(listing.articles)
        if survey.wordpress or survey.feeds or survey.sitemaps:
            return found
        for url in home.sections[:MOST_SECTIONS]:
            if answer := self._try(url):
                section = parse_listing(answer.body, answer.url, site, answer.charset)
                fresh = {item.url for item in section.articles} - {item.url for item in found}
                if len(fresh) >= FEW_ARTICLES:
                    survey.listings.append(url)
                    found += section.articles
        return found

    def _samples(self, survey: Survey, found: Iterable[Discovered], site: Site) -> None:
        by_url: dict[str, Discovered] = {}
        for item in found:
            if site.owns(item.url):
                by_url.setdefault(item.url, item)
        newest = sorted(by_url.values(), key=lambda item: newest_first(item.url, item.hints), reverse=True)
        # A link without a time may lead anywhere: what a feed dates goes first.
        newest.sort(key=lambda item: item.hints.published_at is None)
        for item in newest[: SAMPLES * 2]:
            if sum(sample.article is not None for sample in survey.samples) == SAMPLES:
                break
            self._progress(item.url)
            sample = Sample(item.url)
            survey.samples.append(sample)
            try:
                page = self._fetcher.get(item.url)
                sample.article = extract_within_time(
                    page.body,
                    page.url,
                    self._fetcher.settings,
                    site=self._known,
                    hints=item.hints,
                    charset=page.charset,
                )
            except KhabarError as error:
                sample.problem = str(error)

    def _doubts(self, survey: Survey, home: HomePage) -> None:
        read = [sample.article for sample in survey.samples if sample.article]
        if survey.samples and not read:
            survey.unsure.append(
                "none of the sample pages gave an article: the seed may need `article` or `body`"
            )
        if any(article.published_at is None for article in read):
            survey.unsure.append("a sample article tells no date")
        if read and all(not article.text for article in read):
            survey.unsure.append("the sample articles have no text beside their headline")
        if home.language and survey.language and home.language != survey.language:
            survey.unsure.append(
                f"the home page says that it is in {home.language!r}, the articles are in {survey.language!r}"
            )
        if not home.name_told:
            told = f"the name {home.name!r} is taken from the title" if home.name else "it tells no name"
            survey.unsure.append(told)
