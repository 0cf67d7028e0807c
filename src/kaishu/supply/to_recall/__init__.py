"""From the answer of a trace to a recall: a draft's scope, who holds the units, what is missing."""
