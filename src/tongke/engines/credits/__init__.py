"""Credits: the append-only ledger of workload, hours and points.

Nouns: entry, rule, reversal. Totals are sums. It must never know what a source means.
"""
