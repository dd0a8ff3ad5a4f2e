"""Ways in: the settings, the command line, the HTTP API, and the composition root that wires them."""
