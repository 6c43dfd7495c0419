"""Forms of the room: beginning, submitting and refusing a change, and trying a table out."""
