"""Imports: records are entered in a ledger, then written in the order of their capture."""
