"""The archive in a browser: read-only pages and their JSON, over `crawler.operations.archive.read`."""
