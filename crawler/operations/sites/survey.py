"""Look at a site: which sources it has, how it calls itself, and whether its articles can be read."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from crawler.discovery.accounting import AddressOutcome, foreign_host
from crawler.discovery.feed import FeedError, parse_feed
from crawler.discovery.home import read_home
from crawler.discovery.listing import parse_listing
from crawler.discovery.sitemap import SitemapError, parse_sitemap
from crawler.discovery.window import newest_first
from crawler.discovery.wordpress import find_api, posts_url
from crawler.discovery.wordpress_posts import PostsError, parse_posts
from crawler.errors import KhabarError, UsageError
from crawler.extraction.errors import Blocked, ExtractionError, NotArticleReason, NotHtml, Unavailable
from crawler.fetch.client import CertificateError, Fetched, FetchError, PoliteFetcher
from crawler.model.article import Discovered
from crawler.model.site import Site
from crawler.operations.extraction_worker import extract_within_time
from crawler.operations.sites.survey_report import Sample, Survey
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


NO_HOME = frozenset({NotArticleReason.FEED, NotArticleReason.SITEMAP, NotArticleReason.EMPTY_PAGE})
"""What extraction may call a page that is no home page of anything."""


def home_address(text: str) -> str:
    """The address that somebody typed, with its scheme.

    Raises:
        UsageError: It is no address.
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
        progress: Called with what is being looked at.

    Raises:
        FetchError: The home page cannot be fetched; a `CertificateError` where its certificate is why.
        UsageError: It redirects to an address of another kind.
    """
    try:
        return survey_with(PoliteFetcher(settings, private=private), url, site, progress)
    except CertificateError:
        if tls != "unverified":
            raise
    survey = survey_with(PoliteFetcher(settings, private=private, tls=tls), url, site, progress)
    survey.tls = tls
    survey.unsure.append("its certificate cannot be verified: whoever sits between may write what it says")
    return survey


def fetch_front_page(fetcher: PoliteFetcher, url: str) -> Fetched:
    """Fetch a home page; where it only leads elsewhere, what it leads to.

    Raises:
        FetchError: It cannot be fetched, or is no home page: a challenge, a feed, a picture.
    """
    front = fetcher.get(url)
    reason = ""
    try:
        extract_within_time(front.body, front.url, fetcher.settings, charset=front.charset)
    except (Blocked, Unavailable, NotHtml) as error:
        reason = error.message
    except ExtractionError as error:
        reason = error.message if error.reason in NO_HOME else ""
    except KhabarError as error:
        raise FetchError(str(error)) from None
    if reason:
        raise FetchError(f"{front.url}: no home page but {reason}; look at it in a browser")
    return front


class _Look:
    """One look at a site: its fetcher, the seed that is there already, and the survey that it fills.

    `seed` is the site's seed where there is one already; `site` is the seed that holds for the home page at
    its present address.
    """

    def __init__(
        self, fetcher: PoliteFetcher, seed: Site | None, front: Fetched, progress: Callable[[str], None]
    ) -> None:
        self.fetcher = fetcher
        self.seed = seed
        self.site = _site_at(front.url, seed)
        self.front = front
        self.progress = progress
        home = read_home(front.body, front.url, self.site, front.charset)
        self.survey = Survey(front.url, home)

    def doubt(self, sentence: str) -> None:
        """Add a sentence for the person who checks the seed."""
        self.survey.unsure.append(sentence)

    def fetch(self, url: str) -> Fetched | None:
        """What is at an address; None where it cannot be fetched."""
        self.progress(url)
        try:
            return self.fetcher.get(url)
        except FetchError:
            return None


def _site_at(url: str, seed: Site | None) -> Site:
    """The seed that holds for the home page at `url`: of a site that has moved, one for its new host."""
    if seed is None:
        return Site(id="survey", name="survey", url=url, private=True)
    if seed.owns(url):
        return seed
    formerly = (*seed.formerly, seed.host.removeprefix("www."))
    return seed.model_copy(update={"url": url, "formerly": formerly})


def survey_with(
    fetcher: PoliteFetcher,
    url: str,
    seed: Site | None = None,
    progress: Callable[[str], None] | None = None,
) -> Survey:
    """Look at a site by a fetcher: one request after the other.

    Args:
        fetcher: Makes the requests.
        url: The home page.
        seed: The site's seed, where there is one already.
        progress: Called with what is being looked at.

    Raises:
        FetchError: The home page cannot be fetched.
        UsageError: The home page redirects to an address of another kind.
    """
    progress = progress or (lambda _: None)
    url = home_address(url)
    progress(f"robots.txt and home page of {url}")
    delay = fetcher.delay(url)
    look = _Look(fetcher, seed, fetch_front_page(fetcher, url), progress)
    survey = look.survey
    survey.delay = delay
    if urlsplit(survey.url).netloc != urlsplit(url).netloc:
        look.doubt(f"{url} leads to {survey.url}: taken as the site's address")
    discovered = [*_posts(look), *_feeds(look)]
    _sitemaps(look)
    discovered += _listings(look)
    for item in discovered:
        if look.site.owns(item.url):
            survey.addresses.count(AddressOutcome.NEW)
        else:
            survey.addresses.count_off_site(foreign_host(item.url))
    if survey.moved_to:
        look.doubt(f"all that the site names lies at {survey.moved_to}: has it moved there?")
    elif not discovered:
        survey.is_shell = _is_shell(look)
        look.doubt("no page of the site names an article: is it drawn by scripts?")
    _samples(look, discovered)
    _doubt_samples(look)
    survey.requests = fetcher.requests
    return survey


def _posts(look: _Look) -> list[Discovered]:
    front, survey = look.front, look.survey
    api = find_api(front.headers.get_all("Link") or [], front.body, front.url)
    if api is None or not look.site.owns(api):
        return []
    answer = look.fetch(posts_url(api).replace("per_page=100", f"per_page={SAMPLES * 2}"))
    try:
        posts = parse_posts(answer.body, answer.url, zone=look.site.zone).posts if answer else []
    except PostsError:
        posts = []
    survey.wordpress = bool(posts) and all(post.is_whole for post in posts[:SAMPLES])
    if not survey.wordpress:
        look.doubt("it is made with WordPress, but its REST interface gives no texts")
    return [post.discovered() for post in posts]


def _feeds(look: _Look) -> list[Discovered]:
    discovered: list[Discovered] = []
    home_feeds = look.survey.home.feeds
    in_seed = [url for url in (look.seed.feeds if look.seed else ()) if url not in home_feeds]
    for url in [*in_seed, *home_feeds[:MOST_FEEDS]]:
        entries = _feed_entries(look, url)
        if not entries:
            look.doubt(f"{url}: named as a feed, but gives no entries")
            continue
        look.survey.feeds.append(url)
        discovered += entries
        times = [entry.hints.published_at for entry in entries if entry.hints.published_at]
        if not times:
            look.doubt(f"{url}: its entries state no time")
        elif max(times) < datetime.now(UTC) - QUIET:
            look.doubt(f"{url}: its newest entry is of {max(times):%Y-%m-%d}")
    return discovered


def _feed_entries(look: _Look, url: str) -> list[Discovered]:
    answer = look.fetch(url)
    if answer is None:
        return []
    try:
        return parse_feed(answer.body, answer.url, zone=look.site.zone, site=look.site).entries
    except FeedError:
        return []


def _sitemaps(look: _Look) -> None:
    # The site vouches for the sitemaps that its robots.txt names, wherever they lie.
    in_robots = list(look.fetcher.robots(look.survey.url).sitemaps)
    # Where robots.txt names none, the one place where many sites have theirs is tried.
    for url in in_robots[:MOST_SITEMAPS] or [urljoin(look.survey.url, "/sitemap.xml")]:
        answer = look.fetch(url)
        try:
            sitemap = parse_sitemap(answer.body, answer.url, zone=look.site.zone) if answer else None
        except SitemapError:
            sitemap = None
        if sitemap is not None and (sitemap.pages or sitemap.sitemaps):
            look.survey.sitemaps.append(url)
        elif in_robots:
            look.doubt(f"{url}: named by robots.txt as a sitemap, but is none")


def _listings(look: _Look) -> list[Discovered]:
    front, survey = look.front, look.survey
    listing = parse_listing(front.body, front.url, look.site, front.charset)
    if len(listing.articles) >= FEW_ARTICLES:
        survey.listings.append(survey.url)
    survey.addresses.add(listing.left_out)
    discovered = list(listing.articles)
    if survey.wordpress or survey.feeds or survey.sitemaps:
        return discovered
    for url in survey.home.sections[:MOST_SECTIONS]:
        if answer := look.fetch(url):
            section = parse_listing(answer.body, answer.url, look.site, answer.charset)
            fresh = {item.url for item in section.articles} - {item.url for item in discovered}
            if len(fresh) >= FEW_ARTICLES:
                survey.listings.append(url)
                discovered += section.articles
    return discovered


def _samples(look: _Look, discovered: Iterable[Discovered]) -> None:
    by_url: dict[str, Discovered] = {}
    for item in discovered:
        if look.site.owns(item.url):
            by_url.setdefault(item.url, item)
    newest = sorted(by_url.values(), key=lambda item: newest_first(item.url, item.hints), reverse=True)
    # A link without a time may lead anywhere: what a feed dates goes first.
    newest.sort(key=lambda item: item.hints.published_at is None)
    samples = look.survey.samples
    for item in newest[: SAMPLES * 2]:
        if sum(sample.article is not None for sample in samples) == SAMPLES:
            break
        samples.append(_sample(look, item))


def _sample(look: _Look, item: Discovered) -> Sample:
    look.progress(item.url)
    try:
        page = look.fetcher.get(item.url)
        article = extract_within_time(
            page.body,
            page.url,
            look.fetcher.settings,
            site=look.seed,
            hints=item.hints,
            charset=page.charset,
        )
    except ExtractionError as error:
        return Sample(item.url, problem=str(error), is_shell=error.reason is NotArticleReason.SCRIPT_SHELL)
    except KhabarError as error:
        return Sample(item.url, problem=str(error))
    return Sample(item.url, article)


def _is_shell(look: _Look) -> bool:
    """Whether the home page shows nothing before its scripts run."""
    front = look.front
    # Under an address below it: of a home page the text is not looked at.
    url = urljoin(front.url, "page")
    try:
        extract_within_time(front.body, url, look.fetcher.settings, charset=front.charset)
    except ExtractionError as error:
        return error.reason is NotArticleReason.SCRIPT_SHELL
    except KhabarError:
        return False
    return False


def _doubt_samples(look: _Look) -> None:
    survey, home = look.survey, look.survey.home
    read = [sample.article for sample in survey.samples if sample.article]
    if survey.needs_rendering:
        look.doubt("its pages have no text before their scripts run: a browser has to draw them")
    elif survey.samples and not read:
        look.doubt("none of the sample pages gave an article: the seed may need `article` or `body`")
    if any(article.published_at is None for article in read):
        look.doubt("a sample article states no date")
    if read and all(not article.text for article in read):
        look.doubt("the sample articles have no text beside their headline")
    if home.language and survey.language and home.language != survey.language:
        look.doubt(
            f"the home page says that it is in {home.language!r}, the articles are in {survey.language!r}"
        )
    if not home.is_name_stated:
        look.doubt(f"the name {home.name!r} is taken from the title" if home.name else "it states no name")
