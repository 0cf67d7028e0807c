"""Documents on paper: typed values and words in, a PDF out. Knows no Django and no database."""
