"""Crawls: by hand, by schedule, by workers; the health of sites and who is told of it."""
