"""The tenant: paths, token, rate budget, one bounded fetch, parsed documents."""
