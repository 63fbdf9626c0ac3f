"""Sites and their seeds: surveyed, added, checked, listed."""
