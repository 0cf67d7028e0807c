"""An invented supplier network: one cell maker, two pack makers, three brands, their shops."""
