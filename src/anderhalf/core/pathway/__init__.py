"""What a pathway knows about one patient: facts, routing, scores, titration and follow-up."""
