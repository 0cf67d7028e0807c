"""Untrusted files: sniffed here, decoded only in a child process that can do nothing else.

Empty on purpose: the child imports this package too, and needs nothing of the parent's.
"""
