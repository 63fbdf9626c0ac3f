"""Reused paragraphs and quotations between articles that are not copies of each other."""
