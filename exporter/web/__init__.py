"""What a scraper or a person reaches over HTTP: routes, formats, listener."""
