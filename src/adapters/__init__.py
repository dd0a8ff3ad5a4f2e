"""What the core asks of the world, done with real parts: one module or package for each, named after what it uses."""
