"""Recalls on the desk: drafts, who changed them, and what waits for a second person."""
