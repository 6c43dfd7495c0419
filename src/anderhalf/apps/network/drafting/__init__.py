"""Changing the agreement: a table as a grid, its checks, what differs, and what a change would have done."""
