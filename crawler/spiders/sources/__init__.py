"""The sources of discovery: one coroutine each, run beside the pages."""
