"""A server that has imported what crawls need, and forks a process for each: a start takes milliseconds.

Importing takes a crawl longer than anything else that it does on a site without news. `fork_server` gives
this process's server: its own, or the one that it was forked from.
"""

from crawler.forkserver.client import ForkedProcess, ForkServer, ForkServerError, fork_server

__all__ = ["ForkServer", "ForkServerError", "ForkedProcess", "fork_server"]
