"""Plain Python: facts in, decision out. No Django, no files, no clock, no randomness of its own."""
