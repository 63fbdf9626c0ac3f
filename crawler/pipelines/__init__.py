"""What happens to a fetched page: extract, dedup, store."""
