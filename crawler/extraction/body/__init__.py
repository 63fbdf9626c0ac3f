"""The article's text: which element holds it, and its paragraphs."""
