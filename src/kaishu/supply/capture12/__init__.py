"""EPCIS 1.2 in XML, as suppliers' systems still send it: read, and captured as EPCIS 2.0."""
