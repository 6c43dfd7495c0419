"""Finding in a practice's whole population who should have been referred; a view of the practice alone."""
