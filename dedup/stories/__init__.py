"""Stories: clusters of articles that carry the same text, and the round-ups that hold several."""
