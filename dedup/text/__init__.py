"""Texts: from characters to letters, words, numbers and shingles. No I/O."""
