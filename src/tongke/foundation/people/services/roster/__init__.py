"""Rosters from outside: what files say, what importing them would do, and doing it.

Every source (worksheets, OneRoster) becomes the rows of `rows`; `planning` compares them with
what is stored; `writing` carries a plan out through the services and tells the journal of it.
"""
