"""Measuring what really happened: shares with their uncertainty, and tables that protect small counts."""
