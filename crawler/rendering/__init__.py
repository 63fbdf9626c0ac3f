"""Pages that scripts draw: a browser runs them, and every request they make is one of the crawl's own.

The browser never touches the network. What a page asks for is fetched by the crawl (robots.txt, delay, size,
private addresses) and handed to the browser; what is not a part of the page's own text is refused.
"""
