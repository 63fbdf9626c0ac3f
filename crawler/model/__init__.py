"""The types that every package shares: an article, a site and its seed, a period of days."""
