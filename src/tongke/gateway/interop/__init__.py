"""Interop: adapters that translate at the border and own no facts."""
