"""Routes: decode a request, call one use case, encode the result."""
