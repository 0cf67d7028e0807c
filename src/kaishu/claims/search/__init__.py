"""Find a claim by anything an owner says: name, telephone, postcode, serial, order number.

What is personal is kept as keyed hashes only. `folding` makes equal what people write in different
ways, `tokens` hashes it, `keep` writes the table, `find` reads it, `check` audits it.
"""
