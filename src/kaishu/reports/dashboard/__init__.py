"""What a recall's dashboard shows, as plain values; every figure comes from rows of the books."""
