"""Tell other software what happened: signed, at least once, never to a private address."""
