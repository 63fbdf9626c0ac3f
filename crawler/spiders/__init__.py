"""The spiders: one that crawls any site from its seed, and the process it runs in."""
