"""Fetching: polite, safe, and honest about how a request ended."""
