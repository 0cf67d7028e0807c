"""The edge: the safety check alone, from the edition packs alone, for when all else is down."""
