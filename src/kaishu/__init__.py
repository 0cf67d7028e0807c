"""Kaishu: executes product recalls, with books that prove every unit and every promise."""
