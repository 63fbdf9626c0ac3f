"""Custody: an append-only log, each entry of which holds the hash of the one before, and its verification.

What happened to the archive stands in it: captures, articles, revisions, removals, corrections, deletions.
This package computes and compares; `crawler.storage.custody` keeps the log.
"""
