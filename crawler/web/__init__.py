"""The archive in a browser: pages and their JSON, which read the archive, but for one form."""
