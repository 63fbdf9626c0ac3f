"""Evidence: articles with their captures as one package (WACZ) that other archives' tools open and check."""
