"""The owner's own pages: where a claim stands, what may be done about it, and the way back in."""
