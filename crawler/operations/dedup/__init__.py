"""Dedup over the stored archive: report, archive pass, splits by hand."""
