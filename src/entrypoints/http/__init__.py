"""The HTTP API: routes, wire shapes, the one error table and what every response carries. Knows no adapter."""
