"""Which lots went into which units, where the units went, and what incidents have in common."""
