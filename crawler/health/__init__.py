"""Whether a site still works for us: the verdict on a crawl, the quality of its articles, when it is due."""
