"""The way in for staff: second steps, own account, accounts of others, who looked at what."""
