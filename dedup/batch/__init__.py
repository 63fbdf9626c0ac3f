"""A whole archive at once: candidates, verification, stories."""
