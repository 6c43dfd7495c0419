"""Pages of the letters room."""
