"""One network: its graph file, how that is made, and what its things and parties are called."""
