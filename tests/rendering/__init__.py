"""Pages that scripts draw."""
