"""Accounts of staff and partners: sign-ins, second steps, invitations, and their log."""
