"""What the command line and the web page call: whole operations on sites and archives."""
