"""Traceability for staff: ask a network forward and backward, and make a scope of the answer."""
