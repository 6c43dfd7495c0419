"""Decision tables: facts in, a decision with its reasons out.

`table.read_table` reads a CSV, `check.check_table` finds what is wrong with it, `evaluate.evaluate` decides
for one person with a full explanation, `compiled.compile_table` decides fast, `chain` orders
tables that feed tables, `dmn` exchanges them with other tools.
"""
