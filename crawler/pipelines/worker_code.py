"""What a worker of an import needs, imported and set up by the fork server: its workers share it.

A worker is replaced after some hundred pages. Each would import all this for itself, which takes as much
processor time as a hundred pages.
"""

import crawler.discovery.listing
import crawler.extraction
import crawler.extraction.boilerplate.repeated
import crawler.extraction.multipage
import crawler.importing.sources
import crawler.pipelines.capture_extraction
import crawler.pipelines.fingerprint  # noqa: F401
from dedup import prepare

# Its tables of letters are made with the first text.
prepare("", "a")
