"""The pure heart: rules, reading serials, accounts. No Django, no network, no clock."""
