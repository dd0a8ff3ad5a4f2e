"""What goes over the wire: schemas, the readers of requests, the encoders of responses."""
