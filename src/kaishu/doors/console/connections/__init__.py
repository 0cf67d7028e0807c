"""Connections of other companies' software: tokens, webhooks, and what was sent."""
