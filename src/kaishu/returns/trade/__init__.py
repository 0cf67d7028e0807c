"""Shops and distributors: told by a link of their own, asked what they have, followed up."""
