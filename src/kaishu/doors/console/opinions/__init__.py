"""Second opinions: judge a claim without seeing its decision; settle where two people differ."""
