"""The books: where every unit is and what every promise came to, as moves nobody can change."""
