"""Letters about lots between companies: taken in, matched, answered, issued, passed on."""
