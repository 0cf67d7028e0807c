"""Incident and injury reports with their clocks."""
