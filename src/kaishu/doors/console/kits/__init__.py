"""Kits in the console: the list, paper, marking as sent, stock and reminders."""
