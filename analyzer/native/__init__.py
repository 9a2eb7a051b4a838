"""Functions over bytes, written in a small part of Python, run as machine code."""
