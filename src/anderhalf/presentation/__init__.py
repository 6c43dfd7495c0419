"""How values look on screen and paper: Dutch dates, numbers and names, and charts as SVG. Used by every room."""
