"""The only place that talks to people: the outbox, its templates, call-backs, watches."""
