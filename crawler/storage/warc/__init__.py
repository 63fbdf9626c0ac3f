"""Raw pages as WARC files: what was fetched, kept as evidence and for reading it again."""
