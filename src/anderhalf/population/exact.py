"""SQL that turns a measured number into the whole number of the record, without a float and without loss."""

from __future__ import annotations

from anderhalf.population.encoding import ABOVE, BELOW, LARGEST

# Millionths to the record's whole number (`encoding.SCALE`), as `entry.recorded` rounds: half up, but never onto a
# rounder number. 128 bits only where a unit is converted.
QUOTIENT = (
    "(CASE WHEN plain THEN abs(micro) * above // below ELSE abs(micro)::HUGEINT * above // below END)::BIGINT"
)
REST = (
    "(CASE WHEN plain THEN abs(micro) * above % below ELSE abs(micro)::HUGEINT * above % below END)::BIGINT"
)
NUMBER = """sign(micro) * CASE WHEN rest = 0 THEN quotient WHEN nearest % 10 <> 0 THEN nearest
    WHEN nearest = quotient THEN quotient + 1 ELSE quotient END"""
VALUE = f"""CASE WHEN mode = 'day' THEN given_day
    WHEN mode = 'answer' THEN answers[upper(trim(raw_value::VARCHAR))] WHEN mode <> 'number' THEN 1
    WHEN sign = '' THEN number WHEN number < 0 THEN NULL
    WHEN sign[1] = '>' THEN {ABOVE} + 2 * number + (sign = '>')::BIGINT
    ELSE {BELOW} + 2 * number + (sign = '<=')::BIGINT END"""
POSSIBLE = f"""CASE WHEN sign <> '' AND number >= {LARGEST} THEN false
    WHEN sign = '' THEN number BETWEEN lowest AND highest WHEN sign = '>' THEN number < highest
    WHEN sign = '>=' THEN number <= highest WHEN sign = '<' THEN number > lowest ELSE number >= lowest END"""
