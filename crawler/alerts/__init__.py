"""Saved searches that tell somebody: what matches, and how the word gets out (`docs/alerts.md`)."""
