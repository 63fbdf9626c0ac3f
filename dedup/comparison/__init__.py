"""Two texts compared: how alike they are, what differs, and whether they name the same event. No I/O."""
