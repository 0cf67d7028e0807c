"""The door for other companies' software: /api/v1, frozen by its contract in docs/reference."""
