"""EPCIS 2.0: what partners say happened, kept word for word, found again, and turned into acts."""
