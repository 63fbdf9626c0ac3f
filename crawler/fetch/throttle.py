"""Throttle: the pause between two requests grows while a site is slow or in trouble, and shrinks again."""

LONGEST = 10.0
"""Seconds. Slower than this a crawl gets nowhere; a site in such trouble is left alone after ten pages anyway
(`crawler.spiders.stop_on_refusals`)."""

FIRST = 0.5
"""Seconds to begin with where no pause was asked for."""

PATIENT_WITH = 2
"""Failures in a row that are put down to a single page: one broken page and its retry slow nobody down."""

SLOW = 3.0
"""Seconds until the first byte from which an answer is slow: news pages take a fraction of one."""

RECOVERY = 0.8
"""What each good answer leaves of the pause: ten of them bring it from ten seconds to one."""


class Throttle:
    """The pause between two requests to one site.

    Args:
        delay: The pause in seconds that seed, settings and robots.txt ask for; never less is kept.
    """

    def __init__(self, delay: float) -> None:
        self._least = delay
        self._failures = 0
        self.delay = delay

    def ask_for(self, delay: float) -> None:
        """The site asks for a longer pause, as Crawl-delay does."""
        self._least = max(self._least, delay)
        self.delay = max(self.delay, self._least)

    def answered(self, latency: float) -> None:
        """An answer came, `latency` seconds after the request.

        A slow one is followed by a pause as long as it took: the site then spends half of its time on us at
        the most.
        """
        self._failures = 0
        if latency >= SLOW:
            self.delay = min(max(self.delay, latency, self._least), max(LONGEST, self._least))
        elif self.delay > self._least:
            shorter = self.delay * RECOVERY
            self.delay = shorter if shorter > max(self._least * 1.05, FIRST / 2) else self._least

    def failed(self) -> None:
        """A server error, a 429, or no answer: several in a row double the pause each."""
        self._failures += 1
        if self._failures > PATIENT_WITH:
            self.delay = min(max(self.delay * 2, FIRST), max(LONGEST, self._least))
