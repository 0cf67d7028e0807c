"""Recalls in the browser: drafts as forms, preview, changes, and publishing by two people."""
