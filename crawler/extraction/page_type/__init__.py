"""What kind of page a page is: whether it holds an article at all, and if not, what it is instead."""
