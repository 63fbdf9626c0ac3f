"""Which pages a site says exist: feeds, sitemaps, listings, links. Bytes in, `Discovered` out, no I/O."""
