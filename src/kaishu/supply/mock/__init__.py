"""Mock recalls: how fast a lot is traced, and how much of what it reached is found."""
