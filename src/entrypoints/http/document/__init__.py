"""The OpenAPI document and the files of the reference page."""
