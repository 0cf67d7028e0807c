"""What people ask a network in their own words: typed codes, the acts of a thing, its names."""
