"""Play a recall from a seed, keep an independent truth beside it, and compare the books with it."""
