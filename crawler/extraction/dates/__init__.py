"""When an article was published: where on a page its dates stand, and which of them to believe."""
