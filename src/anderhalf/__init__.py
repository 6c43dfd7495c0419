"""Anderhalf: one agreement, written as data, that is checked, drawn, run, measured and rehearsed."""
