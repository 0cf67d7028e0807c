"""One act on many claim units: previewed, typed to confirm, run in the background, undone alike."""
