"""Take over a recall that is already running elsewhere: its claims, units and payments."""
