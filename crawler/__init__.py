"""Khabar's crawler: from a news site's address to a clean, dated, stored article."""

__version__ = "0.2.0"
