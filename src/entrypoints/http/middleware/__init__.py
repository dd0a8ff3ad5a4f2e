"""Around the framework: what every request passes and every response has."""
