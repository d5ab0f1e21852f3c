"""The budgets, all in one place: 1 KB is 1024 bytes."""

# Everything that a browser fetches for somebody's home page on an empty cache, as transferred.
FIRST_VISIT_KB = 250
# Everything it fetches for any page of the menu after that, but for the code that draws charts:
# it is loaded with the first chart that is looked at and kept for good.
LATER_PAGE_KB = 40
LAZY = ("/static/assets/chart-",)
# What a page costs the server at the 95th percentile of REQUESTS, one after the other.
SERVER_MS = 150
REQUESTS = 20
# A disturbed round of requests is measured again, this often at most.
ROUNDS = 3
