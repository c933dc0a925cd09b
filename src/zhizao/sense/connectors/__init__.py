"""One folder a protocol."""
