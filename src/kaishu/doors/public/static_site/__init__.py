"""A copy of the public site as files for any host, with a check that needs no server."""
