"""The dashboard of a recall: where everything is, on any day, and the rows behind each figure."""
