"""What a page says of its article beside the text: headline, authors, section, tags, canonical URL."""
