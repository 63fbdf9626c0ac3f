"""Events: articles that report the same thing in their own words, linked and never merged.

The way of an article: `profile` (words, places, days, numbers) → `candidates` (rare terms within a window) →
`evidence` and `links` (a logistic regression) → `grouping` (average link).
"""
