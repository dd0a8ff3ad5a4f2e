"""The HTTP API. It knows the use cases and no adapter; imports between its parts point downwards.

app          puts it together
routes/      decode a request, call one use case, encode the result
document/    the OpenAPI document and the files of the reference page
pipeline     the checks before a handler, in the contract's order
middleware/  around the framework: what every request passes and every response has
problems     the one table of errors: statuses, words, and how a problem is written
routing      a route as a value
wire/        schemas, the readers of requests, the encoders of responses
context      what is known of one request
errors, responses, addresses, ports
"""
