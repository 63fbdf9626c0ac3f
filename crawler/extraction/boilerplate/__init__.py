"""Boilerplate: what sites put around and between the paragraphs of an article, and how it is taken out."""
