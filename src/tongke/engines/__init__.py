"""Shared engines: communities, ledger, learning records, library."""
