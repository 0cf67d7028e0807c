"""The hotline: a claim by telephone, what a caller asks for, and anything found in one box."""
